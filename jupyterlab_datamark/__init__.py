"""Datamark's Jupyter server extension: starts the sidecar, relays to it, says why when it can't."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension; imported only when a server loads it."""
    from .extension import DatamarkExtension

    return [{"module": "jupyterlab_datamark", "app": DatamarkExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the built front end stands beside this package, for development installs."""
    return [{"src": "labextension", "dest": "jupyterlab-datamark"}]
