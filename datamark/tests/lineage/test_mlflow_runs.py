"""Runs of the real MLflow that say which snapshot they used, without a line about it in their code."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from datamark.lineage.panel_pin import FOLDER
from datamark.lineage.run_context_variable import VARIABLE, RunContextVariable
from datamark.lineage.run_tags import run_tags
from datamark.lineage.snapshot_of_run import SnapshotOfRun
from datamark.tests.lineage.mlflow_scene import Mlflow, program, told
from datamark.tests.lineage.samples import DATA, HOME, pin_file
from datamark.tests.scene import REPOSITORY, Kernel

CASES = json.loads((REPOSITORY / "lineage-tests" / "cases.json").read_text(encoding="utf-8"))
PLAIN = """
with mlflow.start_run() as run:
    pass
tell(tags(run))
"""
NESTED = """
with mlflow.start_run() as outer, mlflow.start_run(nested=True, tags={"snapshot_name": "mine"}) as inner:
    pass
tell([tags(outer), tags(inner)])
"""
ON_THE_WAY = """
from mlflow import MlflowClient
finished = MlflowClient().create_run("0").info.run_id
with mlflow.start_run(run_id=finished):
    pass
tell(tags(finished))
"""
AUTOLOG = """
import numpy
from sklearn.linear_model import LogisticRegression
mlflow.sklearn.autolog(log_model_signatures=False, log_input_examples=False)
x, y = numpy.array([[0.0], [1.0], [2.0], [3.0]]), numpy.array([0, 0, 1, 1])
LogisticRegression().fit(x, y)
run = mlflow.last_active_run()
(model,) = mlflow.search_logged_models(output_format="list", filter_string=f"source_run_id = '{run.info.run_id}'")
sources = [one.dataset.source_type for one in run.inputs.dataset_inputs]
tell({"run": tags(run), "model": model.tags, "sources": sources, "trained": run.data.metrics["training_score"]})
"""
# Begins a run, says so, and ends it when it is told to.
AT_ONCE = """
with mlflow.start_run() as run:
    tell("began")
    sys.stdin.readline()
    with mlflow.start_run(nested=True) as later:
        pass
tell([tags(run), tags(later)])
"""


def pinned(*snapshots: SnapshotOfRun, others: str = "{}", notebook: str | None = None) -> dict[str, str]:
    """The environment of a kernel that has pinned them."""
    environment = {VARIABLE: others}
    RunContextVariable(environment).pin(snapshots, notebook)
    return environment


def kernel_words(connection_file: Path) -> list[str]:
    """The end of a kernel's command line."""
    return ["-f", str(connection_file)]


def test_without_a_pin_a_run_says_nothing(mlflow: Mlflow) -> None:
    assert mlflow.run(PLAIN)[0] == {}


@pytest.mark.parametrize("store", ["sqlite", "file"])
def test_a_plain_run_says_what_is_pinned_beside_what_others_told_mlflow(
    store: str, mlflow: Mlflow, tmp_path: Path
) -> None:
    if store == "file":
        mlflow.store = (tmp_path / "mlruns").as_uri()
    own = json.dumps({"team": "vision", "data_volume_name": "vol7"})
    found, _ = mlflow.run(
        PLAIN,
        env={"MLFLOW_ALLOW_FILE_STORE": "true", **pinned(HOME, DATA, others=own, notebook="nb/train.ipynb")},
    )
    assert found == {"team": "vision", **run_tags([HOME, DATA], "nb/train.ipynb")}


def test_every_case_is_stored_to_the_letter(mlflow: Mlflow) -> None:
    code = """
def stored(context):
    os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps(context)
    with mlflow.start_run() as run:
        pass
    return tags(run)
tell([stored(context) for context in json.loads(sys.stdin.read())])
"""
    wanted = [case["tags"] for case in CASES if case["tags"] is not None]
    process = mlflow.start(code)
    out, err = process.communicate(json.dumps(wanted))
    assert process.returncode == 0, err
    assert told(out) == wanted


def test_a_pin_of_the_panel_needs_no_variable(mlflow: Mlflow, tmp_path: Path) -> None:
    words = kernel_words(pin_file(tmp_path, "one", HOME.document(), notebook="train.ipynb"))
    assert mlflow.run(PLAIN, *words)[0] == run_tags([HOME], "train.ipynb")
    # What others wrote into the variable is not mixed with it, and what the kernel pinned comes first.
    found, _ = mlflow.run(PLAIN, *words, env={VARIABLE: '{"team": "vision", "snapshot_name": "other"}'})
    assert found == {"team": "vision", **run_tags([HOME], "train.ipynb")}
    found, _ = mlflow.run(PLAIN, *words, env={"JUPYTER_IMAGE_SPEC": "lab:2"})
    assert found == run_tags([HOME], "train.ipynb", image="lab:2")
    assert mlflow.run(PLAIN, *words, env=pinned(DATA))[0] == run_tags([DATA], None)


