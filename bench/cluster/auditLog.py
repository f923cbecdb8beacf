"""The API server's own record of what it was asked, read from a position on. Times are its stage time stamps."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

WAIT_SECONDS = 30
LONGEST_LINE = 4_000_000


@dataclass(frozen=True)
class Entry:
    """One request at one stage."""

    at: float
    """Seconds since 1970, when the stage was reached."""
    received: float
    stage: str
    verb: str
    resource: str
    """With its subresource, for example `volumesnapshots/status`."""
    namespace: str
    name: str
    user: str
    status: int
    uri: str
    body: Any

    @property
    def is_write(self) -> bool:
        """Whether it may have changed something."""
        return (
            self.verb in {"create", "update", "patch", "delete", "deletecollection"} and "reviews" not in self.resource
        )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _entry(line: str) -> Entry:
    event = json.loads(line)
    reference = event.get("objectRef", {})
    parts = [reference.get("resource", ""), reference.get("subresource", "")]
    return Entry(
        at=_seconds(event["stageTimestamp"]),
        received=_seconds(event["requestReceivedTimestamp"]),
        stage=event["stage"],
        verb=event["verb"],
        resource="/".join(part for part in parts if part),
        namespace=reference.get("namespace", ""),
        name=reference.get("name", ""),
        user=event.get("user", {}).get("username", ""),
        status=event.get("responseStatus", {}).get("code", 0),
        uri=event.get("requestURI", ""),
        body=event.get("requestObject"),
    )


class AuditLog:
    """Reads what is appended after it was made, or after `skip`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Entry] = []
        self._position = 0
        if path.exists():
            self.skip()

    def skip(self) -> None:
        """Forgets what was written until now."""
        self._entries.clear()
        with self._path.open("rb") as file:
            # From the beginning of the line that may be being written now.
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - LONGEST_LINE)
            file.seek(start)
            self._position = start + file.read(size - start).rfind(b"\n") + 1

    def entries(self) -> list[Entry]:
        """Everything so far; a line that is still being written comes next time."""
        with self._path.open("rb") as file:
            file.seek(self._position)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._position += len(whole)
        self._entries += [_entry(line) for line in whole.decode().split("\n") if line]
        return self._entries

    def of_account(self, user: str) -> list[Entry]:
        """Requests of an account that were answered, or as a watch were begun."""
        return [
            one
            for one in self.entries()
            if one.user == user
            and (one.stage == "ResponseComplete" if one.verb != "watch" else one.stage == "ResponseStarted")
        ]

    def wait_for(self, what: str, fits: Callable[[Entry], bool]) -> Entry:
        """The first entry that fits, which may come later. Raises TimeoutError."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            found = next((one for one in self.entries() if fits(one)), None)
            if found:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"not in {self._path} within {WAIT_SECONDS} s: {what}")
            time.sleep(0.02)


def is_ready_write(name: str) -> Callable[[Entry], bool]:
    """The write that made a snapshot ready."""

    def fits(one: Entry) -> bool:
        return (
            one.resource == "volumesnapshots/status"
            and one.name == name
            and one.stage == "ResponseComplete"
            and one.status < 300
            and '"readyToUse": true' in json.dumps(one.body)
        )

    return fits
