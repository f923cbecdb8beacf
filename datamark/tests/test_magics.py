"""The magics in a real kernel: results, questions nobody can answer, %%snapshot, interrupts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from datamark.display import SNAPSHOT_MIME, SNAPSHOTS_MIME
from datamark.tests.scene import DEADLINE, Command, Kernel, clean_environment, faults, kernel_in, shown, wait_until


def test_help_lists_the_verbs(kernel: Kernel) -> None:
    text = kernel.text("%datamark")
    assert all(verb in text for verb in ("status", "volumes", "snapshot", "clone", "restore", "undo", "hold", "delete"))
    text = kernel.text("%datamark hold --help")
    assert text.startswith("usage: %datamark hold ")
    assert "--until DATE" in text
    assert kernel.text("%%snapshot --help\n1").startswith("usage: %%snapshot ")
    assert "usage: %datamark hold" in kernel.text("%datamark hold")


def test_tab_completes_verbs(kernel: Kernel) -> None:
    request = kernel.client.complete("%datamark sn", 12)
    matches = kernel.client.get_shell_msg(timeout=DEADLINE)
    while matches["parent_header"]["msg_id"] != request:
        matches = kernel.client.get_shell_msg(timeout=DEADLINE)
    assert {"snapshot", "snapshots"} <= set(matches["content"]["matches"])


def test_a_snapshot_is_an_object_with_a_rich_display(kernel: Kernel, root: Path) -> None:
    outputs = kernel.run("s = %datamark snapshot before lr sweep\ns")
    data = next(one for one in outputs if one["type"] == "execute_result")["data"]
    assert data["text/plain"].startswith("Snapshot before lr sweep of work · ready in ")
    assert "<strong" in data["text/html"]
    shown_json = data[SNAPSHOT_MIME]
    assert (shown_json["kind"], shown_json["version"], shown_json["title"]) == ("snapshot", 1, "before lr sweep")
    assert shown_json["readyInMs"] > 0
    assert shown_json["volume"]["name"] == "work"
    assert kernel.text("print((s.path and open(s.path + '/a.txt').read()).strip(), s.name)").split() == [
        "one",
        shown_json["name"],
    ]
    assert str(root) not in json.dumps(shown_json)


def test_names_of_python_can_be_used_in_a_line(kernel: Kernel) -> None:
    kernel.run("s = %datamark snapshot one")
    assert "held" in kernel.text("%datamark hold {s.name}")


def test_a_list_is_capped_and_says_when_it_was_read(kernel: Kernel) -> None:
    kernel.run("%datamark snapshot one")
    kernel.run("%datamark snapshot two")
    outputs = kernel.run("%datamark snapshots work --last 1")
    data = next(one for one in outputs if one["type"] == "execute_result")["data"]
    listed = data[SNAPSHOTS_MIME]
    assert (listed["total"], [one["title"] for one in listed["items"]]) == (2, ["two"])
    assert listed["asOf"].endswith("Z")
    assert "as of " in data["text/plain"]
    assert "1 of 2 snapshots" in data["text/html"]


def test_every_other_verb_shows_something(kernel: Kernel, root: Path) -> None:
    assert "no snapshots" in kernel.text("%datamark status")
    assert str(root) in kernel.text("%datamark volumes")
    kernel.run("%datamark snapshot good")
    assert "Work in " in kernel.text("%datamark clone good --name copy")
    assert "copy" in kernel.text("%datamark clones")
    (root / "a.txt").write_text("worse\n")
    assert "work is restored to" in kernel.text("%datamark restore good --yes")
    assert (root / "a.txt").read_text() == "one\n"
    assert "work is restored to" in kernel.text("%datamark undo --yes")
    assert (root / "a.txt").read_text() == "worse\n"
    assert "Done" in kernel.text("%datamark restores")
    assert "Nothing is running" in kernel.text("%datamark operations")
    assert "is deleted." in kernel.text("%datamark delete good --yes")


@pytest.mark.parametrize("line", ["restore good", "delete good"])
def test_without_anybody_to_ask_nothing_is_changed(kernel: Kernel, root: Path, line: str) -> None:
    kernel.run("%datamark snapshot good")
    (root / "a.txt").write_text("worse\n")
    outputs = kernel.run(f"%datamark {line}")
    assert outputs[-2]["type"] == "error"
    assert "add --yes" in shown(outputs)
    assert (root / "a.txt").read_text() == "worse\n"
    assert "good" in kernel.text("%datamark snapshots")


def test_a_person_is_asked_in_the_notebook(kernel: Kernel, root: Path) -> None:
    kernel.run("%datamark snapshot good")
    (root / "a.txt").write_text("worse\n")
    question, outputs = kernel.run_answering("%datamark restore good", "n")
    assert question.startswith("Restore work to ")
    assert "1 file goes back to older content" in shown(outputs)
    assert "Nothing was changed." in shown(outputs)
    assert (root / "a.txt").read_text() == "worse\n"
    kernel.run_answering("%datamark restore good", "y")
    assert (root / "a.txt").read_text() == "one\n"
    question, _ = kernel.run_answering("%datamark delete good", "good")
    assert question == "Delete snapshot “good”? Type “good” to go on: "
    assert "snapshot good" in kernel.text("%datamark hold good")


def test_undo_without_anybody_to_ask_changes_nothing(kernel: Kernel, root: Path) -> None:
    kernel.run("%datamark snapshot good")
    (root / "a.txt").write_text("worse\n")
    kernel.run("%datamark restore good --yes")
    assert "add --yes" in kernel.text("%datamark undo")
    assert (root / "a.txt").read_text() == "one\n"


def test_errors_are_answers_without_a_traceback(kernel: Kernel) -> None:
    outputs = kernel.run("%datamark restore nothing")
    failure = next(one for one in outputs if one["type"] == "error")
    assert failure["ename"] == "DatamarkError"
    assert failure["traceback"] == [
        "Snapshot not found",
        "There is no snapshot nothing.",
        "List them with %datamark snapshots.",
    ]


def test_the_cell_runs_after_its_snapshot(kernel: Kernel, root: Path) -> None:
    outputs = kernel.run(
        "%%snapshot --title 'before the cell'\nfrom pathlib import Path\nPath('a.txt').write_text('by the cell')\n6 * 7"
    )
    assert outputs[-2]["type"] == "execute_result"
    assert outputs[-2]["data"]["text/plain"] == "42"
    assert "Snapshot before the cell of work" in shown(outputs)
    assert (root / "a.txt").read_text() == "by the cell"
    assert kernel.text("s = %datamark snapshots\nprint(open(s[0].path + '/a.txt').read())").strip() == "one"
    assert kernel.text("print(s[0].note)").startswith("%%snapshot, cell ")


def test_the_snapshot_can_come_after_the_cell(kernel: Kernel) -> None:
    kernel.run("%%snapshot --after --title later --note why\nopen('a.txt', 'w').write('by the cell');")
    text = kernel.text("s = %datamark snapshots\nprint(open(s[0].path + '/a.txt').read(), s[0].note)")
    assert text.strip() == "by the cell why"


def test_no_snapshot_after_a_cell_that_failed(kernel: Kernel) -> None:
    assert "ZeroDivisionError" in kernel.text("%%snapshot --after\n1 / 0")
    assert "No snapshots of work yet" in kernel.text("%datamark snapshots")


@pytest.mark.parametrize("cell", ["1 +", "await something()"])
def test_a_cell_that_cannot_run_makes_no_snapshot(kernel: Kernel, cell: str) -> None:
    assert any(one["type"] == "error" for one in kernel.run(f"%%snapshot\n{cell}"))
    assert "No snapshots of work yet" in kernel.text("%datamark snapshots")


def test_the_error_of_the_cell_is_its_own(kernel: Kernel) -> None:
    outputs = kernel.run("%%snapshot\nx = 1\nx / 0")
    failures = [one for one in outputs if one["type"] == "error"]
    assert [one["ename"] for one in failures] == ["ZeroDivisionError"]
    assert "x / 0" in shown(outputs)


def test_without_a_snapshot_the_cell_does_not_run(root: Path) -> None:
    with kernel_in(root, **faults(fail={"step": "snapshot:copy", "code": "ENOSPC", "times": 1})) as kernel:
        outputs = kernel.run("%%snapshot --volume work\nopen('ran', 'w').close()")
        failure = next(one for one in outputs if one["type"] == "error")
        assert failure["traceback"][0] == "No snapshot of work, so the cell did not run."
        assert failure["traceback"][-1] == "To run anyway: --on-error run"
        assert not (root / "ran").exists()


def test_on_error_run_says_so_and_runs_the_cell(root: Path) -> None:
    with kernel_in(root, **faults(fail={"step": "snapshot:copy", "code": "ENOSPC", "times": 1})) as kernel:
        outputs = kernel.run("%%snapshot --on-error run\nopen('ran', 'w').close()")
        assert not any(one["type"] == "error" for one in outputs)
        assert "No snapshot of work; the cell runs all the same." in shown(outputs)
        assert (root / "ran").exists()


def test_an_unknown_volume_stops_the_cell(kernel: Kernel, root: Path) -> None:
    text = kernel.text("%%snapshot --volume scratch\nopen('ran', 'w').close()")
    assert "No snapshot of scratch, so the cell did not run." in text
    assert "Volumes here: work" in text
    assert not (root / "ran").exists()


def test_an_interrupt_cancels_the_snapshot_and_the_cell(root: Path) -> None:
    with kernel_in(root, **faults(slowMs=3000)) as kernel:
        request = kernel.begin("%%snapshot --title slow\nopen('ran', 'w').close()")
        kernel.outputs(request, lambda one: "Creating “slow” of work" in one.get("data", {}).get("text/plain", ""))
        kernel.manager.interrupt_kernel()
        outputs = kernel.end(request)
        assert [one["ename"] for one in outputs if one["type"] == "error"] == ["KeyboardInterrupt"]
        assert "Interrupted: “slow” of work is cancelled." in shown(outputs)
        assert not (root / "ran").exists()
        wait_until(lambda: "Nothing is running" in kernel.text("%datamark operations"), "the operation ends")
        assert "Ready" not in kernel.text("%datamark snapshots")


def test_the_progress_line_goes_away(root: Path) -> None:
    with kernel_in(root, **faults(slowMs=300)) as kernel:
        outputs = kernel.run("s = %datamark snapshot slow")
        displays = [one for one in outputs if one["type"] in ("display_data", "update_display_data")]
        assert [one["type"] for one in displays[:1]] == ["display_data"]
        assert {one["type"] for one in displays[1:]} == {"update_display_data"}
        assert displays[-1]["data"]["text/plain"] == ""


def test_a_semicolon_hides_the_value_of_the_cell(kernel: Kernel) -> None:
    assert not any(one["type"] == "execute_result" for one in kernel.run("%%snapshot\n6 * 7;"))


def test_the_notebook_that_asks_is_recorded(root: Path) -> None:
    (root / "nb").mkdir()
    notebook = root / "nb" / "train.ipynb"
    notebook.write_text("{}")
    with kernel_in(root, JPY_SESSION_NAME=str(notebook)) as kernel:
        kernel.run("s = %datamark snapshot x")
        assert kernel.text("print(s.notebook)").strip().endswith("train.ipynb")


def test_the_kernel_ends_its_sidecar(root: Path) -> None:
    with kernel_in(root) as kernel:
        kernel.run("%datamark status")
        pid = int(kernel.text("s = %datamark status\nprint(s.json['pid'])"))
        assert Path(f"/proc/{pid}").exists()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the sidecar ends")


def run_headless(root: Path, sources: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs cells as a notebook by nbconvert; the result is done.ipynb."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source, "outputs": []}
        for number, source in enumerate(sources)
    ]
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [{**cell, "execution_count": None} for cell in cells],
    }
    (root / "run.ipynb").write_text(json.dumps(notebook))
    words = ["-m", "nbconvert", "--to", "notebook", "--execute", "--output", "done.ipynb", "run.ipynb"]
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE * 2,
        check=False,
    )


def test_a_notebook_with_magics_runs_headless(root: Path, datamark: Command) -> None:
    sources = [
        "%load_ext datamark",
        "s = %datamark snapshot from a pipeline",
        "%%snapshot --title 'before the step'\nopen('a.txt', 'w').write('step')",
        "%datamark snapshots",
        "%datamark restore 'before the step' --yes",
        "assert open('a.txt').read() == 'one\\n'",
    ]
    done = run_headless(root, sources)
    assert done.returncode == 0, done.stderr
    executed = json.loads((root / "done.ipynb").read_text())
    outputs = executed["cells"][2]["outputs"]
    assert any(SNAPSHOT_MIME in output["data"] for output in outputs if output["output_type"] == "display_data")
    titles = {one["title"] for one in datamark.json("snapshots")["items"]}
    assert {"from a pipeline", "before the step"} <= titles


def test_a_failing_magic_fails_the_headless_run(root: Path) -> None:
    sources = ["%load_ext datamark", "%datamark restore nothing --yes", "open('ran', 'w').close()"]
    done = run_headless(root, sources)
    assert done.returncode != 0
    assert "There is no snapshot nothing." in done.stderr
    assert not (root / "ran").exists()
