"""The newest runs of a volume that 10,000 runs in 50 experiments have used: more than are told."""

import json
import time
from pathlib import Path
from typing import Any

from figure import Figure
from mlflowProcess import MlflowProcess
from runsOfSnapshot import tags_of_run
from sidecarProcess import SidecarProcess

EXPERIMENTS, RUNS = 50, 10_000


def newest_runs(folder: Path) -> list[Figure]:
    """The first answer of a sidecar that knows nothing, and what it needs more of memory for it."""
    volume = folder / "volume"
    volume.mkdir()
    (volume / "train.csv").write_text("1,2\n")
    with MlflowProcess(folder) as mlflow:
        lineage = {"mlflow": {"trackingUri": mlflow.address, "timeoutMs": 60_000}, "cluster": "bench"}
        with SidecarProcess(volume, lineage=lineage, user="ann") as sidecar:
            sidecar.wait_for_first_answer()
            _, made = sidecar.snapshot()
            mlflow.fill(EXPERIMENTS, RUNS, RUNS, tags_of_run(made))
            before = sidecar.resident_bytes()
            elapsed, answer = _until_complete(sidecar, made["volume"])
            grown = (sidecar.resident_bytes() - before) / 1e6
    if answer["total"] < 500 or answer.get("more") is not True:
        raise RuntimeError(f"More than 500 runs were to be found: {json.dumps(answer)[:500]}")
    note = f"{RUNS} runs of it in {EXPERIMENTS} experiments, of which {answer['total']} are told"
    return [
        Figure("volume → newest runs, nothing known", "ms", None, elapsed, note),
        Figure("memory more for the newest runs", "MB", None, grown, "resident, with the client loaded"),
    ]


def _until_complete(sidecar: SidecarProcess, volume: str) -> tuple[float, dict[str, Any]]:
    """Milliseconds until all is told, and that."""
    started = time.perf_counter()
    while True:
        answer = sidecar.ask("GET", f"/lineage/recent-runs?volume={volume}")
        if answer["search"] is None:
            raise RuntimeError(f"MLflow was not asked: {answer['mlflow']}")
        if answer["search"]["complete"]:
            return (time.perf_counter() - started) * 1000, answer
