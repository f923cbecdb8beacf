"""A server in a pod of a cluster that does not answer: nothing at the start, and a status that says why."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from .conftest import MakeServer


@pytest.fixture
def api_server() -> Iterator[socket.socket]:
    """An address where connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def _pod(listening: socket.socket) -> dict[str, str]:
    host, port = listening.getsockname()[:2]
    return {
        "DATAMARK_PROVIDER": "",
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": str(port),
        "HOSTNAME": "jupyter-ann",
        "JUPYTERHUB_USER": "ann",
        "DATAMARK_VOLUMES": "/home/ann=claim-ann",
    }


def test_starting_asks_nothing_and_starts_nothing(make_server: MakeServer, api_server: socket.socket) -> None:
    server = make_server(environment=_pod(api_server))

    assert server.children() == []
    api_server.setblocking(False)
    with pytest.raises(BlockingIOError):
        api_server.accept()


def test_the_status_says_what_stands_in_the_way(make_server: MakeServer, api_server: socket.socket) -> None:
    server = make_server(environment=_pod(api_server))

    status = server.api("GET", "/status").document

    assert (status["state"], status["provider"]["kind"], status["user"]) == ("running", "kubernetes", "ann")
    assert status["platform"]["kind"] == "jupyterhub"
    snapshot = status["capabilities"]["snapshot"]
    assert snapshot["available"] is False
    assert snapshot["reason"]
    assert snapshot["fix"]


def test_without_node_the_status_says_so_in_a_pod_too(make_server: MakeServer, api_server: socket.socket) -> None:
    server = make_server({"node": "/nonexistent/node"}, environment=_pod(api_server))

    status = server.api("GET", "/status").document

    assert (status["state"], status["cause"]) == ("unavailable", "node-missing")
