"""From a change of Trident’s object to the row: an API server of its own, a real sidecar and its event stream.

Nothing works on the objects: the status is written here as Trident writes it. Needs the test bed’s binaries on PATH.
"""

import http.client
import json
import shutil
import ssl
import statistics
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from controlPlane import ADMIN, ControlPlane
from figure import Figure
from mirroredServer import CLAIM, DESTINATION, GROUP, MIRROR, NAMESPACE, NO_BINARIES, SOURCE, mirrored_server
from realCluster import EventReader
from sidecarProcess import SidecarProcess

ROUNDS, ROW_SECONDS = 20, 30
NAME = "a mirror's object changes: its row changes"


class _StatusWriter:
    """Writes the condition of the mirror over one kept connection."""

    def __init__(self, plane: ControlPlane) -> None:
        trust = ssl.create_default_context(cafile=str(plane.certificate))
        self._connection = http.client.HTTPSConnection(
            "localhost", int(plane.server.rsplit(":", 1)[1]), timeout=30, context=trust
        )

    def write(self, when: datetime) -> float:
        """A condition that changed then; when it was sent, in seconds since 1970."""
        condition = {
            "state": "established",
            "message": "Desired state reached",
            "lastTransitionTime": when.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "observedGeneration": 1,
            "localPVCName": CLAIM,
            "localVolumeHandle": DESTINATION,
            "remoteVolumeHandle": SOURCE,
        }
        path = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/tridentmirrorrelationships/{MIRROR}/status"
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/merge-patch+json"}
        sent = time.time()
        self._connection.request("PATCH", path, json.dumps({"status": {"conditions": [condition]}}), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"PATCH {path}: {answer.status} {text.decode()}")
        return sent

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def mirror_row(folder: Path) -> list[Figure]:
    """The median and the slowest of twenty changes."""
    if shutil.which("kube-apiserver") is None:
        return [Figure(NAME, "s", 2, None, NO_BINARIES)]
    with mirrored_server(folder) as server:
        seconds = _changes(server.plane, server.sidecar)
    note = "the request that writes Trident's status → `upsert` on the event stream of the sidecar"
    return [
        Figure(NAME, "s", 2, statistics.median(seconds), f"{note}, median of {ROUNDS}"),
        Figure("the slowest of these changes", "s", 2, max(seconds)),
    ]


def _changes(plane: ControlPlane, sidecar: SidecarProcess) -> list[float]:
    """Seconds of each change, from the request that writes it to the row."""
    events = EventReader(sidecar.socket)
    writer = _StatusWriter(plane)
    seconds = []
    try:
        start = datetime.now(timezone.utc) - timedelta(hours=1)
        for number in range(ROUNDS):
            when = (start + timedelta(seconds=number)).replace(microsecond=0)
            sent = writer.write(when)
            seconds.append(_told(events, when) - sent)
    finally:
        writer.close()
        events.close()
    return seconds


def _told(events: EventReader, when: datetime) -> float:
    """When the row was told with this change, in seconds since 1970."""

    def fits(event: dict[str, Any]) -> bool:
        thing = event.get("object", {})
        at = thing.get("toldAt") if thing.get("kind") == "mirror" else None
        return at is not None and datetime.fromisoformat(at.replace("Z", "+00:00")) == when

    return events.when(fits, f"the mirror as of {when}", ROW_SECONDS)
