"""The pin that was made in the panel for a kernel: a small file beside the kernel's connection file.

It reaches kernels that run already, which no environment variable can, and what they have started. The file is
`datamark-pins/<name of the connection file>`: `{"version": 1, "snapshots": […], "notebook": … or null}`.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .snapshot_of_run import SnapshotOfRun, read_snapshots

FOLDER = "datamark-pins"
_VERSION = 1
_LARGEST = 1 << 16
_MOST_ANCESTORS = 32
_CONNECTION_FILE = re.compile(r"(?:--?f=)?(/(?:[^\0]*/)?kernel-[^/\0]+\.json)")


class PanelPin(NamedTuple):
    """What the panel has made current."""

    snapshots: tuple[SnapshotOfRun, ...]
    notebook: str | None


class BrokenPin(ValueError):
    """The file says nothing that can be told on."""


def pin_places() -> tuple[Path, ...]:
    """Where a pin for this process can be: for the kernel it is or was started by, the nearest one first."""
    found = [_connection_file(sys.orig_argv), *map(_connection_file, _ancestors())]
    return tuple(dict.fromkeys(file.parent / FOLDER / file.name for file in found if file is not None))


def read_panel_pin(places: Iterable[Path]) -> PanelPin | None:
    """The first pin there is. Raises OSError and BrokenPin."""
    for place in places:
        try:
            text = _read(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as cause:
            raise BrokenPin(f"{place} is not JSON.") from cause
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            raise BrokenPin(f"{place} is not of version {_VERSION}.")
        snapshots = read_snapshots(document.get("snapshots"))
        notebook = document.get("notebook")
        if snapshots is None or not (notebook is None or isinstance(notebook, str)):
            raise BrokenPin(f"{place} does not tell its snapshots.")
        return PanelPin(snapshots, notebook)
    return None


def remove_panel_pin(places: Iterable[Path]) -> bool:
    """Ends the pin of the panel; tells whether there was one. Raises OSError."""
    found = False
    for place in places:
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()
            found = True
    return found


def _read(place: Path) -> bytes:
    # Whatever else stands there may not make a run wait.
    descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise BrokenPin(f"{place} is no small file.")
        return os.read(descriptor, _LARGEST)
    finally:
        os.close(descriptor)


def _connection_file(words: list[str]) -> Path | None:
    """The file that a kernel is told on its command line."""
    matches = map(_CONNECTION_FILE.fullmatch, words)
    return next((Path(match[1]) for match in matches if match), None)


def _ancestors() -> list[list[str]]:
    """Command lines of the processes above, the nearest first; none where there is no /proc."""
    found: list[list[str]] = []
    process = os.getppid()
    with suppress(OSError, ValueError, IndexError):
        while process > 0 and len(found) < _MOST_ANCESTORS:
            place = Path(f"/proc/{process}")
            found.append(os.fsdecode((place / "cmdline").read_bytes()).split("\0"))
            # Field 4 of proc(5) stat, counted from behind the command, which may hold spaces and brackets.
            process = int((place / "stat").read_bytes().rpartition(b")")[2].split()[1])
    return found
