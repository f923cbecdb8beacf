"""Snapshot, clone and list on a real cluster, by turns with the peer, and what is asked of the API server for it.

The cluster's own time is from the moment the API server got the creating request to its own write of the result, both
from its audit log.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditLog import AuditLog, Entry, is_ready_write
from figure import Figure
from peer import Peer, peer_environment
from realCluster import (
    CLAIM,
    ROOT,
    SNAPSHOT_CLASS,
    BenchNamespace,
    EventReader,
    audit_log,
    bench_namespace,
    cluster_sidecar,
    wait_until_current,
)
from sidecarProcess import SidecarProcess

ROUNDS = 10
QUIET_SECONDS = 30
STARTS = 5


@dataclass(frozen=True)
class Action:
    """One action of ours."""

    seconds: float
    """From the request until its end was told on the event stream."""
    cluster_seconds: float
    behind_seconds: float
    """From the API server's own write of the result until that was told."""
    calls: list[Entry]


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all does not exceed."""
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def _is_bound_write(name: str) -> Callable[[Entry], bool]:
    """The write that bound a claim."""
    return lambda one: (
        one.resource == "persistentvolumeclaims/status"
        and one.name == name
        and one.stage == "ResponseComplete"
        and one.status < 300
        and isinstance(one.body, dict)
        and one.body.get("status", {}).get("phase") == "Bound"
    )


class Ours:
    """The sidecar, its stream, and the audit log."""

    def __init__(self, sidecar: SidecarProcess, events: EventReader, audit: AuditLog, user: str) -> None:
        self._user = user
        self._sidecar = sidecar
        self._events = events
        self._audit = audit

    def snapshot(self) -> tuple[str, Action]:
        """Makes one of the claim."""
        return self._act("snapshot", f"/volumes/{CLAIM}/snapshots", {}, "name", is_ready_write, "volumesnapshots")

    def clone_volume(self, name: str) -> Action:
        """Clones the claim as it is."""
        path = f"/volumes/{CLAIM}/clones"
        return self._act("clone", path, {"name": name}, "id", _is_bound_write, "persistentvolumeclaims")[1]

    def clone_snapshot(self, snapshot: str, name: str) -> Action:
        """Clones a snapshot."""
        path = f"/snapshots/{snapshot}/clones"
        return self._act("clone", path, {"name": name}, "id", _is_bound_write, "persistentvolumeclaims")[1]

    def _act(
        self,
        kind: str,
        path: str,
        body: dict[str, object],
        key: str,
        is_done: Callable[[str], Callable[[Entry], bool]],
        resource: str,
    ) -> tuple[str, Action]:
        self._audit.skip()
        asked = time.time()
        made = str(self._sidecar.ask("POST", path, body)[key])
        told = self._events.when_ready(kind, made)
        done = self._audit.wait_for(f"{made} is done", is_done(made))
        created = self._audit.wait_for(
            f"{made} is created", lambda one: one.verb == "create" and one.resource == resource and one.status == 201
        )
        calls = [one for one in self._audit.of_account(self._user) if one.verb != "watch"]
        return made, Action(told - asked, done.at - created.received, told - done.at, calls)


def against_peer(folder: Path) -> list[Figure]:
    """All of it."""
    programs = peer_environment()
    with (
        bench_namespace(folder) as place,
        cluster_sidecar(place, folder) as sidecar,
        Peer(programs) as peer,
    ):
        wait_until_current(sidecar)
        events = EventReader(sidecar.socket)
        ours = Ours(sidecar, events, audit_log(), place.user)
        try:
            # Marks the claim, which is done once in its life, and warms both up.
            ours.snapshot()
            figures = _by_turns(ours, peer, place, sidecar)
        finally:
            events.close()
        return [*figures, *_quiet(sidecar, place.user), *_starts(place, folder)]


def _by_turns(ours: Ours, peer: Peer, place: BenchNamespace, sidecar: SidecarProcess) -> list[Figure]:
    common = {"namespace": place.name, "volume_snapshot_class": SNAPSHOT_CLASS}
    snapshots, volumes, copies, lists = [], [], [], []
    theirs: dict[str, list[float]] = {"snapshot": [], "volume": [], "copy": [], "list": []}
    for number in range(ROUNDS):
        name, action = ours.snapshot()
        snapshots.append(action)
        volumes.append(ours.clone_volume(f"v{number}"))
        copies.append(ours.clone_snapshot(name, f"s{number}"))
        lists.append(_list_seconds(sidecar))
        peers = f"peer-{number}"
        theirs["snapshot"].append(peer.seconds("snapshot", pvc_name=CLAIM, snapshot_name=peers, **common))
        if number < 3:
            theirs["volume"].append(peer.seconds("clone", new_pvc_name=f"{peers}-v", source_pvc_name=CLAIM, **common))
            theirs["copy"].append(
                peer.seconds(
                    "clone", new_pvc_name=f"{peers}-s", source_pvc_name=CLAIM, source_snapshot_name=peers, **common
                )
            )
            theirs["list"].append(peer.list_seconds(place.name))
    behind = [one.behind_seconds * 1000 for one in snapshots]
    writes = [sum(call.is_write for call in one.calls) for one in snapshots]
    reads = [sum(not call.is_write for call in one.calls) for one in snapshots]
    clones = [len(one.calls) for one in volumes + copies]
    return [
        Figure("Ready in the API server to the event, p95", "ms", 100, percentile(behind, 0.95), f"{ROUNDS} snapshots"),
        *_compared("snapshot", snapshots, theirs["snapshot"]),
        *_compared("clone of the volume", volumes, theirs["volume"]),
        *_compared("clone of a snapshot", copies, theirs["copy"]),
        Figure(
            "list of snapshots, command / peer",
            "times",
            1,
            statistics.median(lists) / statistics.median(theirs["list"]),
            f"ours {statistics.median(lists):.2f} s beside a server, peer {statistics.median(theirs['list']):.2f} s",
        ),
        Figure("snapshot: writes", "", 1, max(writes), _named(snapshots)),
        Figure("snapshot: reads until it is ready", "", 0, max(reads), _named(snapshots)),
        Figure("clone: API calls", "", 3, max(clones), _named(volumes + copies)),
    ]


def _compared(name: str, ours: list[Action], theirs: list[float]) -> list[Figure]:
    seconds = statistics.median(one.seconds for one in ours)
    cluster = statistics.median(one.cluster_seconds for one in ours)
    extra = statistics.median(one.seconds - one.cluster_seconds for one in ours)
    peer = statistics.median(theirs)
    note = f"ours {seconds:.2f} s, of it the cluster's own {cluster:.2f} s; peer {peer:.2f} s"
    return [
        Figure(f"{name} / peer", "times", 1, seconds / peer, note),
        Figure(f"{name}: added to the cluster's own time", "ms", 100, extra * 1000),
    ]


def _named(actions: list[Action]) -> str:
    kinds = sorted({f"{call.verb} {call.resource}" for one in actions for call in one.calls})
    return "all of them: " + (", ".join(kinds) or "none")


def _list_seconds(sidecar: SidecarProcess) -> float:
    """The command in a terminal of a server."""
    environment = {**os.environ, "DATAMARK_SOCKET": sidecar.socket}
    started = time.perf_counter()
    command = [sys.executable, "-m", "datamark", "snapshots", "--volume", CLAIM]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _quiet(sidecar: SidecarProcess, user: str) -> list[Figure]:
    """What is asked of the API server while nobody follows."""
    audit = audit_log()
    time.sleep(QUIET_SECONDS)
    asked = [one for one in audit.of_account(user) if one.verb != "watch"]
    note = ", ".join(sorted({f"{one.verb} {one.resource}" for one in asked})) or "one open watch for each kind"
    resident = sidecar.resident_bytes() / 1e6
    return [
        Figure(f"hidden panel: API calls in {QUIET_SECONDS} s", "", 0, len(asked), note),
        Figure("sidecar's memory after all of this", "MB", 90, resident),
    ]


def _starts(place: BenchNamespace, folder: Path) -> list[Figure]:
    """Starting in Kubernetes mode."""
    seconds, resident = [], []
    for _ in range(STARTS):
        with cluster_sidecar(place, folder) as sidecar:
            seconds.append(sidecar.wait_for_first_answer())
            wait_until_current(sidecar)
            sidecar.ask("GET", f"/volumes/{CLAIM}/snapshots?timeZone=Europe/Berlin")
            resident.append(sidecar.resident_bytes())
    note = f"median of {STARTS} starts, files in the page cache"
    return [
        Figure("sidecar on Kubernetes: start to first answer", "s", 0.5, statistics.median(seconds), note),
        Figure(
            "sidecar on Kubernetes: resident memory",
            "MB",
            90,
            statistics.median(resident) / 1e6,
            "after the list as the panel asks for it",
        ),
    ]
