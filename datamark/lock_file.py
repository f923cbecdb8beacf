"""Reads the lock file of a store: which process of this machine works on it, and at which socket it answers.

The sidecar writes it (server/src/providers/local/storeLock.ts); whether a lock is stale is decided there, not here.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

STORE = ".datamark"


@dataclass(frozen=True)
class Holder:
    """A living process that holds a store."""

    pid: int
    since: str
    socket: str | None


def lock_holder(root: Path) -> Holder | None:
    """Who works on a root; None if nobody of this machine does, or that can't be told."""
    try:
        lock = json.loads((root / STORE / "lock").read_text(encoding="utf-8"))
        pid = int(lock["pid"])
        same_machine = (
            lock["host"] == socket.gethostname()
            and lock["bootId"] == _read(Path("/proc/sys/kernel/random/boot_id"))
            and lock["pidNamespace"] == _pid_namespace()
        )
        if not same_machine or not _runs(pid, lock["startTime"]):
            return None
        return Holder(pid, str(lock["since"]), lock["socket"])
    except (OSError, ValueError, KeyError, TypeError):
        # No lock, or one being written.
        return None


def _runs(pid: int, start_time: str | None) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # Field 22 of proc(5) stat, counted from behind the command, which may hold spaces and brackets.
    fields = (_read(Path(f"/proc/{pid}/stat")) or "").rpartition(")")[2].split()
    return start_time is None or len(fields) < 20 or fields[19] == start_time


def _pid_namespace() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
