"""Datasets of the real MLflow that are snapshots: as the sidecar writes them, and back to the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datamark.lineage.dataset_record import dataset_record
from datamark.lineage.run_context_variable import VARIABLE, RunContextVariable
from datamark.lineage.snapshot_of_run import SnapshotOfRun, read_snapshots
from datamark.tests.lineage.mlflow_scene import Mlflow, told
from datamark.tests.lineage.samples import HOME
from datamark.tests.scene import REPOSITORY, Command

CASES = json.loads((REPOSITORY / "lineage-tests" / "cases.json").read_text(encoding="utf-8"))
# For each case a run whose inputs are what is current.
LOG = """
from datamark.lineage.volume_snapshot_source import current_datasets
import mlflow.data
def inputs(context):
    os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps(context)
    with mlflow.start_run() as run:
        for dataset in current_datasets():
            mlflow.log_input(dataset)
    stored = [one.dataset for one in mlflow.get_run(run.info.run_id).inputs.dataset_inputs]
    return [[one.name, one.digest, one.source_type, one.source] for one in stored]
tell([inputs(context) for context in json.loads(sys.stdin.read())])
"""
# What a person does with a run that has a dataset: the source of its data, then the files.
LOAD = """
import mlflow.data
from mlflow.entities import Dataset, DatasetInput
from datamark.problem import DatamarkError
name, digest, source = json.loads(sys.stdin.read())
with mlflow.start_run() as begun:
    record = Dataset(name=name, digest=digest, source_type="volume-snapshot", source=source)
    mlflow.MlflowClient().log_inputs(begun.info.run_id, datasets=[DatasetInput(record, [])])
run = mlflow.get_run(begun.info.run_id)
found = mlflow.data.get_source(run.inputs.dataset_inputs[0])
try:
    tell({"path": found.load()})
except DatamarkError as failure:
    tell({"refused": str(failure).splitlines()})
"""


def load(mlflow: Mlflow, snapshot: SnapshotOfRun, root: Path) -> Any:
    """What a program in a directory gets."""
    process = mlflow.start(LOAD, cwd=root)
    out, err = process.communicate(json.dumps(dataset_record(snapshot)))
    assert process.returncode == 0, err
    return told(out)


def as_run_names_it(document: dict[str, Any]) -> SnapshotOfRun:
    """A snapshot of the command’s answer."""
    known = {"volume": document["volumeName"], "snapshot": document["name"], "uid": document["uid"]}
    return SnapshotOfRun(**{**HOME.document(), **known, "time": document["createdAt"]})


def test_one_input_for_each_volume_as_the_sidecar_writes_it(mlflow: Mlflow) -> None:
    cases = [case for case in CASES if case["tags"] is not None]
    contexts = []
    for case in cases:
        environment: dict[str, str] = {}
        snapshots = read_snapshots(case["snapshots"])
        assert snapshots is not None
        RunContextVariable(environment).pin(snapshots, None)
        contexts.append(json.loads(environment[VARIABLE]))
    process = mlflow.start(LOG)
    out, err = process.communicate(json.dumps(contexts))
    assert process.returncode == 0, err
    expected = [
        sorted([one["name"], one["digest"], one["sourceType"], one["source"]] for one in case["datasets"] if one)
        for case in cases
    ]
    assert [sorted(one) for one in told(out)] == expected


def test_the_files_are_in_the_clone_or_it_is_said_how_to_get_one(mlflow: Mlflow, datamark: Command, root: Path) -> None:
    made = datamark.json("snapshot", "good")
    snapshot = as_run_names_it(made)
    name = made["name"]
    first, second, next_step = load(mlflow, snapshot, root)["refused"]
    assert (first, second) == ("Clone not found", f"Snapshot {name} of work has no clone here.")
    assert next_step.startswith(f"Make one with %datamark clone {name} (in a shell: datamark clone {name})")
    clone = datamark.json("clone", "good", "--name", "copy")
    (root / "a.txt").write_text("changed since\n")
    path = load(mlflow, snapshot, root)["path"]
    assert path == clone["path"]
    assert (Path(path) / "a.txt").read_text() == "one\n"
    # The clone keeps its source, also when that is gone.
    datamark("delete", "good", "--yes")
    assert load(mlflow, snapshot, root)["path"] == path


def test_another_snapshot_of_the_same_name_is_never_taken_for_it(mlflow: Mlflow, datamark: Command, root: Path) -> None:
    made = datamark.json("snapshot", "good")
    datamark.json("clone", "good", "--name", "copy")
    earlier = SnapshotOfRun(**{**as_run_names_it(made).document(), "uid": "e" * 36, "time": "2026-01-02T03:04:05.000Z"})
    refused = load(mlflow, earlier, root)["refused"]
    expected = (
        f"The snapshot {made['name']} that is here is another one: the run used {'e' * 36}, this is {made['uid']}."
    )
    assert expected in refused
    # MLflow keeps the first source of a digest.
    gone = SnapshotOfRun(**{**earlier.document(), "snapshot": "home.gone", "uid": "f" * 36})
    told_lines = load(mlflow, gone, root)["refused"]
    assert "There is no snapshot home.gone of work (cluster prod, namespace ann) here." in told_lines
