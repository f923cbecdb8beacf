"""The private directory a sidecar's socket stands in, and the removal of those whose process has died.

Runtime directories lie in home directories that several machines and containers may share, so a leftover is
removed only where its owner is known to be dead: its lock is free on this very kernel, or this machine has rebooted.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 108 bytes with its closing zero on Linux, 104 on macOS.
LONGEST_PATH = 107 if os.uname().sysname == "Linux" else 103
SOCKET_NAME = "api.sock"
OWNER_NAME = "owner.json"
PREFIX = "datamark-"
# `-` and eight digits, for a name that is taken.
_SUFFIX_BYTES = 9


@dataclass(frozen=True)
class SocketDirectory:
    """A directory of mode 0700 that belongs to this process as long as `lock` is open."""

    path: Path
    lock: int

    @property
    def socket_path(self) -> Path:
        """Where the socket stands."""
        return self.path / SOCKET_NAME

    @staticmethod
    def candidates(wished: Path) -> list[Path]:
        """The wished directory, then a temporary one; only those whose socket path is short enough."""
        name = f"{PREFIX}{os.getuid()}-{secrets.token_hex(4)}"
        # TMPDIR may be long too. The name can't be guessed, and making it fails if it is there.
        temporary = dict.fromkeys([tempfile.gettempdir(), "/tmp"])  # noqa: S108
        places = [wished.absolute(), *(Path(place) / name for place in temporary)]
        return [place for place in places if len(os.fsencode(place / SOCKET_NAME)) + _SUFFIX_BYTES <= LONGEST_PATH]

    @staticmethod
    def make(wished: Path) -> SocketDirectory:
        """Makes the directory, under a longer name if the wished one belongs to another process. Raises OSError."""
        wished.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_leftovers(wished.parent)
        path = wished
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            path = wished.with_name(f"{wished.name}-{secrets.token_hex(4)}")
            path.mkdir(mode=0o700)
        return SocketDirectory(path, _lock_as_owner(path))

    def remove(self) -> None:
        """Removes the directory with all in it; no error if it is gone."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def remove_leftovers(parent: Path) -> None:
    """Removes the socket directories in `parent` that are this user's and whose process is dead."""
    for path in parent.glob(f"{PREFIX}*"):
        try:
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and _owner_is_dead(path / OWNER_NAME):
                shutil.rmtree(path)
        except (OSError, ValueError):
            # Being made or removed at this moment, or nothing of ours.
            continue


def _lock_as_owner(directory: Path) -> int:
    """Writes who owns the directory; the lock on it is gone when this process is, however it ends."""
    unfinished = directory / f"{OWNER_NAME}.new"
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, json.dumps({"pid": os.getpid(), **_machine()}).encode())
        # Where locks are not known nobody can take it either, and the directory stays until the next boot.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unfinished.rename(directory / OWNER_NAME)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _owner_is_dead(record: Path) -> bool:
    """True only if it is certain. Raises OSError where locks are not known."""
    machine = _machine()
    with record.open("rb") as file:
        owner = json.load(file)
        if not isinstance(owner, dict) or owner.get("host") != machine["host"]:
            return False
        if owner.get("bootId") != machine["bootId"]:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _machine() -> dict[str, str]:
    """This machine since its boot; without /proc the boot is unknown and counts as the same."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot_id = ""
    return {"host": socket.gethostname(), "bootId": boot_id}
