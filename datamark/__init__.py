"""Datamark in a kernel and in the shell: snapshots, clones and restores of what you work on.

`%load_ext datamark` adds the magics. Importing this loads nothing else, so that it costs a notebook no time.
"""

from __future__ import annotations

# Not from typing: loading that takes longer than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext datamark`."""
    from .magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext datamark`."""
    from .magics import unload

    unload(shell)
