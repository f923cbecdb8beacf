"""How runs and their snapshots are shown: nothing is claimed that was not found, and no name steers a page."""

from __future__ import annotations

from typing import Any

from datamark.display import html, plain
from datamark.lineage.lineage_records import LinkedRun, RunsOfSnapshot, SnapshotsOfRun
from datamark.tests.lineage.samples import HOME

AT = "2026-01-02T03:04:05Z"


def a_run(**parts: Any) -> dict[str, Any]:
    """A run as the contract tells it."""
    version = {"name": "churn", "version": "3", "aliases": ["champion", "old"]}
    return {
        **{"id": "a1", "name": "train", "experiment": "0", "status": "FINISHED", "user": None, "startedAt": AT},
        **{"endedAt": AT, "deleted": False, "link": None, "metrics": [], "models": [], "versions": [version]},
        **parts,
    }


def snapshots_of_run(*now: dict[str, str], run: dict[str, Any] | None = None) -> SnapshotsOfRun:
    """What a run names, one snapshot for each state."""
    items = [{"link": HOME.document(), "now": one} for one in now]
    return SnapshotsOfRun.read({"run": run, "version": None, "snapshots": items}, AT, "models:/churn/3")


def test_names_of_runs_are_text_and_nothing_more() -> None:
    found = {"run": a_run(name="<script>\x1b[31m\u202e"), "match": "uid", "link": HOME.document()}
    search = {"complete": True, "searched": 1, "known": 1, "asOf": AT}
    document = {"snapshot": "s", "uid": "u", "mlflow": {"state": "answers", "server": "http://mlflow"}}
    record = RunsOfSnapshot.read({**document, "search": search, "total": 1, "runs": [found]}, AT)
    assert "&lt;script&gt;�[31m�" in html(record)
    assert "<script>�[31m�" in plain(record)
    assert "churn/3 @champion @old" in plain(record)


def test_another_snapshot_of_the_name_is_never_shown_as_the_data() -> None:
    message = "This is NOT the data of the run."
    other = {"state": "other-uid", "snapshot": HOME.snapshot, "message": message}
    gone = {"state": "gone", "message": "It does not exist any more."}
    text = plain(snapshots_of_run(other, gone, run=a_run(deleted=True)))
    assert "ANOTHER snapshot" in text
    assert message in text
    assert "It does not exist any more." in text
    assert "deleted in MLflow" in text
    assert "exists" not in text


def test_what_nobody_told_is_not_made_up() -> None:
    assert plain(snapshots_of_run()) == "models:/churn/3 does not tell from which run it comes."
    assert plain(snapshots_of_run(run=a_run(versions=[]))).endswith("It names no snapshot.")
    untold = {**HOME.document(), "uid": None, "cluster": None, "namespace": None, "time": None, "relation": None}
    names = {"state": "same-names", "snapshot": HOME.snapshot, "message": "Whether it is the one can’t be told."}
    document = {"run": a_run(), "version": None, "snapshots": [{"link": untold, "now": names}]}
    row = plain(SnapshotsOfRun.read(document, AT, "a1")).splitlines()[3]
    assert row.split() == ["home", HOME.snapshot, "–", "–", "–", "–", "one", "of", "these", "names"]


def test_a_link_that_waits_says_so_and_why() -> None:
    problem = {"detail": "MLflow at http://mlflow can’t be reached (ECONNREFUSED).", "title": "", "type": ""}
    linked = {"run": "a1", "snapshots": [HOME.document()]}
    text = plain(LinkedRun.read({**linked, "state": "waiting", "problem": problem}, AT))
    assert text.startswith("The link of run a1 waits: MLflow at http://mlflow can’t be reached (ECONNREFUSED).\n")
    assert f"{HOME.snapshot} of home (made before the run)" in text
    text = plain(LinkedRun.read({**linked, "state": "written", "problem": {**problem, "detail": "Not allowed."}}, AT))
    assert text.splitlines()[1] == "It does not stand on the snapshot too: Not allowed."


def test_rows_that_a_saved_notebook_leaves_out_are_counted() -> None:
    record = snapshots_of_run(*[{"state": "exists", "snapshot": HOME.snapshot}] * 52, run=a_run())
    assert "<p>and 2 more, which print() shows</p>" in html(record)
    assert plain(record).count(HOME.snapshot) == 52
