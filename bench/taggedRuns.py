"""What the tags of a snapshot cost a run that MLflow starts, beside MLflow alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

from figure import Figure
from mlflowProcess import ROOT, mlflow_programs

TARGET_MS = 2
ROUNDS = 200

# Runs with and without, by turns, so that what slows the machine slows both.
_PROGRAM = """
import os, statistics, sys, time
import mlflow
from mlflow.tracking.context import registry
from datamark.lineage.run_context import SnapshotContext
from datamark.lineage.run_context_variable import VARIABLE
from datamark.lineage.run_tags import run_tags
from datamark.lineage.snapshot_of_run import SnapshotOfRun
import json
snapshot = SnapshotOfRun("home", "home.1", "0" * 36, "ann", "bench", "2026-01-02T03:04:05Z", "before-run")
context = json.dumps(run_tags([snapshot], "train.ipynb"))
mlflow.set_experiment("bench")
providers = registry._run_context_provider_registry._registry
ours = SnapshotContext()
took, asked = {True: [], False: []}, {True: [], False: []}
for turn in range(int(sys.argv[1])):
    for tagged in (True, False):
        if tagged:
            os.environ[VARIABLE] = context
            providers.append(ours)
        started = time.perf_counter()
        registry.resolve_tags()
        asked[tagged].append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        with mlflow.start_run() as run:
            pass
        took[tagged].append((time.perf_counter() - started) * 1000)
        if tagged:
            providers.remove(ours)
            del os.environ[VARIABLE]
            assert mlflow.get_run(run.info.run_id).data.tags["snapshot_name"] == "home.1"
medians = [statistics.median(each[tagged]) for each in (took, asked) for tagged in (True, False)]
print(json.dumps(medians))
"""


def tagged_runs(folder: Path) -> list[Figure]:
    """Milliseconds more for a run; MLflow writes to a database in this folder."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
        "PYTHONPATH": str(ROOT),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'runs.db'}",
    }
    command = [str(mlflow_programs() / "python"), "-c", _PROGRAM, str(ROUNDS)]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit("The runs could not be made.")
    tagged, plain, asked, asked_plain = json.loads(done.stdout.splitlines()[-1])
    stored = f"the database of MLflow included, which stores them ({tagged:.1f} ms, without {plain:.1f} ms)"
    return [
        Figure("a run that is tagged: finding its tags", "ms", TARGET_MS, asked - asked_plain, f"medians of {ROUNDS}"),
        Figure("a run that is tagged: all of it", "ms", TARGET_MS, tagged - plain, stored),
    ]
