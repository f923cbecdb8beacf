"""From the end of a transfer in ONTAP to what the controller tells, and to the row: the intervals of an installation.

The promise is the controller’s: it asks the storage once in an interval, and whoever asks it then is told. A row is as
new as the panel’s last question, which adds the panel’s own interval. Needs the test bed’s binaries on PATH.
"""

import http.client
import json
import sched
import shutil
import ssl
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bundledProcess import BundledProcess
from emulatedOntap import EmulatedOntap
from figure import Figure
from mirroredServer import NO_BINARIES, mirrored_server

RELATIONSHIPS = 5000
# `pollSeconds` of the controller as it is without a setting, and POLL_MS of the panel's model.
POLL_SECONDS, PANEL_SECONDS = 30, 30
# The client of the controller here; the limit of its calls is one a second.
CALLER_SECONDS = 1
# A change right after its page was read waits for the next list to end; see relationshipLists.py for its limit.
LIST_SECONDS = 2
# In the middle of the seconds, through two polls.
CHANGES, CHANGE_SECONDS = 29, 2
# The panel asks shortly before the controller does, so that its row is as late as can be.
PANEL_BEGINS = POLL_SECONDS - 2
TOLD_LIMIT = POLL_SECONDS + LIST_SECONDS + CALLER_SECONDS
ROW_LIMIT = POLL_SECONDS + LIST_SECONDS + PANEL_SECONDS
DEADLINE_SECONDS = CHANGES * CHANGE_SECONDS + 2 * ROW_LIMIT
TOLD, ROW = "a transfer ends in ONTAP: the controller tells it", "a transfer ends in ONTAP: its row changes"


class _Looker:
    """Somebody who asks for the mirror again and again, and when each change was first shown."""

    def __init__(self, ask: Callable[[], dict[str, Any]], pause: float) -> None:
        self._ask = ask
        self.pause = pause
        self.shown_at: list[float] = []

    def look(self) -> None:
        newest = _change_in(self._ask())
        now = time.monotonic()
        self.shown_at += [now] * (newest - len(self.shown_at))

    @property
    def has_seen_all(self) -> bool:
        return len(self.shown_at) >= CHANGES


def transfer_to_row(folder: Path) -> list[Figure]:
    """The slowest of some changes at every moment of an interval; half of them make the mirror unhealthy."""
    if shutil.which("kube-apiserver") is None:
        return [Figure(TOLD, "s", TOLD_LIMIT, None, NO_BINARIES), Figure(ROW, "s", ROW_LIMIT, None, NO_BINARIES)]
    with EmulatedOntap(folder, RELATIONSHIPS) as ontap:
        settings = {
            "port": 0,
            "certificateDir": str(ontap.certificates),
            "storages": [ontap.settings()],
            "pollSeconds": POLL_SECONDS,
            "history": {"keep": False},
        }
        with BundledProcess("controllerProcess", folder, settings) as controller:
            port = int(controller.place["port"])
            token = folder / "token"
            token.write_text("token-0")
            address = {
                "url": f"https://127.0.0.1:{port}",
                "caFile": str(ontap.authority),
                "tokenFile": str(token),
            }
            with mirrored_server(folder, ingest={"controller": address}) as server:
                caller = _Looker(lambda: _told(port, ontap.authority), CALLER_SECONDS)
                panel = _Looker(lambda: server.sidecar.ask("GET", "/ingest/mirrors"), PANEL_SECONDS)
                changed_at = _run(ontap, caller, panel)
    return [
        _figure(
            TOLD, TOLD_LIMIT, changed_at, caller, f"asked once a second; it asks the storage once in {POLL_SECONDS} s"
        ),
        _figure(ROW, ROW_LIMIT, changed_at, panel, f"the panel asks its server once in {PANEL_SECONDS} s"),
    ]


def _run(ontap: EmulatedOntap, caller: _Looker, panel: _Looker) -> list[float]:
    """When each change was made. The first look makes the controller ask."""
    timetable = sched.scheduler()
    changed_at: list[float] = []

    def change() -> None:
        changed_at.append(time.monotonic())
        ontap.end_transfer()

    def look(looker: _Looker) -> None:
        looker.look()
        if not looker.has_seen_all and time.monotonic() < begun + DEADLINE_SECONDS:
            timetable.enter(looker.pause, 0, look, (looker,))

    caller.look()
    begun = time.monotonic()
    for number in range(CHANGES):
        timetable.enterabs(begun + CHANGE_SECONDS * number + 1.5, 0, change)
    timetable.enterabs(begun + CALLER_SECONDS, 0, look, (caller,))
    timetable.enterabs(begun + PANEL_BEGINS, 0, look, (panel,))
    timetable.run()
    return changed_at


def _figure(name: str, limit: float, changed_at: list[float], looker: _Looker, note: str) -> Figure:
    if not looker.has_seen_all:
        raise TimeoutError(f"{name}: {len(looker.shown_at)} of {CHANGES} changes within {DEADLINE_SECONDS} s")
    seconds = [shown - changed for changed, shown in zip(changed_at, looker.shown_at, strict=True)]
    return Figure(
        name, "s", limit, max(seconds), f"slowest of {CHANGES}, median {statistics.median(seconds):.1f} s: {note}"
    )


def _told(port: int, authority: Path) -> dict[str, Any]:
    """What the controller tells the pod that mounts the first claim."""
    trust = ssl.create_default_context(cafile=str(authority))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=trust)
    try:
        connection.request("GET", "/v1/mirrors", headers={"Authorization": "Bearer token-0"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"GET /v1/mirrors: {answer.status} {text}")
    told: dict[str, Any] = json.loads(text)
    return told


def _change_in(listed: dict[str, Any]) -> int:
    """The number of the newest change that a list shows: so many bytes went over, and every second one has failed."""
    [mirror] = listed["items"]
    last = mirror["lastTransfer"]
    number = int(last["bytes"] or 0) if last else 0
    health = "unhealthy" if number and number % 2 == 0 else "healthy"
    if mirror["health"]["state"] != health:
        raise RuntimeError(f"The mirror should be {health} after change {number}: {json.dumps(mirror)}")
    return number
