"""What is current in a real kernel: below %%snapshot, and from `%datamark pin` to `unpin`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datamark.lineage.panel_pin import FOLDER
from datamark.lineage.run_context_variable import VARIABLE
from datamark.surroundings import cluster_alias, current_user
from datamark.tests.lineage.samples import HOME, pin_file
from datamark.tests.scene import Command, Kernel, faults, kernel_in, kernel_of_server, wait_until

VOLUMES = "datamark.github.io/volumes"
_MARK = "the variable: "
_SHOW = f"import os; print('{_MARK}' + os.environ.get('{VARIABLE}', 'null'))"


def context(kernel: Kernel, code: str = _SHOW) -> Any:
    """What the variable holds, as a cell prints it."""
    (line,) = (line for line in kernel.text(code).splitlines() if line.startswith(_MARK))
    return json.loads(line.removeprefix(_MARK))


def names(tags: Any) -> list[tuple[str, str]]:
    """Volume and title-free name of what tags tell."""
    return [(one["volume"], one["snapshot"]) for one in json.loads(tags[VOLUMES])]


def test_runs_of_the_cell_are_tagged_with_its_snapshot_and_later_ones_are_not(kernel: Kernel) -> None:
    tags = context(kernel, f"%%snapshot --title first\n{_SHOW}")
    (made,) = json.loads(
        kernel.text("s = %datamark snapshots\nimport json\nprint(json.dumps([dict(x.json) for x in s]))")
    )
    assert tags["data_volume_name"] == "work"
    assert tags["snapshot_name"] == made["name"]
    assert json.loads(tags[VOLUMES]) == [
        {
            "volume": "work",
            "snapshot": made["name"],
            "uid": made["uid"],
            "namespace": current_user(),
            "cluster": cluster_alias("local"),
            "time": made["createdAt"],
            "relation": "before-run",
        }
    ]
    assert context(kernel) is None


def test_after_an_error_or_an_interrupt_nothing_is_current(kernel: Kernel, root: Path) -> None:
    before = '{"team": "vision"}'
    kernel.run(f"import os; os.environ['{VARIABLE}'] = '{before}'")
    assert "ZeroDivisionError" in kernel.text("%%snapshot\n1 / 0")
    assert context(kernel) == {"team": "vision"}
    request = kernel.begin("%%snapshot\nopen('began', 'w').close()\nimport time\nwhile True: time.sleep(0.01)")
    kernel.outputs(request, lambda one: "Snapshot" in one.get("data", {}).get("text/plain", ""))
    wait_until((root / "began").exists, "the cell begins")
    kernel.manager.interrupt_kernel()
    assert [one["ename"] for one in kernel.end(request) if one["type"] == "error"] == ["KeyboardInterrupt"]
    assert context(kernel) == {"team": "vision"}


def test_programs_that_the_cell_starts_inherit_it(kernel: Kernel) -> None:
    shell = f"import os, subprocess\nprint('{_MARK}' + subprocess.check_output(['printenv', '{VARIABLE}'], text=True))"
    assert names(context(kernel, f"%%snapshot\n{shell}"))[0][0] == "work"


def test_with_after_or_without_a_snapshot_the_cell_is_not_tagged(root: Path) -> None:
    with kernel_in(root, **faults(fail={"step": "snapshot:copy", "code": "ENOSPC", "times": 1})) as kernel:
        assert context(kernel, f"%%snapshot --on-error run\n{_SHOW}") is None
        assert context(kernel, f"%%snapshot --after\n{_SHOW}") is None


def test_a_pin_holds_over_cells_until_unpin(kernel: Kernel) -> None:
    kernel.run("%datamark snapshot good")
    told = kernel.text("%datamark pin good")
    assert "MLflow runs that begin now are tagged, until %datamark unpin (pinned in this kernel):" in told
    assert "made before the run" in told
    assert "of work · made before the run" in kernel.text("%datamark pin")
    assert "of work · made before the run" in kernel.text("%datamark status")
    pinned = context(kernel)
    assert [volume for volume, _ in names(pinned)] == ["work"]
    # The cell's own snapshot of the same volume takes its place as long as the cell runs.
    assert names(context(kernel, f"%%snapshot --title newer\n{_SHOW}")) != names(pinned)
    assert context(kernel) == pinned
    assert "runs of this kernel are not tagged" in kernel.text("%datamark unpin")
    assert context(kernel) is None
    assert "not tagged. To tag them: %datamark pin SNAPSHOT" in kernel.text("%datamark pin")
    assert "tagged" not in kernel.text("%datamark status")


def test_exact_is_said_only_when_asked_for(kernel: Kernel) -> None:
    kernel.run("%datamark snapshot good")
    assert "what the run reads" in kernel.text("%datamark pin good --exact")
    assert context(kernel)["datamark.github.io/relation"] == "exact"


def test_a_mounted_clone_is_pinned_though_its_snapshot_is_listed_elsewhere(kernel: Kernel) -> None:
    source = {
        "name": "sales.1",
        "uid": "u1",
        "volume": "sales",
        "label": "For sweep",
        "createdAt": "2026-11-20T08:00:00.000Z",
        "exported": "snapmirror.1",
    }
    # As in a server that a cluster has started with a clone.
    mounted = "import datamark.records as records, dataclasses; read = records.Volume.read"
    of = f"records.ClonedSnapshot.read({source!r})"
    kernel.run(f"{mounted}\nrecords.Volume.read = lambda *words: dataclasses.replace(read(*words), clone_of={of})")
    for reference in ("sales.1", "work"):
        assert "sales.1 of sales · what the run reads" in kernel.text(f"%datamark pin {reference} --exact")
        tags = context(kernel)
        assert names(tags) == [("sales", "sales.1")]
        assert tags["datamark.github.io/exported-snapshot"] == "snapmirror.1"
        kernel.run("%datamark unpin")
    assert "There is no snapshot nothing." in kernel.text("%datamark pin nothing")


def test_an_unknown_snapshot_changes_nothing(kernel: Kernel) -> None:
    assert "There is no snapshot nothing." in kernel.text("%datamark pin nothing")
    assert context(kernel) is None


def test_exact_is_refused_where_no_run_can_read_the_snapshot(kernel: Kernel) -> None:
    kernel.run("%datamark snapshot good")
    # As on a cluster that does not show snapshots.
    hide = "import datamark.records as records, dataclasses; read = records.Snapshot.read"
    kernel.run(f"{hide}\nrecords.Snapshot.read = lambda *words: dataclasses.replace(read(*words), path=None)")
    refused = kernel.text("%datamark pin good --exact")
    assert "No run here can read good of work: no clone of it is mounted, nor is it itself." in refused
    assert context(kernel) is None
    kernel.run("%datamark snapshot other")
    kernel.run("%datamark clone other --name elsewhere")
    assert "No run here can read good of work" in kernel.text("%datamark pin good --exact")
    kernel.run("%datamark clone good --name copy")
    assert "what the run reads" in kernel.text("%datamark pin good --exact")


def test_a_second_pin_takes_the_place_of_the_first_and_one_unpin_ends_it(kernel: Kernel) -> None:
    assert "runs of this kernel are not tagged" in kernel.text("%datamark unpin")
    kernel.run(f"import os; os.environ['{VARIABLE}'] = '{{\"team\": \"vision\"}}'")
    for title in ("one", "two"):
        kernel.run(f"%datamark snapshot {title}")
        kernel.run(f"%datamark pin {title}")
    tags = context(kernel)
    assert tags["team"] == "vision"
    newest = kernel.text("s = %datamark snapshots\nprint(s[0].name)").strip()
    assert names(tags) == [("work", newest)]
    kernel.run("%datamark unpin")
    assert context(kernel) == {"team": "vision"}
    kernel.run("%datamark unpin")
    assert context(kernel) == {"team": "vision"}


def test_a_cell_within_a_cell_has_its_own_snapshot_and_gives_back_the_outer_one(kernel: Kernel) -> None:
    inner = "get_ipython().run_cell_magic('snapshot', '--title inner', show)"
    outer = f"show = {_SHOW!r}\nexec(show)\n{inner}\nexec(show)"
    lines = [one for one in kernel.text(f"%%snapshot --title outer\n{outer}").splitlines() if one.startswith(_MARK)]
    first, within, last = (names(json.loads(one.removeprefix(_MARK))) for one in lines)
    assert first == last
    assert within != first
    assert context(kernel) is None


def test_where_nothing_tells_the_cluster_the_cell_runs_and_it_is_told_if_mlflow_is_used(kernel: Kernel) -> None:
    kernel.run("import datamark.lineage.name_snapshot as naming; naming.cluster_alias = lambda *_, **__: None")
    # What Kubernetes sets in every pod beside a Service `mlflow`.
    links = {
        "MLFLOW_PORT": "tcp://10.0.0.7:5000",
        "MLFLOW_PORT_5000_TCP_ADDR": "10.0.0.7",
        "MLFLOW_SERVICE_PORT": "5000",
    }
    kernel.run(f"import os; os.environ.update({links!r})")
    text = kernel.text(f"%%snapshot\n{_SHOW}")
    assert f"{_MARK}null" in text
    assert "not tagged" not in text
    kernel.run("os.environ['MLFLOW_TRACKING_URI'] = 'http://localhost:5000'")
    text = kernel.text(f"%%snapshot\n{_SHOW}")
    assert f"{_MARK}null" in text
    assert "MLflow runs of this cell are not tagged with the snapshot." in text
    assert "Set DATAMARK_CLUSTER in the kernel’s environment." in text


def test_what_mlflow_cannot_read_is_put_aside_and_told(kernel: Kernel) -> None:
    kernel.run(f"import os; os.environ['{VARIABLE}'] = 'broken'")
    text = kernel.text(f"%%snapshot\n{_SHOW}")
    assert f"{VARIABLE} is no JSON object" in text
    assert "data_volume_name" in text
    assert kernel.text(_SHOW).strip() == f"{_MARK}broken"


def test_a_pin_of_the_panel_joins_the_cell_and_ends_by_unpin(root: Path, tmp_path: Path) -> None:
    with kernel_of_server(root, tmp_path / "kernel-one.json") as kernel:
        pin_file(tmp_path, "one", HOME.document())
        assert "(pinned in the panel)" in kernel.text("%datamark pin")
        found = names(context(kernel, f"%%snapshot\n{_SHOW}"))
        assert [volume for volume, _ in found] == ["work", "home"]
        assert context(kernel) is None
        (tmp_path / FOLDER / "kernel-one.json").write_text("broken")
        text = kernel.text(f"%%snapshot\n{_SHOW}")
        assert "The pin of the panel can’t be read" in text
        assert "data_volume_name" in text
        kernel.run("%datamark unpin")
        assert list((tmp_path / FOLDER).iterdir()) == []


def test_two_kernels_have_pins_of_their_own(root: Path, kernel: Kernel) -> None:
    kernel.run("%datamark snapshot one")
    kernel.run("%datamark snapshot two")
    with kernel_in(root) as other:
        kernel.run("%datamark pin one")
        other.run("%datamark pin two")
        first, second = names(context(kernel)), names(context(other))
    assert first != second
    assert names(context(kernel)) == first


def test_the_command_has_no_pin(datamark: Command) -> None:
    assert datamark("pin", "latest").returncode == 2
    assert "pin " not in datamark("help").stdout
    assert "unpin" not in datamark("pin").stderr


def test_the_cluster_is_told_by_a_setting_else_by_its_authority(tmp_path: Path) -> None:
    token = tmp_path / "token"
    assert cluster_alias("kubernetes", environment={}, token=token) is None
    (tmp_path / "ca.crt").write_text("an authority\n")
    known = cluster_alias("kubernetes", environment={}, token=token)
    # echo 'an authority' | sha256sum
    assert known == "97619e33"
    assert cluster_alias("kubernetes", environment={"DATAMARK_CLUSTER": " prod "}, token=token) == "prod"
    assert cluster_alias("local", environment={"DATAMARK_CLUSTER": "laptop"}) == "laptop"
