"""Servers for the tests; whatever a test starts is ended with it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from datamark.sidecar_process import sidecar_bundle

from .fake_node import StandIn
from .live_server import LiveServer

MakeServer = Callable[..., LiveServer]


@pytest.fixture(scope="session")
def openapi() -> dict[str, Any]:
    """The API description that ships with the sidecar."""
    path = sidecar_bundle().with_name("openapi.json")
    assert path.is_file(), "the sidecar is not built: run `make build`"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory whose path leaves room for a socket's name, which pytest's own may not."""
    path = Path(tempfile.mkdtemp(prefix="dm-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def make_server(short_path: Path) -> Iterator[MakeServer]:
    """Starts servers that share nothing but the machine; `name` tells their homes apart."""
    servers: list[LiveServer] = []

    def make(
        extension: Mapping[str, object] | None = None,
        more: Mapping[str, Mapping[str, object]] | None = None,
        environment: Mapping[str, str] | None = None,
        name: str = "home",
    ) -> LiveServer:
        server = LiveServer(short_path / name, extension or {}, environment)
        servers.append(server)
        return server.start(more)

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def stand_in(short_path: Path) -> StandIn:
    """A Node with the stand-in sidecar, for this test alone."""
    return StandIn.make(short_path)


@pytest.fixture(scope="module")
def stand_in_server() -> Iterator[tuple[LiveServer, StandIn]]:
    """One server with the stand-in sidecar for all tests of a module that only look at what is relayed."""
    path = Path(tempfile.mkdtemp(prefix="dm-"))
    stand_in = StandIn.make(path)
    server = LiveServer(path / "home", {"node": stand_in.node, "answer_timeout": 2.0}).start()
    yield server, stand_in
    server.stop()
    shutil.rmtree(path)
