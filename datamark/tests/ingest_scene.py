"""A sidecar that answers what a test lays down, over a real socket, with documents that the contract accepts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import SimpleQueue
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from datamark.client import API
from datamark.problem import problem
from datamark.tests.scene import REPOSITORY

Answer = tuple[int, dict[str, Any]]

_CONTRACT = json.loads((REPOSITORY / "contract" / "openapi.json").read_text(encoding="utf-8"))
YES: dict[str, Any] = {"available": True}
ABSENT: dict[str, Any] = {"state": "absent", "reason": "Nothing is set up here."}


def instant(seconds_ago: float = 0, clock: datetime | None = None) -> str:
    """A time of the contract, by default counted from now."""
    time = (clock or datetime.now(timezone.utc)) - timedelta(seconds=seconds_ago)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def a_mirror(**parts: Any) -> dict[str, Any]:
    """A healthy mirror whose data is 12 minutes old."""
    return {
        "kind": "mirror",
        "id": "climate-mirror",
        "uid": "u1",
        "volume": "claim-climate",
        "volumeName": "climate",
        "from": "svm_prod:climate",
        "to": "svm_lab:pvc_1",
        "state": "mirrored",
        "stateAsTold": "snapmirrored",
        "toldBy": "ontap",
        "toldAt": instant(),
        "hint": None,
        "health": {"state": "healthy"},
        "data": {"known": True, "asOf": instant(720), "snapshot": "snapmirror.1"},
        "policy": None,
        "schedule": {"name": "hourly", "everySeconds": 3600, "nextAt": instant(-1205)},
        "lastTransfer": {
            "type": "update",
            "state": "succeeded",
            "bytes": 3 * 2**30,
            "seconds": 42,
            "bytesPerSecond": 76_700_000,
            "endedAt": instant(600),
            "reasons": [],
        },
        "transfer": None,
        "update": None,
        "seen": None,
        "guard": None,
        "can": {"update": YES, "promote": YES, "resync": YES},
        **parts,
    }


def an_update(state: str, **parts: Any) -> dict[str, Any]:
    """What the mirror tells of the update that was asked for."""
    told = {"id": "t1", "state": state, "askedAt": instant(), "endedAt": None, "alreadyRunning": False, "cancel": YES}
    return {**told, "reasons": [], **parts}


def running(bytes_so_far: int | None) -> dict[str, Any]:
    """A transfer in flight."""
    facts = {"type": "update", "state": "transferring", "bytes": bytes_so_far}
    return {**facts, "seconds": 180, "bytesPerSecond": None}


def a_list(*mirrors: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """All mirrors; ONTAP answers, Trident is not there."""
    sources = {"trident": ABSENT, "ontap": {"state": "answers", "asOf": instant()}}
    return {"items": list(mirrors), "sources": sources, "now": instant(), **parts}


def accepted(schema: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document, if the contract knows it as this."""
    rule = {"$ref": f"#/components/schemas/{schema}", "components": _CONTRACT["components"]}
    Draft202012Validator(rule).validate(document)
    return document


class StandIn:
    """Answers by method and path; the last answer laid down for one stays. `asked` is every request in turn."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.asked: list[str] = []
        self._answers: dict[str, list[Answer]] = {}
        self._events: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self.answer("GET /status", {"state": "running", "version": "0.1.0", "api": {"major": 1, "minor": 0}})
        names = {"id": "claim-climate", "name": "climate", "mountPath": "/home/ann/climate", "role": "claim"}
        size = {"known": False, "reason": "Not told."}
        sizes = {"requested": size, "used": size, "free": size, "driver": "d", "snapshotCount": 0}
        self.answer("GET /volumes", {"items": [{**names, **sizes, "can": {"snapshot": YES}}]})

    def answer(self, request: str, *documents: dict[str, Any], status: int = 200) -> None:
        """Lays down what is told, one after the other."""
        self._answers[request] = [(status, one) for one in documents]

    def mirrors(self, *lists: dict[str, Any]) -> None:
        """What the list of mirrors is, look after look."""
        self.answer("GET /ingest/mirrors", *(accepted("MirrorList", one) for one in lists))

    def tell(self, mirror: dict[str, Any]) -> None:
        """What the stream of changes tells of a mirror."""
        self._events.put({"type": "upsert", "revision": 1, "object": accepted("Mirror", mirror)})

    def end_stream(self) -> None:
        """Ends the stream that is open, or the next one."""
        self._events.put(None)

    def events(self) -> Iterator[dict[str, Any]]:
        """One stream of changes, until it is ended."""
        yield {"type": "hello", "revision": 0}
        yield from iter(self._events.get, None)

    def take(self, request: str) -> Answer:
        """The next answer to a request."""
        left = self._answers.get(request)
        if not left:
            return 404, problem("mirror-not-found", f"Nothing is laid down for {request}.", "Lay it down.")
        return left.pop(0) if len(left) > 1 else left[0]


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    stand_in: StandIn


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _reply(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        below = self.path.removeprefix(API)
        self.server.stand_in.asked.append(f"{self.command} {below}")
        if below == "/events":
            self._stream()
            return
        status, document = self.server.stand_in.take(f"{self.command} {urlsplit(below).path}")
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in self.server.stand_in.events():
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())

    do_GET = do_POST = do_DELETE = _reply

    def address_string(self) -> str:
        """Unix sockets have no address."""
        return "socket"

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def standing_in(socket: Path) -> Iterator[StandIn]:
    """A sidecar that answers on a socket until the end of the block."""
    server = _Server(str(socket), _Handler)
    server.stand_in = StandIn(socket)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
