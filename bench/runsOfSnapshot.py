"""From a snapshot to its runs, in an MLflow with 10,000 runs in 50 experiments."""

import json
import statistics
import time
from pathlib import Path
from typing import Any

from figure import Figure
from mlflowProcess import MlflowProcess
from sidecarProcess import SidecarProcess

EXPERIMENTS, RUNS, TAGGED = 50, 10_000, 100
COLD_MS, WARM_MS, MEMORY_MB = 1500, 100, 30
ROUNDS = 5


def runs_of_snapshot(folder: Path) -> list[Figure]:
    """The first answer, the next ones, and what the sidecar needs more of memory for it."""
    volume = folder / "volume"
    volume.mkdir()
    (volume / "train.csv").write_text("1,2\n")
    with MlflowProcess(folder) as mlflow:
        colds, warms, grown = [], [], []
        made: dict[str, Any] | None = None
        for _ in range(ROUNDS):
            # A new sidecar: nothing is known, no connection is open.
            lineage = {"mlflow": {"trackingUri": mlflow.address, "timeoutMs": 60_000}, "cluster": "bench"}
            with SidecarProcess(volume, lineage=lineage, user="ann") as sidecar:
                sidecar.wait_for_first_answer()
                if made is None:
                    _, made = sidecar.snapshot()
                    mlflow.fill(EXPERIMENTS, RUNS, TAGGED, tags_of_run(made))
                sidecar.ask("GET", "/volumes")
                before = sidecar.resident_bytes()
                colds.append(_until_complete(sidecar, made["name"]))
                warms.append(statistics.median(_until_complete(sidecar, made["name"]) for _ in range(10)))
                grown.append((sidecar.resident_bytes() - before) / 1e6)
    note = f"{TAGGED} of {RUNS} runs in {EXPERIMENTS} experiments; the median of {ROUNDS} sidecars"
    return [
        Figure("snapshot → runs, nothing known", "ms", COLD_MS, statistics.median(colds), note),
        Figure("snapshot → runs, asked again", "ms", WARM_MS, statistics.median(warms), "the median of 10 each"),
        Figure(
            "memory more than before", "MB", MEMORY_MB, statistics.median(grown), "resident, with the client loaded"
        ),
    ]


def _until_complete(sidecar: SidecarProcess, snapshot: str) -> float:
    """Milliseconds until all is told."""
    started = time.perf_counter()
    while True:
        answer = sidecar.ask("GET", f"/lineage/runs?snapshot={snapshot}")
        if answer["search"] is None:
            raise RuntimeError(f"MLflow was not asked: {answer['mlflow']}")
        if answer["search"]["complete"]:
            if answer["total"] != TAGGED:
                raise RuntimeError(f"{answer['total']} runs were found, not {TAGGED}.")
            return (time.perf_counter() - started) * 1000


def tags_of_run(made: dict[str, Any]) -> dict[str, str]:
    """Tags of a run that used it, as runTags.ts writes them."""
    link = {
        "volume": made["volumeName"],
        "snapshot": made["name"],
        "uid": made["uid"],
        "namespace": "ann",
        "cluster": "bench",
        "time": made["createdAt"],
        "relation": "before-run",
    }
    return {
        "data_volume_name": link["volume"],
        "snapshot_name": link["snapshot"],
        "datamark.github.io/volumes": json.dumps([link], separators=(",", ":")),
    }
