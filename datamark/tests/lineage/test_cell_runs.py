"""Runs of cells in a real kernel with the real MLflow and its server: linked, completed, or told why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datamark.sidecar_process import find_node, make_listening_socket, sidecar_bundle, spawn
from datamark.tests.lineage.mlflow_scene import kernel_environment
from datamark.tests.lineage.mlflow_server import MlflowServer
from datamark.tests.scene import DEADLINE, Kernel, clean_environment, kernel_in, wait_until

RUN = "import mlflow\nwith mlflow.start_run() as run: pass\nprint('run', run.info.run_id)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """One server for all tests of the file, as it takes seconds to start."""
    one = MlflowServer(tmp_path_factory.mktemp("server"))
    try:
        yield one
    finally:
        one.kill()


@pytest.fixture(scope="module")
def environment(server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a kernel needs so that it has MLflow, our plugins and the server."""
    settings = {"MLFLOW_TRACKING_URI": server.address, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    return kernel_environment(tmp_path_factory.mktemp("plugins"), **settings)


@pytest.fixture
def training(root: Path, environment: dict[str, str]) -> Iterator[Kernel]:
    """A kernel in the directory that has MLflow."""
    with kernel_in(root, **environment) as one:
        yield one


def newest(kernel: Kernel) -> Any:
    """The newest snapshot."""
    told = kernel.text("s = %datamark snapshots\nimport json\nprint(json.dumps(dict(s[0].json)))")
    # News may stand before it.
    return json.loads(told.splitlines()[-1])


def run_in(text: str) -> str:
    """The id that a cell printed."""
    (line,) = (line for line in text.splitlines() if line.startswith("run "))
    return line.removeprefix("run ")


def test_runs_of_a_cell_get_their_dataset_without_a_word_about_it(training: Kernel, server: MlflowServer) -> None:
    nested = (
        "import mlflow\nwith mlflow.start_run() as run, mlflow.start_run(nested=True) as inner: pass\n"
        "other = mlflow.MlflowClient().create_run('0')\n"
        "print('run', run.info.run_id, inner.info.run_id, other.info.run_id)"
    )
    outer, inner, other = run_in(training.text(f"%%snapshot\n{nested}")).split()
    uid = newest(training)["uid"]
    wait_until(lambda: server.digests(outer) == [uid] and server.digests(inner) == [uid], "both have the dataset")
    # MLflow does not ask plugins for it: nothing says which data it used.
    assert (server.digests(other), server.tags(other)) == ([], {})


def test_with_run_the_run_of_the_cell_is_linked_at_once_also_a_resumed_one(
    training: Kernel, server: MlflowServer
) -> None:
    text = training.text(f"%%snapshot --run\n{RUN}")
    made = newest(training)
    run = run_in(text)
    assert f"Run {run} names {made['name']} of work (made before the run)" in text
    assert server.digests(run) == [made["uid"]]

    old = server.new_run("old")
    resume = f"mlflow.start_run(run_id='{old}')"
    text = training.text(f"%%snapshot --run\nwith {resume}: pass")
    assert f"Run {old} names " in text
    assert f"Run {old} began before this cell: what it read earlier can differ from the snapshot." in text
    assert server.digests(old) == [newest(training)["uid"]]
    # Resumed once more and still active: its earlier end counts no longer.
    assert f"Run {old} names " in training.text(f"%%snapshot --run\n_ = {resume}")
    training.run("mlflow.end_run()")
    assert len(server.digests(old)) == 2


def test_with_run_all_runs_of_the_cell_are_linked_and_none_after_it(
    training: Kernel, server: MlflowServer, root: Path
) -> None:
    (root / "train.py").write_text(
        "import mlflow\n"
        "def train(number):\n"
        "    with mlflow.start_run() as run: return run.info.run_id\n"
        "if __name__ == '__main__': print(train(0))\n"
    )
    resumed = server.new_run("resumed")
    cell = f"""
import subprocess, sys, threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import joblib, mlflow
from train import train
ids = [mlflow.MlflowClient().create_run("0").info.run_id]
with mlflow.start_run() as outer, mlflow.start_run(nested=True) as inner: ids += [outer.info.run_id, inner.info.run_id]
with mlflow.start_run(run_id={resumed!r}): pass
thread = threading.Thread(target=lambda: ids.append(train(1)))
thread.start()
thread.join()
ids.append(subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, check=True).stdout.split()[-1])
with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool: ids += pool.map(train, [2])
ids += joblib.Parallel(n_jobs=2)(joblib.delayed(train)(number) for number in (3, 4))
print("run", *ids)
"""
    text = training.text(f"%%snapshot --run{cell}")
    made = newest(training)
    runs = [*run_in(text).split(), resumed]
    assert len(set(runs)) == 9
    assert [server.digests(run) for run in runs] == [[made["uid"]]] * len(runs)
    relations = [server.tags(run)["datamark.github.io/relation"] for run in runs]
    assert relations == ["before-run"] * 8 + ["during-run"]
    # MLflow tagged the others by itself.
    (tagged,) = (line for line in text.splitlines() if line.startswith("Runs "))
    assert tagged.endswith(f" name {made['name']} of work (made before the run)")
    linked = [line.split()[1] for line in text.splitlines() if line.startswith("Run ") and " names " in line]
    assert linked == [runs[0], resumed]
    assert sorted(tagged.removeprefix("Runs ").split(" name ")[0].split(", ")) == sorted(runs[1:-1])
    (earlier,) = (line for line in text.splitlines() if "began before this cell" in line)
    assert earlier.startswith(f"Run {resumed} ")

    later = run_in(training.text("print('run', mlflow.MlflowClient().create_run('0').info.run_id)"))
    assert server.tags(later) == {}
    patched = "hasattr(mlflow.MlflowClient.create_run, '__wrapped__'), hasattr(type(outer).__init__, '__wrapped__')"
    hooks = "[one for one in sys.meta_path if type(one).__module__.startswith('datamark')]"
    assert training.text(f"print({patched}, {hooks})").strip() == "False False []"


def test_a_run_that_is_not_of_the_cell_is_not_linked(training: Kernel, server: MlflowServer) -> None:
    text = training.text("%%snapshot --run\n1 + 1")
    assert "No run of this cell is linked." in text
    assert "The cell did not use MLflow in this kernel." in text
    assert text.endswith("2")
    run = run_in(training.text(RUN))
    text = training.text("%%snapshot --run\n1 + 1")
    assert "No MLflow run began or was active in this cell." in text
    assert server.tags(run) == {}
    # One that was active when the cell began, and ended in it, is of the cell.
    run = run_in(training.text("print('run', mlflow.start_run().info.run_id)"))
    text = training.text("%%snapshot --run\nmlflow.end_run()\n1 / 0")
    assert f"Run {run} names {newest(training)['name']} of work" in text
    assert f"Run {run} began before this cell" in text
    assert "ZeroDivisionError" in text
    assert "--run and --after exclude each other" in training.text("%%snapshot --run --after\n1")


def test_of_several_runs_each_that_is_refused_is_told(training: Kernel, server: MlflowServer) -> None:
    cell = (
        "import mlflow\nfirst, second = (mlflow.MlflowClient().create_run('0').info.run_id for _ in 'ab')\n"
        "mlflow.delete_run(first)\nprint('run', first, second)"
    )
    text = training.text(f"%%snapshot --run\n{cell}")
    first, second = run_in(text).split()
    assert f"Run {first} is not linked: " in text
    assert f"Run {second} names " in text
    assert server.digests(second) == [newest(training)["uid"]]
    assert server.digests(first) == []


def test_with_mlflow_down_the_cell_runs_and_the_link_is_written_when_it_answers_again(
    training: Kernel, server: MlflowServer
) -> None:
    run = run_in(training.text("import mlflow\nprint('run', mlflow.start_run().info.run_id)"))
    server.kill()
    try:
        text = training.text("%%snapshot --run\n40 + 2")
        assert text.endswith("42")
        assert f"The link of run {run} waits: " in text
        made = newest(training)
    finally:
        server.start()
    wait_until(lambda: server.digests(run) == [made["uid"]], "the link is written")
    assert server.tags(run)["snapshot_name"] == made["name"]
    training.run("mlflow.end_run()")


def ending(server: MlflowServer, signal: str) -> str:
    """Lines of a cell that send its MLflow a signal, and note when."""
    return f"\nimport os, signal, time\nos.killpg({server.group}, signal.{signal})\nwent = time.monotonic()\n"


def test_with_mlflow_gone_before_or_within_the_cell_nothing_is_lost_and_it_is_told(
    training: Kernel, server: MlflowServer
) -> None:
    text = training.text(f"%%snapshot --run\n{RUN}{ending(server, 'SIGKILL')}40 + 2")
    within = newest(training)
    run = run_in(text)
    try:
        assert "42" in text
        assert f"Run {run} names {within['name']} of work (made before the run)" in text
        assert "The dataset follows when somebody looks at them: " in text
        # Nothing tells of it until the first cell that asks in vain.
        begin = (
            "try: mlflow.start_run()\nexcept mlflow.MlflowException as failure: print('no run', type(failure))\n40 + 3"
        )
        text = training.text(f"%%snapshot\n{begin}")
        assert "no run " in text
        assert "43" in text
        wait_until(
            lambda: "Runs of the last cell may still lack their datasets: " in training.text("%datamark volumes"),
            "told",
        )
        assert "may still lack" not in training.text("%datamark volumes")
    finally:
        server.kill()
        server.start()
    assert server.digests(run) == []
    assert run in training.text(f"%datamark runs {within['name']}")
    wait_until(lambda: server.digests(run) == [within["uid"]], "the dataset follows")


def test_an_mlflow_that_accepts_and_never_answers_keeps_no_cell(training: Kernel, server: MlflowServer) -> None:
    since = "print('took', time.monotonic() - went)"
    old = run_in(training.text("import mlflow\nprint('run', mlflow.start_run().info.run_id)"))
    try:
        training.text(f"%%snapshot\n{ending(server, 'SIGSTOP')}")
        assert float(training.text(since).split()[-1]) < 5
        text = training.text("%%snapshot --run\nwent = time.monotonic()")
        assert f"The link of run {old} waits: " in text
        made = newest(training)
        # The sidecar waits 10 s for an answer, and for one only.
        assert 5 < float(training.text(since).split()[-1]) < 20
    finally:
        server.thaw()
    wait_until(lambda: server.digests(old) == [made["uid"]], "the link is written")
    training.run("mlflow.end_run()")


def test_a_notebook_that_nbconvert_runs_leaves_runs_that_name_their_data(
    root: Path, environment: dict[str, str], server: MlflowServer
) -> None:
    cells = ["%load_ext datamark", f"%%snapshot\n{RUN}"]
    code: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": one} for one in cells
    ]
    (root / "train.ipynb").write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    convert = ["nbconvert", "--to", "notebook", "--execute", "--output", "done.ipynb", "train.ipynb"]
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", *convert],
        cwd=root,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert done.returncode == 0, done.stderr
    outputs = json.loads((root / "done.ipynb").read_text())["cells"][1]["outputs"]
    run = run_in("".join("".join(one.get("text", "")) for one in outputs))
    (digest,) = server.digests(run)
    assert server.tags(run)["datamark.github.io/snapshot-uid"] == digest


