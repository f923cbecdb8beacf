"""Which runs a cell has begun, seen in its process with the real MLflow; afterwards MLflow is as before."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from datamark.tests.lineage.mlflow_scene import Mlflow, kernel_environment, told
from datamark.tests.scene import kernel_in

SEE = """
from datamark.lineage.begun_runs import BegunRuns
begun = BegunRuns()
"""
# MLflow is loaded in it: the program begins without.
FIRST = """
import json, sys
from datamark.lineage.begun_runs import BegunRuns
begun = BegunRuns()
with begun.during_cell():
    import mlflow
    made = mlflow.MlflowClient().create_run("0").info.run_id
loader = sys.modules["mlflow.tracking.client"].__spec__.loader
seen = [one.id for one in begun] == [made]
left = [one for one in sys.meta_path if type(one).__module__.startswith("datamark")]
print("told: " + json.dumps([seen, len(left), "exec_module" in vars(loader)]))
"""
SEVERAL = f"""{SEE}
import threading
early = mlflow.start_run()
client = mlflow.MlflowClient()
old = client.create_run("0").info.run_id
expected = [early.info.run_id]
def begin(**how):
    with mlflow.start_run(nested=True, **how) as run:
        expected.append(run.info.run_id)
with begun.during_cell():
    begin()
    begin(run_id=old)
    expected.append(client.create_run("0", tags={{"team": "vision"}}).info.run_id)
    other = threading.Thread(target=begin)
    other.start()
    other.join()
    mlflow.end_run()
begin()
client.create_run("0")
found = list(begun)
tell({{
    "same": [one.id for one in found] == expected[:-1],
    "tags": found[3].tags,
    "started": found[0].started == early.info.start_time,
    "left": [hasattr(one, "__wrapped__") for one in (mlflow.MlflowClient.create_run, type(early).__init__)],
}})
"""
# What MLflow itself refuses, and somebody who puts something of his own over the same methods meanwhile.
DISTURBED = f"""{SEE}
with begun.during_cell():
    try:
        mlflow.MlflowClient().create_run("no such experiment")
    except mlflow.MlflowException as refusal:
        refused = refusal.error_code
    ours = mlflow.MlflowClient.create_run
    def theirs(*words, **named):
        return ours(*words, **named)
    mlflow.MlflowClient.create_run = theirs
    made = mlflow.MlflowClient().create_run("0").info.run_id
mlflow.MlflowClient().create_run("0")
tell([refused, [one.id for one in begun] == [made], mlflow.MlflowClient.create_run is theirs])
"""
WITHIN = f"""{SEE}
inner = BegunRuns()
with begun.during_cell():
    mlflow.MlflowClient().create_run("0")
    with inner.during_cell():
        mlflow.MlflowClient().create_run("0")
    mlflow.MlflowClient().create_run("0")
tell([len(list(begun)), len(list(inner)), hasattr(mlflow.MlflowClient.create_run, "__wrapped__")])
"""


def test_an_mlflow_that_the_cell_loads_is_watched_and_nothing_stays(mlflow: Mlflow) -> None:
    words = [str(mlflow.python), "-c", FIRST]
    done = subprocess.run(words, env=mlflow.environment(), capture_output=True, text=True, check=True)
    assert told(done.stdout) == [True, 0, False]


def test_runs_are_seen_by_whatever_way_they_begin_and_only_in_the_cell(mlflow: Mlflow) -> None:
    found, _ = mlflow.run(SEVERAL)
    assert found.pop("tags")["team"] == "vision"
    assert found == {"same": True, "started": True, "left": [False, False]}


def test_what_mlflow_refuses_is_its_own_and_what_others_put_there_stays(mlflow: Mlflow) -> None:
    assert mlflow.run(DISTURBED)[0] == ["INVALID_PARAMETER_VALUE", True, True]


def test_a_cell_inside_a_cell_sees_its_own(mlflow: Mlflow) -> None:
    assert mlflow.run(WITHIN)[0] == [3, 1, False]


def test_in_another_mlflow_than_the_sidecar_asks_the_kernel_writes_itself(
    mlflow: Mlflow, root: Path, tmp_path: Path
) -> None:
    with kernel_in(root, **kernel_environment(tmp_path / "packages", MLFLOW_TRACKING_URI=mlflow.store)) as kernel:
        line = kernel.text("import mlflow\nwith mlflow.start_run() as run: pass\nprint('run', run.info.run_id)")
        run = line.split()[-1]
        show = f"found = mlflow.get_run('{run}')\nimport json\nprint(json.dumps([found.data.tags, "
        show += "[one.dataset.digest for one in found.inputs.dataset_inputs]]))"
        text = kernel.text(f"%%snapshot --run\nwith mlflow.start_run(run_id='{run}') as run: mlflow.log_param('a', 1)")
        assert f"Run {run} names " in text
        assert "in the MLflow of this kernel." in text
        assert "it can’t keep the snapshot for it" in text
        made = json.loads(kernel.text("s = %datamark snapshots\nimport json\nprint(json.dumps(dict(s[0].json)))"))
        tags, digests = json.loads(kernel.text(show))
        assert (tags["snapshot_name"], digests) == (made["name"], [made["uid"]])
