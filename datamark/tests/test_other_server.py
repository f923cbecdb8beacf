"""A server of another version, and cancelling by name what another process runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer

import pytest

from datamark.lock_file import lock_holder
from datamark.tests.scene import Command, faults, wait_until


class _NextMajor(BaseHTTPRequestHandler):
    """Answers like a sidecar of the next major version."""

    def do_GET(self) -> None:
        """Every request."""
        body = json.dumps({"state": "running", "version": "9.0.0", "api": {"major": 2, "minor": 0}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        """Unix sockets have no address."""
        return "socket"

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def newer_server(tmp_path: Path) -> Iterator[Path]:
    """Socket of a server that speaks the next major version."""
    path = tmp_path / "newer.sock"
    server = UnixStreamServer(str(path), _NextMajor)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield path
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_major_version_is_refused_with_both_named(datamark: Command, root: Path, newer_server: Path) -> None:
    done = datamark("snapshot", "x", env={"DATAMARK_SOCKET": str(newer_server)})
    assert done.returncode != 0
    assert "version 2 of the interface, this client version 1" in done.stderr
    assert not (root / ".datamark").exists()


def test_an_operation_of_another_process_is_cancelled_by_its_name(datamark: Command, root: Path) -> None:
    slow = datamark.start("snapshot", "slow", env=faults(slowMs=3000))
    try:
        wait_until(lambda: lock_holder(root), "the sidecar takes the lock")
        running = datamark.json("operations")["items"]
        assert [one["verb"] for one in running] == ["snapshot"]
        assert datamark("cancel", running[0]["id"]).returncode == 0
        _, told = slow.communicate(timeout=90)
        assert slow.returncode != 0
        assert "cancelled" in told
    finally:
        slow.kill()
        slow.communicate()
    assert datamark.json("snapshots")["total"] == 0
