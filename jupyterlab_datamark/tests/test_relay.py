"""What is passed on, what is kept back, and what happens when no answer comes."""

from __future__ import annotations

import http.client
import signal
from typing import Any

import pytest

from .conftest import MakeServer
from .fake_node import StandIn
from .live_server import API, BASE_URL, DEADLINE, TOKEN, LiveServer, eventually

Server = tuple[LiveServer, StandIn]


def test_neither_cookie_nor_token_reaches_node(stand_in_server: Server) -> None:
    server, stand_in = stand_in_server
    cookie, xsrf = server.login()
    sent = {
        **cookie,
        "X-XSRFToken": xsrf,
        "Authorization": f"token {TOKEN}",
        "X-Forwarded-User": "mallory",
        "Idempotency-Key": "key-1",
        "Content-Type": "application/json",
    }
    assert server.request("POST", f"{API}/snapshots?token={TOKEN}x", sent, b'{"title":"\xc3\xa9"}').status == 200
    seen = stand_in.relayed()[-1]
    passed = {"host", "connection", "content-type", "content-length", "idempotency-key"}
    assert set(seen["headers"]) == passed
    assert seen["headers"]["idempotency-key"] == "key-1"
    assert seen["body"] == '{"title":"é"}'
    record = stand_in.record.read_text(encoding="utf-8")
    assert xsrf not in record
    assert f"token {TOKEN}" not in record


def test_node_sets_no_cookie_and_names_no_software(stand_in_server: Server) -> None:
    server, _ = stand_in_server
    answer = server.api("GET", "/volumes")
    assert "a=b" not in str(answer.headers)
    assert answer.headers["X-Request-Id"] == "r1"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "target",
    ["/volumes/v/snapshots?q=a%2Fb+c&limit=2&q=%C3%A9&1700000000000", "/volumes/caf%C3%A9%20a?", "/volumes/a+b"],
)
def test_path_and_query_arrive_as_they_were_sent(stand_in_server: Server, target: str) -> None:
    server, stand_in = stand_in_server
    assert server.api("GET", target).status == 200
    assert stand_in.relayed()[-1]["url"] == f"/datamark/api/v1{target}".rstrip("?")


def test_a_body_above_the_limit_is_refused(stand_in_server: Server) -> None:
    server, stand_in = stand_in_server
    before = len(stand_in.relayed())
    answer = server.api("POST", "/snapshots", "x" * 65536)
    assert (answer.status, answer.document["type"].rsplit("/", 1)[1]) == (413, "request-too-large")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    chunks = (b"x" * 1024 for _ in range(65))
    headers = {"Authorization": f"token {TOKEN}", "Transfer-Encoding": "chunked"}
    connection.request("POST", f"{API}/snapshots", body=chunks, headers=headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    assert len(stand_in.relayed()) == before
    assert server.api("POST", "/snapshots", "x" * 65534).status == 200


def test_silence_is_a_problem_of_its_own(stand_in_server: Server) -> None:
    server, _ = stand_in_server
    answer = server.api("GET", "/volumes/silent")
    assert answer.status == 504
    assert answer.headers.get_content_type() == "application/problem+json"
    assert answer.document["type"].endswith("/sidecar-timeout")
    change = server.api("DELETE", "/snapshots/silent")
    assert change.status == 504
    assert "Idempotency-Key" in change.document["next"]


def test_a_broken_answer_says_that_the_change_may_have_begun(stand_in_server: Server) -> None:
    server, stand_in = stand_in_server
    answer = server.api("DELETE", "/snapshots/abrupt")
    assert answer.status == 503
    assert "may or may not" in answer.document["detail"]
    # A change is never sent twice.
    assert len([one for one in stand_in.relayed() if one["url"].endswith("/snapshots/abrupt")]) == 1


def test_looking_is_not_activity_and_changing_is(stand_in_server: Server) -> None:
    server, _ = stand_in_server

    def last_activity() -> Any:
        token = {"Authorization": f"token {TOKEN}"}
        return server.request("GET", f"{BASE_URL}api/status", token).document["last_activity"]

    server.login()
    before = last_activity()
    for path in ("/status", "/volumes", "/operations", "/nothing"):
        server.api("GET", path)
    assert last_activity() == before
    assert server.api("PATCH", "/snapshots/s", {"title": "t"}).status == 200
    assert last_activity() > before


def _open_stream(server: LiveServer) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    headers = {"Authorization": f"token {TOKEN}", "Last-Event-ID": "e:0", "Accept": "text/event-stream"}
    connection.request("GET", f"{API}/events", headers=headers)
    return connection, connection.getresponse()


def test_events_arrive_as_they_are_sent_until_the_reader_leaves(make_server: MakeServer, stand_in: StandIn) -> None:
    server = make_server({"node": stand_in.node})
    connection, response = _open_stream(server)
    assert response.status == 200
    assert response.headers.get_content_type() == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert "a=b" not in str(response.headers)
    assert response.read1(4096) == b"event: hello\nid: e:1\ndata: {}\n\n"
    assert stand_in.relayed()[-1]["headers"]["last-event-id"] == "e:0"
    (node,) = server.children()
    for number in (2, 3):
        # Nothing more is sent before this one has arrived, so none can have been collected.
        node.send_signal(signal.SIGUSR2)
        assert response.read1(4096).decode() == f'event: upsert\nid: e:{number}\ndata: {{"n":{number}}}\n\n'
    assert stand_in.records("stream closed") == []
    response.close()
    connection.close()
    eventually("the sidecar's end of the stream closes", lambda: stand_in.records("stream closed"))


def test_a_stream_ends_with_its_sidecar(make_server: MakeServer, stand_in: StandIn) -> None:
    server = make_server({"node": stand_in.node})
    connection, response = _open_stream(server)
    assert response.read1(4096).startswith(b"event: hello")
    (node,) = server.children()
    node.kill()
    assert response.read() == b""
    connection.close()
    again, second = _open_stream(server)
    assert second.read1(4096).startswith(b"event: hello")
    again.close()


def test_a_stream_of_nobody_s_does_not_keep_the_server_active(make_server: MakeServer, stand_in: StandIn) -> None:
    server = make_server({"node": stand_in.node})
    token = {"Authorization": f"token {TOKEN}"}
    before = server.request("GET", f"{BASE_URL}api/status", token).document["last_activity"]
    connection, response = _open_stream(server)
    assert response.read1(4096).startswith(b"event: hello")
    response.close()
    connection.close()
    eventually("the stream closes", lambda: stand_in.records("stream closed"))
    assert server.request("GET", f"{BASE_URL}api/status", token).document["last_activity"] == before