def test_a_notebook_on_another_volume_gets_a_snapshot_of_its_own(
    root: Path, tmp_path: Path, environment: dict[str, str], server: MlflowServer
) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (notebooks / "train.ipynb").write_text("{}")
    listening = make_listening_socket(tmp_path / "socket")
    configuration = {
        "provider": "local",
        "volumes": [{"path": str(root)}, {"path": str(notebooks)}],
        "lineage": {"mlflow": {"trackingUri": server.address}},
    }
    sidecar = spawn(find_node(), sidecar_bundle(), listening.socket, configuration)
    try:
        more = {"DATAMARK_SOCKET": listening.path, "JPY_SESSION_NAME": str(notebooks / "train.ipynb")}
        with kernel_in(root, **environment, **more) as kernel:
            run = run_in(kernel.text(f"%%snapshot --volume work --title train\n{RUN}"))
            named = json.loads(server.tags(run)["datamark.github.io/volumes"])
            assert [one["volume"] for one in named] == ["work", "notebooks"]
            assert server.tags(run)["datamark.github.io/notebook"].endswith("train.ipynb")
            wait_until(lambda: len(server.digests(run)) == 2, "the run has both datasets")
    finally:
        sidecar.terminate()
        sidecar.communicate(timeout=DEADLINE)
        listening.close()
