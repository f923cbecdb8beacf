"""Which sidecar is used, several processes on one root, and that none of ours is left over."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from datamark.connection import Finder, nearest_root
from datamark.lock_file import lock_holder
from datamark.problem import DatamarkError
from datamark.tests.scene import Command, faults, wait_until


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    return not Path(f"/proc/{pid}").exists()


def test_the_nearest_store_above_is_the_root(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "x")
    below = root / "data"
    assert nearest_root(below) == root
    assert datamark.json("snapshots", cwd=below)["total"] == 1
    assert not (below / ".datamark").exists()


def test_nothing_is_left_running(datamark: Command, root: Path) -> None:
    pid = datamark.json("status")["pid"]
    assert gone(pid)
    assert lock_holder(root) is None


def test_a_dead_socket_in_the_environment_is_noted_and_passed_over(datamark: Command, tmp_path: Path) -> None:
    done = datamark("volumes", env={"DATAMARK_SOCKET": str(tmp_path / "dead.sock")})
    assert done.returncode == 0
    assert "No server answers at DATAMARK_SOCKET" in done.stderr
    assert "work" in done.stdout


def test_the_sidecar_dies_with_the_command(datamark: Command, root: Path) -> None:
    command = datamark.start("snapshot", "slow", env=faults(slowMs=60000))
    wait_until(lambda: lock_holder(root), "the sidecar takes the lock")
    holder = lock_holder(root)
    assert holder is not None
    command.kill()
    command.communicate()
    wait_until(lambda: gone(holder.pid), "the sidecar ends")
    assert datamark("snapshot", "again").returncode == 0


def test_the_second_process_uses_the_socket_of_the_first(datamark: Command, root: Path) -> None:
    first = datamark.start("snapshot", "slow", env=faults(slowMs=60000))
    try:
        wait_until(lambda: lock_holder(root), "the sidecar takes the lock")
        holder = lock_holder(root)
        assert holder is not None
        assert holder.socket is not None
        assert datamark.json("status")["pid"] == holder.pid
        assert [one["verb"] for one in datamark.json("operations")["items"]] == ["snapshot"]
    finally:
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "cancelled" in said


def test_two_processes_at_once_both_get_their_snapshot(datamark: Command) -> None:
    both = [datamark.start("snapshot", f"number {number}", "--json", env=faults(slowMs=50)) for number in (1, 2)]
    for one in both:
        out, said = one.communicate(timeout=90)
        assert one.returncode == 0, said + out
        assert json.loads(out)["state"]["phase"] == "ready"
    page = datamark.json("snapshots")
    assert sorted(one["title"] for one in page["items"]) == ["number 1", "number 2"]
    assert all(one["state"]["phase"] == "ready" for one in page["items"])


def test_a_holder_that_does_not_answer_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datamark.connection as connection

    monkeypatch.setattr(connection, "LOCK_PATIENCE", 0.3)
    (root / ".datamark").mkdir()
    start = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    lock = {
        "host": socket.gethostname(),
        "bootId": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "pid": os.getpid(),
        "pidNamespace": str(Path("/proc/self/ns/pid").readlink()),
        "startTime": start,
        "since": "2026-11-22T12:00:00.000Z",
        "socket": None,
    }
    (root / ".datamark" / "lock").write_text(json.dumps(lock))
    notes: list[str] = []
    finder = Finder(root, note=notes.append)
    started = time.monotonic()
    with pytest.raises(DatamarkError) as failure:
        finder.socket_path()
    assert time.monotonic() - started < 10
    assert failure.value.slug == "store-locked"
    assert f"Process {os.getpid()} holds {root}" in str(failure.value)
    assert notes == [f"Another process ({os.getpid()}) holds {root}; waiting for it to answer or end."]


def test_the_file_systems_root_is_refused(tmp_path: Path, datamark: Command) -> None:
    done = datamark("status", "--root", "/")
    assert done.returncode == 2
    assert "The root of the file system can’t be a volume." in done.stderr


def test_a_killed_sidecar_is_started_again(root: Path) -> None:
    from datamark.client import Client

    finder = Finder(root)
    client = Client(finder)
    try:
        client.status()
        child = finder.child
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        wait_until(lambda: not child.alive, "the sidecar is dead")
        assert client.status().version
        assert finder.child is not None
        assert finder.child.pid != child.pid
    finally:
        finder.close()
