"""Whose directory it is, and when it may be removed."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from datamark.sidecar_process import make_listening_socket
from datamark.socket_directory import LONGEST_PATH, OWNER_NAME, SocketDirectory, remove_leftovers


@pytest.fixture
def parent() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dm-") as path:
        yield Path(path)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_socket_and_directory_are_private_whatever_the_umask(parent: Path) -> None:
    previous = os.umask(0)
    try:
        listening = make_listening_socket(parent / "datamark-1")
    finally:
        os.umask(previous)
    assert listening.path == str(parent / "datamark-1" / "api.sock")
    assert (_mode(parent / "datamark-1"), _mode(Path(listening.path))) == (0o700, 0o600)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(listening.path)
    listening.close()
    assert list(parent.iterdir()) == []


def test_a_name_taken_by_a_live_process_is_left_to_it(parent: Path) -> None:
    first = make_listening_socket(parent / "datamark-1")
    second = make_listening_socket(parent / "datamark-1")
    assert Path(first.path).exists()
    assert first.path != second.path
    second.close()
    first.close()


def test_what_a_killed_process_left_is_removed(parent: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from datamark.sidecar_process import make_listening_socket\n"
        "print(make_listening_socket(Path(sys.argv[1])).path, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(parent / "datamark-1")], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    assert Path(done.stdout.strip()).exists()
    remove_leftovers(parent)
    assert list(parent.iterdir()) == []


def test_a_directory_of_another_machine_stays(parent: Path) -> None:
    made = SocketDirectory.make(parent / "datamark-1")
    os.close(made.lock)
    record = made.path / OWNER_NAME
    owner = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**owner, "host": "another"}), encoding="utf-8")
    remove_leftovers(parent)
    assert made.path.is_dir()
    record.write_text(json.dumps({**owner, "bootId": "before the reboot"}), encoding="utf-8")
    remove_leftovers(parent)
    assert not made.path.exists()


@pytest.mark.parametrize("record", [None, "", "[]", "{}", "\xff"])
def test_what_nobody_can_read_stays(parent: Path, record: str | None) -> None:
    directory = parent / "datamark-of-somebody"
    directory.mkdir()
    if record is not None:
        (directory / OWNER_NAME).write_text(record, encoding="latin-1")
    remove_leftovers(parent)
    assert directory.is_dir()


def test_a_link_is_not_followed(parent: Path) -> None:
    made = SocketDirectory.make(parent / "real" / "datamark-1")
    os.close(made.lock)
    (parent / "datamark-2").symlink_to(made.path)
    remove_leftovers(parent)
    assert made.path.is_dir()


@pytest.mark.parametrize("extra", [0, 1])
def test_the_longest_path_is_the_kernel_s(parent: Path, extra: int) -> None:
    # Nine bytes are kept for a second name, eight are the socket's own with its slash before.
    room = LONGEST_PATH - 9 - len("/api.sock") - len(str(parent)) - 1
    wished = parent / ("datamark-" + "n" * (room - len("datamark-") + extra))
    listening = make_listening_socket(wished)
    assert Path(listening.path).is_relative_to(wished) == (extra == 0)
    assert len(listening.path) <= LONGEST_PATH
    listening.close()
