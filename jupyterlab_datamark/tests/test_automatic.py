"""Automatic snapshots: what may be set, and that they are made though nobody asks."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import cast

import pytest

from .. import automatic_snapshots
from ..automatic_snapshots import AutomaticSnapshots, is_setting, keep_sidecar_running
from ..supervisor import Supervisor
from .conftest import MakeServer
from .fake_node import StandIn
from .live_server import DEADLINE, LiveServer, eventually


@pytest.mark.parametrize("text", ["off", "start", "1h", "6h", "168h"])
def test_a_setting(text: str) -> None:
    assert is_setting(text)


@pytest.mark.parametrize("text", ["", "on", "6", "0h", "06h", "-1h", "6 h", "6h\n", "1000h", "30m", "START"])
def test_no_setting(text: str) -> None:
    assert not is_setting(text)


def test_the_sidecar_is_told_hours_in_ms_and_one_start_for_all_its_processes() -> None:
    automatic = AutomaticSnapshots("6h", 3)
    assert automatic.document() == {
        "mode": "every",
        "everyMs": 21_600_000,
        "keep": 3,
        "serverStartedAt": automatic.server_started_at,
    }
    assert automatic.document() == automatic.document()
    assert AutomaticSnapshots("start").document()["mode"] == "start"
    assert not AutomaticSnapshots().wanted


def _snapshots(server: LiveServer) -> list[str]:
    return [path.name for path in server.root.glob(".datamark/snapshots/*")]


def test_one_is_made_at_the_start_with_nobody_connected(make_server: MakeServer) -> None:
    server = make_server({"automatic_snapshots": "start", "automatic_delay": 0.1})
    eventually("there is a snapshot", lambda: _snapshots(server))
    (volume,) = server.api("GET", "/volumes").document["items"]
    (snapshot,) = server.api("GET", f"/volumes/{volume['id']}/snapshots").document["items"]
    assert (snapshot["origin"], snapshot["title"]) == ("auto", None)
    assert server.api("GET", "/status").document["automatic"] == {
        "mode": "start",
        "hours": None,
        "keep": 10,
        "nextAt": None,
    }


def test_the_sidecar_is_not_started_before_its_time_and_begins_no_earlier_for_it(
    make_server: MakeServer, stand_in: StandIn
) -> None:
    begun = time.monotonic()
    server = make_server({"node": stand_in.node, "automatic_snapshots": "6h", "automatic_delay": 3.0})
    # The server answers already.
    started_early = stand_in.records("start")
    assert time.monotonic() - begun > 3.0 or started_early == []
    eventually("the sidecar is started", lambda: stand_in.records("start"))
    assert time.monotonic() - begun > 3.0
    assert stand_in.records("start")[0]["configuration"]["automatic"]["everyMs"] == 21_600_000
    server.stop()


class _Supervisor:
    """A sidecar that a connection starts; the test ends it."""

    def __init__(self, path: str) -> None:
        self.socket_path = path
        self.pid: int | None = None
        self.started = asyncio.Event()

    def on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Runs from then on."""
        self.pid = 1
        self.started.set()
        writer.close()


def test_it_is_started_again_after_it_died(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic_snapshots, "_SHORTEST_LOOK", 0.01)
    supervisor = _Supervisor(str(short_path / "s"))

    async def scenario() -> None:
        server = await asyncio.start_unix_server(supervisor.on_connection, supervisor.socket_path)
        task = asyncio.create_task(keep_sidecar_running(cast(Supervisor, supervisor), 0))

        await asyncio.wait_for(supervisor.started.wait(), DEADLINE)
        supervisor.started.clear()
        supervisor.pid = None
        await asyncio.wait_for(supervisor.started.wait(), DEADLINE)
        task.cancel()
        server.close()

    asyncio.run(scenario())


def test_a_wrong_setting_is_told(make_server: MakeServer) -> None:
    server = make_server({"automatic_snapshots": "daily"})
    status = server.api("GET", "/status").document
    assert status["cause"] == "bad-configuration"
    assert "off, start or hours as in 6h" in status["detail"]
    assert server.api("GET", "/volumes").status == 503
