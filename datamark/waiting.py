"""Waiting for an object to come to an end, by the event stream; the object itself is what counts.

Level-triggered: after every (re)connection the object is read again, so a missed event does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, Protocol

from .client import Client
from .event_stream import STREAM_TIMEOUT
from .problem import DatamarkError, error
from .records import Operation

# How long a sidecar may be out of reach before the wait ends.
OUT_OF_REACH = 60.0
# Before the stream is opened again after it broke.
BREATH = 0.2

Document = Mapping[str, Any]


class Progress(Protocol):
    """Where the words go that change while we wait."""

    def update(self, text: str) -> None:
        """Replaces the line."""

    def done(self) -> None:
        """Takes the line away."""


class Wait:
    """One wait for the object `kind`/`name`, known to people as `label`."""

    def __init__(
        self, client: Client, kind: str, name: str, label: str, progress: Progress, *, verb: str | None = None
    ) -> None:
        self._client = client
        self._kind = kind
        self._name = name
        self._label = label
        self._progress = progress
        verbs = {"snapshot": "Creating", "clone": "Cloning", "restore": "Restoring", "operation": "Waiting for"}
        self._verb = verb or verbs[kind]

    def until(self, done: Callable[[Document], bool], say: Callable[[str], None]) -> Document | None:
        """The object once `done` accepts it, or None once it is gone.

        An interrupt cancels the operation where that is possible, says what happened, and goes on as KeyboardInterrupt.
        """
        try:
            return self._watch(done)
        except KeyboardInterrupt:
            self._progress.done()
            say(self._cancel())
            raise
        finally:
            self._progress.done()

    def _watch(self, done: Callable[[Document], bool]) -> Document | None:
        reached = time.monotonic()
        while True:
            try:
                with self._client.events() as events:
                    next(events)
                    document = self._read()
                    reached = time.monotonic()
                    if document is None or done(document):
                        return document
                    self._progress.update(f"{self._verb} {self._label}")
                    for event in events:
                        reached = time.monotonic()
                        if event["type"] == "reset":
                            break
                        if event["type"] == "remove" and (event["kind"], event["id"]) == (self._kind, self._name):
                            return None
                        if event["type"] == "upsert":
                            changed: Document = event["object"]
                            if self._is_it(changed) and done(changed):
                                return changed
                            self._tell(changed)
            except (OSError, HTTPException, StopIteration) as cause:
                if time.monotonic() - reached > OUT_OF_REACH + STREAM_TIMEOUT:
                    raise error(
                        "sidecar-timeout",
                        f"Nothing was heard of {self._label} for {OUT_OF_REACH + STREAM_TIMEOUT:.0f} s.",
                        "It may go on. Look at the state, then try again.",
                        about=self._name,
                    ) from cause
                self._progress.update(f"{self._verb} {self._label}: waiting for Datamark to answer again")
                self._client.finder.forget()
                time.sleep(BREATH)

    def _read(self) -> Document | None:
        try:
            if self._kind in ("clone", "operation"):
                listing = self._client.clones() if self._kind == "clone" else self._client.operations()
                found: list[Document] = [one.json for one in listing if one.id == self._name]
                return found[0] if found else None
            return self._client.get(f"/{self._kind}s/{self._name}")
        except DatamarkError as failure:
            if failure.slug == f"{self._kind}-not-found":
                return None
            raise

    def loss(self) -> DatamarkError:
        """Why the object that was waited for is gone: it was cancelled, as its operation says, or deleted."""
        ended = [one for one in self._client.operations() if one.object_name == self._name]
        if any(one.state == "cancelled" for one in ended):
            return error(
                "cancelled", f"{self._label} was cancelled.", "Start it again if you want it.", about=self._name
            )
        slug = "clone-not-found" if self._kind == "clone" else "snapshot-not-found"
        return error(slug, f"{self._label} was deleted before it was ready.", "Make another one.", about=self._name)

    def _is_it(self, document: Document) -> bool:
        key = "name" if self._kind == "snapshot" else "id"
        return bool(document["kind"] == self._kind and document[key] == self._name)

    def _tell(self, document: Document) -> None:
        if document["kind"] != "operation" or self._name not in (document["object"]["name"], document["id"]):
            return
        operation = Operation.read(document, "")
        if operation.running:
            self._progress.update(f"{self._verb} {self._label}: {operation.text}")

    def _cancel(self) -> str:
        """Cancels what is waited for, unless it is of somebody else; answers with what is true then."""
        if self._kind == "operation":
            return f"Interrupted while waiting for {self._label}. Nothing was begun."
        try:
            running = [one for one in self._client.operations() if one.object_name == self._name and one.running]
            if not running:
                return "Interrupted. Nothing was running any more."
            operation = running[0]
            if not operation.can_cancel.available:
                return f"Interrupted, but {self._label} is not cancelled: {operation.can_cancel.reason}"
            self._client.cancel(operation.id)
        except DatamarkError as failure:
            return f"Interrupted, but {self._label} is not cancelled: {failure.reason()}"
        return f"Interrupted: {self._label} is cancelled."
