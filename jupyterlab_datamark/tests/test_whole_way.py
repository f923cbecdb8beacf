"""From a browser's request to real files and back, through the real sidecar."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Generator
from typing import Any

from .conftest import MakeServer
from .live_server import API, DEADLINE, LiveServer, eventually


def _events(server: LiveServer, cookie: dict[str, str]) -> Generator[dict[str, Any], None, None]:
    """What the stream tells, as it comes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    connection.request("GET", f"{API}/events", headers={**cookie, "Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200
    try:
        for line in response:
            if line.startswith(b"data:"):
                yield json.loads(line.removeprefix(b"data:"))
    finally:
        response.close()
        connection.close()


def test_a_snapshot_asked_for_with_a_cookie_appears_in_the_stream_and_on_disk(make_server: MakeServer) -> None:
    server = make_server()
    (server.root / "data.txt").write_text("before", encoding="utf-8")
    cookie, xsrf = server.login()
    (volume,) = server.api("GET", "/volumes").document["items"]
    events = _events(server, cookie)
    assert next(events)["type"] == "hello"
    sent = {**cookie, "X-XSRFToken": xsrf, "Content-Type": "application/json", "Idempotency-Key": "click-of-a-person-1"}
    target = f"{API}/volumes/{volume['id']}/snapshots"
    asked = server.request("POST", target, sent, b'{"title":"first"}')
    assert asked.status == 202, asked
    name = asked.document["name"]
    for event in events:
        told = event.get("object", {})
        if told.get("name") == name and told["state"]["phase"] != "pending":
            break
    assert told["state"]["phase"] == "ready", told
    events.close()
    (server.root / "data.txt").write_text("after", encoding="utf-8")
    copies = [path for path in (server.root / ".datamark").rglob("data.txt") if name in str(path)]
    assert [path.read_text(encoding="utf-8") for path in copies] == ["before"]
    # The second click of the same one makes nothing new.
    assert server.request("POST", target, sent, b'{"title":"first"}').document["name"] == name
    assert server.api("GET", f"/volumes/{volume['id']}/snapshots").document["total"] == 1


def test_a_snapshot_during_which_the_sidecar_dies_is_settled_by_the_next(make_server: MakeServer) -> None:
    server = make_server(environment={"DATAMARK_TEST_FAULTS": '{"slowMs": 200}'})
    (server.root / "data.txt").write_text("kept", encoding="utf-8")
    (volume,) = server.api("GET", "/volumes").document["items"]
    name = server.api("POST", f"/volumes/{volume['id']}/snapshots", {"title": "t"}).document["name"]
    os.kill(server.api("GET", "/status").document["pid"], signal.SIGKILL)

    def settled() -> str:
        (one,) = server.api("GET", f"/volumes/{volume['id']}/snapshots").document["items"]
        assert one["name"] == name
        return "" if one["state"]["phase"] == "pending" else str(one["state"]["phase"])

    assert eventually("it is ready or failed", settled) in {"ready", "failed"}
    assert (server.root / "data.txt").read_text(encoding="utf-8") == "kept"
