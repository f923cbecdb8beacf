"""Links a run through the kernel's own MLflow, where the sidecar asks another one or none: a database, a folder, or a
server that the code has set. The snapshot itself then tells nothing of the run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..problem import error
from .dataset_record import SOURCE_TYPE, dataset_record
from .run_tags import NAME_TAGS, VOLUMES_TAG, run_tags
from .snapshot_of_run import SnapshotOfRun, read_snapshots

# For each of three requests; MLflow’s own are two minutes and seven attempts.
_HURRY = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}


def link_in_kernel(run: str, snapshots: Sequence[SnapshotOfRun], notebook: str | None) -> None:
    """Writes tags and datasets; names that another tool wrote stay. Raises DatamarkError."""
    try:
        with _in_a_hurry():
            _write(sys.modules["mlflow"], run, snapshots, notebook)
    except Exception as cause:
        # Whatever MLflow has against it; its words may hold an address with a password, so that they are not passed on.
        detail = f"MLflow in this kernel does not take it: {type(cause).__name__}."
        raise error("not-supported", detail, "Look whether its server answers.", about=run) from None


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """While it lasts, an MLflow that does not answer is given up soon: the person’s cell has ended."""
    before = {name: os.environ.get(name) for name in _HURRY}
    os.environ.update(_HURRY)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write(mlflow: Any, run: str, snapshots: Sequence[SnapshotOfRun], notebook: str | None) -> None:
    from mlflow.entities import Dataset, DatasetInput, RunTag

    client = mlflow.MlflowClient()
    has: dict[str, str] = client.get_run(run).data.tags
    uids = {one.uid for one in snapshots}
    named = read_snapshots(json.loads(has.get(VOLUMES_TAG, "null"))) or ()
    tags = run_tags([*snapshots, *(one for one in named if one.uid not in uids)], notebook)
    if not named:
        tags = {name: value for name, value in tags.items() if name not in NAME_TAGS or name not in has}
    client.log_batch(run, tags=[RunTag(name, value) for name, value in tags.items()])
    records = [record for record in map(dataset_record, snapshots) if record is not None]
    client.log_inputs(
        run,
        datasets=[DatasetInput(Dataset(one.name, one.digest, SOURCE_TYPE, one.source), []) for one in records],
    )
