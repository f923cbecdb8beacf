"""HTTP over the sidecar's Unix socket, one method per route that the verbs use; answers become records.

Whoever waits for something uses `waiting`; nothing here knows verbs, notebooks or terminals.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPException
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

from .connection import LOCK_PATIENCE, LOOK_AGAIN, Finder
from .event_stream import left_until, read_events
from .problem import PREFIX, DatamarkError, error
from .records import Clone, DeletePlan, Listing, Operation, Restore, Snapshot, Status, Volume
from .report import Report

API = "/datamark/api/v1"
API_MAJOR = 1
# A cold start takes half a second, but a machine can be busy.
ANSWER_TIMEOUT = 60.0

Read = TypeVar("Read")


class UnixConnection(HTTPConnection):
    """HTTP/1.1 over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connects to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """Talks to the sidecar that the finder names; finds it again where that can do no harm."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self._checked: str | None = None

    def status(self) -> Status:
        """Who answers and what it can do."""
        return self.read(Status.read, self.get("/status"))

    def check(self) -> Report:
        """Looks at everything Datamark needs here."""
        return self.read(Report.read, self.get("/check"))

    def volumes(self) -> Listing:
        """Volumes of this server."""
        return self._listing("volume", Volume.read, self.get("/volumes"))

    def snapshots(self, volume: Volume, *, limit: int = 100, search: str = "", cursor: str = "") -> Listing:
        """Newest first, with the total."""
        query = {"limit": str(limit), "q": search, "cursor": cursor}
        page = self.get(f"/volumes/{quote(volume.id)}/snapshots", {name: one for name, one in query.items() if one})
        return self._listing("snapshot", Snapshot.read, page, volume)

    def snapshot(self, name: str) -> Snapshot:
        """One snapshot."""
        return self.read(Snapshot.read, self.get(f"/snapshots/{quote(name)}"))

    def create_snapshot(self, volume: str, body: Mapping[str, Any]) -> Snapshot:
        """Begins a snapshot; it is pending."""
        return self.read(Snapshot.read, self.post(f"/volumes/{quote(volume)}/snapshots", body))

    def retry_snapshot(self, name: str) -> Snapshot:
        """Makes a failed snapshot again."""
        return self.read(Snapshot.read, self.post(f"/snapshots/{quote(name)}/retry", None))

    def update_snapshot(self, name: str, change: Mapping[str, Any]) -> Snapshot:
        """Changes title, note or hold."""
        return self.read(Snapshot.read, self._request("PATCH", f"/snapshots/{quote(name)}", body=change))

    def clones(self) -> Listing:
        """Clones and where each came from."""
        return self._listing("clone", Clone.read, self.get("/clones"))

    def clone(self, source: Snapshot | Volume, name: str | None) -> Clone:
        """Begins a writable copy; it is pending."""
        place = f"/snapshots/{quote(source.name)}" if isinstance(source, Snapshot) else f"/volumes/{quote(source.id)}"
        return self.read(Clone.read, self.post(f"{place}/clones", {"name": name} if name else {}))

    def restores(self) -> Listing:
        """Restores, newest first."""
        return self._listing("restore", Restore.read, self.get("/restores"))

    def plan_restore(self, snapshot: str, strategy: str | None = None, paths: Sequence[str] = ()) -> Restore:
        """Begins a plan; nothing changes before it is approved. Paths belong to the strategy `files`."""
        body: dict[str, Any] = {"snapshot": snapshot}
        if strategy is not None:
            body["strategy"] = strategy
        if paths:
            body["paths"] = list(paths)
        return self.read(Restore.read, self.post("/restores", body))

    def approve_restore(self, restore: Restore) -> Restore:
        """Lets a planned restore begin."""
        return self.read(Restore.read, self.post(f"/restores/{quote(restore.id)}/approve", {"uid": restore.uid}))

    def undo_restore(self, restore: str) -> Restore:
        """Begins the plan of the way back."""
        return self.read(Restore.read, self.post(f"/restores/{quote(restore)}/undo", None))

    def operations(self) -> Listing:
        """What runs, and what ended lately."""
        return self._listing("operation", Operation.read, self.get("/operations"))

    def cancel(self, operation: str) -> Operation:
        """Cancels, until data is changed."""
        return self.read(Operation.read, self._request("DELETE", f"/operations/{quote(operation)}"))

    def plan_delete(self, what: str, name: str, label: str) -> DeletePlan:
        """What deleting a `snapshot` or a `clone` would do."""
        plan = self._request("DELETE", f"/{what}s/{quote(name)}", query={"dryRun": "true"}, repeatable=True)
        return self.read(lambda document, as_of: DeletePlan.read(document, as_of, what, label), plan)

    def delete(self, what: str, name: str, uid: str, *, force: bool = False) -> dict[str, Any]:
        """Deletes this life of a `snapshot` or a `clone`; answers with it as it is now."""
        query = {"uid": uid, **({"force": "true"} if force else {})}
        return self._request("DELETE", f"/{what}s/{quote(name)}", query=query)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One document."""
        return self._request("GET", path, query=query, repeatable=True)

    def post(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """Makes something once, however often it has to be asked."""
        return self._request("POST", path, body=body or {}, key=uuid4().hex, repeatable=True)

    def end(self, path: str) -> dict[str, Any]:
        """Ends what runs at a path; answers with it as it is now."""
        return self._request("DELETE", path)

    @contextmanager
    def events(self, until: float | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        """The stream of changes, from its `hello` on. Raises OSError or HTTPException when it breaks.

        `until`: a time of `time.monotonic` at which it ends, as TimeoutError.
        """
        connection = UnixConnection(self.finder.socket_path(), left_until(until))
        try:
            connection.request("GET", f"{API}/events", headers={"Accept": "text/event-stream"})
            stream = connection.sock
            response = connection.getresponse()
            if response.status != 200:
                raise DatamarkError(_problem_of(response.status, response.read()))
            yield read_events(response, lambda: stream.settimeout(left_until(until)))
        finally:
            connection.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        repeatable: bool = False,
    ) -> dict[str, Any]:
        target = API + path + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": "application/json", **({"Idempotency-Key": key} if key else {})}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        attempts = 0
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            attempts += 1
            sent = False
            child = None
            try:
                socket_path = self.finder.socket_path()
                child = self.finder.child
                if path != "/status":
                    self._check_version(socket_path)
                connection = UnixConnection(socket_path, ANSWER_TIMEOUT)
                try:
                    connection.connect()
                    sent = True
                    connection.request(method, target, content, headers)
                    response = connection.getresponse()
                    return _document(response.status, response.read())
                finally:
                    connection.close()
            except TimeoutError as cause:
                detail = f"No answer within {ANSWER_TIMEOUT:.0f} s."
                raise error("sidecar-timeout", detail, "Look at the server’s log, then try again.") from cause
            except (OSError, HTTPException) as cause:
                words = child.last_words() if child and not child.alive else ""
                self.finder.forget()
                if attempts >= 3 or (sent and not repeatable):
                    detail = f"The connection ended: {words or cause or 'no answer'}."
                    raise error("sidecar-unavailable", detail, "Look at the state, then try again.") from cause
            except DatamarkError as refusal:
                if time.monotonic() > deadline or not self._passes(refusal):
                    if refusal.slug == "internal" and child and (words := child.last_words()):
                        refusal.problem["next"] = f"Its log says: {words}"
                    raise
                time.sleep(LOOK_AGAIN)
                attempts = 0

    def _passes(self, refusal: DatamarkError) -> bool:
        """Whether asking again can help: the sidecar is starting, or another process was faster than our child."""
        if refusal.slug == "store-locked" and self.finder.child is not None:
            self.finder.give_up_child()
            return True
        return refusal.slug == "starting"

    def _check_version(self, socket_path: str) -> None:
        if self._checked == socket_path:
            return
        major = self.get("/status")["api"]["major"]
        if major != API_MAJOR:
            raise error(
                "not-supported",
                f"The server speaks version {major} of the interface, this client version {API_MAJOR}.",
                "Install the same version of jupyterlab-datamark for the server and for this kernel.",
            )
        self._checked = socket_path

    def read(self, read: Callable[[Mapping[str, Any], str], Read], document: Mapping[str, Any]) -> Read:
        """A record of a document, as of now. Raises DatamarkError where the document is of another form."""
        try:
            return read(document, now())
        except (KeyError, TypeError, ValueError, AttributeError) as cause:
            raise _unreadable() from cause

    def _listing(
        self,
        kind: str,
        read: Callable[[Mapping[str, Any], str], Any],
        document: Mapping[str, Any],
        volume: Volume | None = None,
    ) -> Listing:
        def read_all(one: Mapping[str, Any], as_of: str) -> Listing:
            items = tuple(read(item, as_of) for item in one["items"])
            total = int(one.get("total", len(items)))
            return Listing(json=one, as_of=as_of, kind=kind, items=items, total=total, volume=volume)

        return self.read(read_all, document)


def now() -> str:
    """This moment as the contract writes it."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _document(status: int, content: bytes) -> dict[str, Any]:
    if status >= 400:
        raise DatamarkError(_problem_of(status, content))
    try:
        document = json.loads(content)
    except ValueError as cause:
        raise _unreadable() from cause
    if not isinstance(document, dict):
        raise _unreadable()
    return document


def _problem_of(status: int, content: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if isinstance(problem, dict) and str(problem.get("type", "")).startswith(PREFIX):
        return problem
    return error("internal", f"The server answered with status {status}.", "Look at the server’s log.").problem


def _unreadable() -> DatamarkError:
    return error("internal", "The answer can’t be read.", "Install the same version for server and kernel.")
