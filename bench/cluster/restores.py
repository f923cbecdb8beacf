"""Restores of a home of 20,000 files and 2 GB: what each way adds to a stop and a start, and the peer's, in one run.

testbed/measure takes the times; when a claim was bound, and what the controller asked, is from the audit log.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from auditLog import Entry
from figure import Figure
from realCluster import ROOT, audit_log

NPX = Path(sys.executable).with_name("npx")
CONTROLLER = "system:serviceaccount:datamark:datamark-controller"
VOLUME = "20,000 files, 2 GB"


def restores(folder: Path) -> list[Figure]:
    """All ways to restore."""
    report = folder / "restores.json"
    audit = audit_log()
    environment = {**os.environ, "DATAMARK_BENCH_REPORT": str(report)}
    command = [str(NPX), "--no-install", "jest", "-c", "testbed/measure/jest.config.mjs"]
    load = os.getloadavg()[0]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode or not report.exists():
        return [Figure("restores", "s", 3, None, "the run failed, see above")]
    times = json.loads(report.read_text())
    entries = [one for one in audit.entries() if one.stage == "ResponseComplete"]
    loads = f"{VOLUME}; load of the machine {load:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores"
    return [*_swap(times, entries, loads), *_copy(times), *_files(times), _calls(times, entries)]


def _swap(times: dict[str, Any], entries: list[Entry], loads: str) -> list[Figure]:
    swaps, restarts = times["swaps"], times["restarts"]
    bound = [_bound_at(times, one, entries) - one["exited"] for one in swaps]
    with_swap = statistics.median(one["usable"] - one["from"] for one in swaps)
    alone = statistics.median(one["usable"] - one["from"] for one in restarts)
    # Both from the moment that the container ended to a server that reads: without what is done while it still runs.
    down = statistics.median(one["usable"] - one["exited"] for one in swaps)
    down_alone = statistics.median(one["usable"] - one["exited"] for one in restarts)
    peer = statistics.median(times["peer"])
    return [
        Figure("swap: container exit to claim bound", "s", 3, statistics.median(bound), loads),
        Figure(
            "swap: adds from confirm to a server that reads its home",
            "s",
            3,
            with_swap - alone,
            f"{with_swap:.2f} s, of it {with_swap - down:.2f} s before the end of the old server; "
            f"shutdown and spawn alone {alone:.2f} s; medians of {len(swaps)} by turns",
        ),
        Figure(
            "swap: adds to the time without a server",
            "s",
            3,
            down - down_alone,
            f"{down:.2f} s from container exit to a server that reads; alone {down_alone:.2f} s",
        ),
        Figure(
            "swap: container exit to claim bound / peer",
            "times",
            1,
            statistics.median(bound) / peer,
            f"the peer's restore of the same snapshot, nothing mounted: {_seconds(times['peer'])}",
        ),
    ]


def _bound_at(times: dict[str, Any], swap: dict[str, float], entries: list[Entry]) -> float:
    """When the API server had written that the new claim is bound."""
    return next(
        one.at
        for one in entries
        if swap["exited"] < one.at < swap["usable"]
        and one.resource == "persistentvolumeclaims/status"
        and one.namespace == times["namespace"]
        and one.name == times["claim"]
        and one.status < 300
        and one.body.get("status", {}).get("phase") == "Bound"
    )


def _copy(times: dict[str, Any]) -> list[Figure]:
    copies = times["copies"]
    figures = []
    for other, command in [
        ("rsync", "rsync -aHAX --delete"),
        ("synced", "the same, then sync -f, as the program does"),
    ]:
        ratio = statistics.median(one["job"] / one[other] for one in copies)
        each = ", ".join(f"{one['job']:.2f} s / {one[other]:.2f} s" for one in copies)
        name = "copy: the Job's program / rsync" + (" and sync" if other == "synced" else "")
        figures.append(Figure(name, "times", 1.3, ratio, f"beside {command}: {each}"))
    whole = statistics.median(one["whole"] for one in copies)
    return [*figures, Figure("copy: container exit to the end", "s", None, whole, VOLUME)]


def _files(times: dict[str, Any]) -> list[Figure]:
    note = f"from confirm to the end, while the server runs; a folder of 100 files {times['folder']:.2f} s"
    return [Figure("files: one file back", "s", None, times["file"], note)]


def _calls(times: dict[str, Any], entries: list[Entry]) -> Figure:
    """What the controller asks from confirm to the end, in the first swap: later ones share the watches."""
    swap = times["swaps"][0]
    calls = [one for one in entries if one.user == CONTROLLER and swap["from"] < one.at < swap["free"]]
    writes = [f"{one.verb} {one.resource}" for one in calls if one.is_write]
    counts = ", ".join(f"{writes.count(one)} {one}" for one in sorted(set(writes), key=writes.index))
    return Figure("swap: API calls of the controller", "", None, len(calls), f"{len(writes)} writes: {counts}")


def _seconds(values: list[float]) -> str:
    return ", ".join(f"{one:.2f} s" for one in values)
