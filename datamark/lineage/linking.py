"""The verbs between runs and snapshots: `runs`, `lineage` and `link`. The sidecar is asked, never MLflow itself."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from ..client import Client
from ..primitives import Record
from ..problem import DatamarkError, error
from ..records import Snapshot
from ..references import find_snapshot
from ..workplace import Workplace
from .lineage_records import LinkedRun, RunsOfSnapshot, SnapshotsOfRun
from .snapshot_of_run import BEFORE_RUN, EXACT


def runs(work: Workplace, arguments: Namespace) -> Record:
    """Runs that used a snapshot; a search that takes long is told as it goes."""
    snapshot = find_snapshot(work, arguments.snapshot, arguments.volume)
    query = {"snapshot": snapshot.name, "limit": str(arguments.number)}
    progress = work.progress()
    try:
        while True:
            # Each request waits a moment by itself.
            found = work.client.get("/lineage/runs", query)
            mlflow, search = found["mlflow"], found["search"]
            if mlflow["state"] == "not-set-up":
                detail = mlflow.get("reason") or "MLflow is not set up here."
                raise error("mlflow-not-set-up", detail, mlflow["fix"])
            if mlflow["state"] == "refuses":
                raise DatamarkError(mlflow["problem"])
            if search is not None and search["complete"]:
                return work.client.read(RunsOfSnapshot.read, found)
            if search is not None:
                progress.update(f"Searching MLflow: {search['searched']:,} of {search['known']:,} experiments")
    finally:
        progress.done()


def lineage(work: Workplace, arguments: Namespace) -> Record:
    """The snapshots of a run or of a registered model version, and where each is now."""
    asked = str(arguments.of)
    found = work.client.get("/lineage/snapshots", {"model" if asked.startswith("models:") else "run": asked})
    return work.client.read(lambda document, as_of: SnapshotsOfRun.read(document, as_of, asked), found)


def link(work: Workplace, arguments: Namespace) -> Record:
    """Writes down with a run which snapshots it used."""
    snapshots = [find_snapshot(work, one, arguments.volume) for one in arguments.snapshot]
    return link_run(work.client, arguments.run, snapshots, EXACT if arguments.exact else BEFORE_RUN)


def link_run(client: Client, run: str, snapshots: Sequence[Snapshot], relation: str) -> LinkedRun:
    """The same for snapshots that are known. Raises DatamarkError."""
    named = [{"name": one.name, "uid": one.uid, "relation": relation} for one in snapshots]
    return client.read(LinkedRun.read, client.post("/lineage/links", {"run": run, "snapshots": named}))