def test_nested_runs_say_it_each_and_what_the_code_says_itself_wins(mlflow: Mlflow) -> None:
    outer, inner = mlflow.run(NESTED, env=pinned(HOME))[0]
    assert outer == run_tags([HOME], None)
    assert inner == {**outer, "snapshot_name": "mine"}


def test_a_run_that_was_made_otherwise_or_before_says_nothing(mlflow: Mlflow, tmp_path: Path) -> None:
    words = kernel_words(pin_file(tmp_path, "one", HOME.document()))
    assert mlflow.run(ON_THE_WAY, *words, env=pinned(HOME))[0] == {}


@pytest.mark.parametrize("where", ["kernel", "panel"])
def test_autolog_tags_the_run_and_its_model(where: str, mlflow: Mlflow, tmp_path: Path) -> None:
    if where == "kernel":
        found, _ = mlflow.run(AUTOLOG, cwd=tmp_path, env=pinned(HOME))
    else:
        found, _ = mlflow.run(AUTOLOG, *kernel_words(pin_file(tmp_path, "one", HOME.document())), cwd=tmp_path)
    tags = run_tags([HOME], None)
    assert found["trained"] == 1
    assert tags.items() <= found["run"].items()
    assert tags.items() <= found["model"].items()
    # MLflow's own record of the data is none of ours: it is shared by all runs that saw the same numbers.
    assert set(found["sources"]) == {"code"}


def test_a_program_started_in_a_cell_says_the_snapshot_of_the_cell(kernel: Kernel, mlflow: Mlflow, root: Path) -> None:
    (root / "train.py").write_text(program(PLAIN))
    kernel.run(f"environment = {mlflow.environment()!r}")
    start = f"""
import os, subprocess
told = subprocess.run(
    [{str(mlflow.python)!r}, "train.py"],
    env={{**environment, **{{name: os.environ[name] for name in [{VARIABLE!r}] if name in os.environ}}}},
    capture_output=True, text=True)
print(told.stdout, told.stderr)
"""
    within = told(kernel.text(f"%%snapshot --title cell\n{start}"))
    name = kernel.text("s = %datamark snapshots\nprint(s[0].name)").strip()
    assert (within["data_volume_name"], within["snapshot_name"]) == ("work", name)
    assert told(kernel.text(start)) == {}


def test_two_at_once_say_each_its_own(mlflow: Mlflow, tmp_path: Path) -> None:
    first = mlflow.start(AT_ONCE, env=pinned(HOME))
    second = mlflow.start(AT_ONCE, *kernel_words(pin_file(tmp_path, "two", DATA.document())))
    for process in (first, second):
        assert process.stdout is not None
        assert told(process.stdout.readline()) == "began"
    found: list[Any] = [told(process.communicate("\n")[0]) for process in (first, second)]
    assert found == [[run_tags([HOME], None)] * 2, [run_tags([DATA], None)] * 2]


def test_a_pin_of_the_panel_reaches_what_ran_before_it_was_made(mlflow: Mlflow, tmp_path: Path) -> None:
    connection_file = tmp_path / "kernel-one.json"
    process = mlflow.start(AT_ONCE, *kernel_words(connection_file))
    assert process.stdout is not None
    assert told(process.stdout.readline()) == "began"
    pin_file(tmp_path, "one", HOME.document())
    # The run that had begun stays without: its data may have been read before the snapshot.
    assert told(process.communicate("\n")[0]) == [{}, run_tags([HOME], None)]


@pytest.mark.parametrize("broken", ["half a file", "too many"])
def test_a_broken_pin_of_the_panel_is_told_once_and_every_run_goes_on(
    broken: str, mlflow: Mlflow, tmp_path: Path
) -> None:
    connection_file = pin_file(tmp_path, "one", *[HOME.document()] * 40)
    if broken == "half a file":
        (tmp_path / FOLDER / connection_file.name).write_text('{"version": 1, "snap')
    found, err = mlflow.run(PLAIN + PLAIN, *kernel_words(connection_file))
    assert found == {}
    assert err.count("Runs are not tagged with the snapshot pinned in the panel: ") == 1
    assert "Traceback" not in err


def test_a_package_that_is_only_half_there_fails_no_import(mlflow: Mlflow) -> None:
    # The plugins are declared, and what they name can't be imported.
    found, err = mlflow.run(PLAIN + "import mlflow.data", env={"PYTHONPATH": str(mlflow.plugins), **pinned(HOME)})
    assert found == run_tags([HOME], None)
    assert "Failure attempting to register context provider" in err


def test_without_mlflow_the_plugins_are_as_if_they_were_not() -> None:
    assert importlib.util.find_spec("mlflow") is None
    context = importlib.metadata.EntryPoint("datamark", "datamark.lineage.run_context:SnapshotContext", "").load()
    assert context().in_context()
    # MLflow passes over an ImportError, and no other error.
    source = "datamark.lineage.volume_snapshot_source:VolumeSnapshotSource"
    with pytest.raises(ImportError):
        importlib.metadata.EntryPoint("datamark", source, "").load()
