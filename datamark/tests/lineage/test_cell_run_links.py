"""What is told of the runs of a cell where MLflow is silent, refuses or has many; against a client that answers so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from datamark.client import Client, now
from datamark.connection import Finder
from datamark.lineage import cell_runs
from datamark.lineage.begun_runs import BegunRun
from datamark.lineage.cell_runs import CellRuns
from datamark.lineage.run_tags import run_tags
from datamark.lineage.snapshot_of_run import SnapshotOfRun
from datamark.problem import PREFIX, DatamarkError
from datamark.records import Snapshot
from datamark.tests.lineage.samples import HOME
from datamark.workplace import Workplace

BEGAN = 1_000.0
TAGS = run_tags([HOME], None)
NAMED = f"{HOME.snapshot} of home (made before the run)"
SILENT = DatamarkError({"type": f"{PREFIX}mlflow-unreachable", "detail": "MLflow does not answer within 10 s."})
REFUSED = DatamarkError({"type": f"{PREFIX}mlflow-refused", "detail": "It is of somebody else."})


class Answers(Client):
    """Answers requests for runs and for links with what a test says, and keeps what was asked."""

    def __init__(self, found: Sequence[str] | DatamarkError, links: Mapping[str, str | DatamarkError]) -> None:
        super().__init__(Finder())
        self.asked: list[str] = []
        self._found = found
        self._links = links

    def post(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """The answer, or the refusal."""
        answer = self._found if path == "/lineage/runs" else self._links[body["run"] if body else ""]
        self.asked.append("runs" if path == "/lineage/runs" or body is None else str(body["run"]))
        if isinstance(answer, DatamarkError):
            raise answer
        if path == "/lineage/runs":
            return {"runs": list(answer), "written": []}
        waits = {"detail": "MLflow does not answer within 10 s."} if answer == "waiting" else None
        return {"run": self.asked[-1], "state": answer, "problem": waits, "snapshots": [HOME.document()]}


def link(client: Answers, *seen: BegunRun) -> list[str]:
    """What a cell says of its runs."""
    work = Workplace(
        client, ask=lambda question: question, say=print, progress=lambda: pytest.fail("nothing is waited for")
    )
    return CellRuns(work, [made_of(HOME)], BEGAN).link(seen).splitlines()


def made_of(one: SnapshotOfRun) -> Snapshot:
    """The snapshot as the sidecar tells it, as far as it counts here."""
    unknown = {"known": False, "reason": "not counted"}
    return Snapshot.read(
        {
            **{"name": one.snapshot, "uid": one.uid, "volume": "v", "volumeName": one.volume},
            **{"createdAt": one.time, "origin": "datamark", "restoreSize": unknown, "ownData": unknown},
            "state": {"phase": "ready", "at": one.time},
        },
        now(),
    )


def run(name: str, *, tagged: bool = False, started: float = BEGAN + 1) -> BegunRun:
    """A run that was seen."""
    return BegunRun(name, int(started * 1000), dict(TAGS) if tagged else {"team": "vision"})


def test_what_mlflow_tagged_is_told_and_not_linked_again() -> None:
    client = Answers(["of-a-program", "a"], {})
    assert link(client, run("a", tagged=True)) == [f"Runs a, of-a-program name {NAMED}"]
    assert client.asked == ["runs"]


def test_while_mlflow_is_silent_links_wait_and_it_is_asked_for_nothing_else() -> None:
    client = Answers(SILENT, {"b": "waiting"})
    told = link(client, run("a", tagged=True), run("b"))
    assert client.asked == ["b"]
    assert told == [
        f"Run a names {NAMED}",
        "The dataset follows when somebody looks at them: MLflow does not answer.",
        "The link of run b waits: MLflow does not answer within 10 s.",
        f"It stands on the snapshot, and Datamark writes it when MLflow takes it: {NAMED}",
    ]


def test_runs_with_tags_alone_are_told_as_that_where_mlflow_can_not_be_asked() -> None:
    told = link(Answers(SILENT, {}), run("a", tagged=True))
    assert told[0].startswith("Run a names ")
    assert told[1].endswith("MLflow does not answer within 10 s.")


def test_a_run_of_another_snapshot_is_not_taken_for_one_of_this() -> None:
    other = BegunRun("a", int(BEGAN * 1000), run_tags([SnapshotOfRun(**{**HOME.document(), "uid": "e" * 36})], None))
    client = Answers(SILENT, {"a": "written"})
    assert link(client, other)[0] == f"Run a names {NAMED}"
    assert client.asked == ["a", "runs"]


def test_a_run_that_the_sidecars_mlflow_does_not_tell_is_linked_although_it_has_tags() -> None:
    answers: list[list[str] | DatamarkError] = [[], DatamarkError({"type": f"{PREFIX}mlflow-not-set-up"})]
    for answer in answers:
        client = Answers(answer, {"a": "written"})
        assert link(client, run("a", tagged=True)) == [f"Run a names {NAMED}"]
        assert client.asked == ["runs", "a"]


def test_after_too_long_the_rest_is_named_and_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_runs, "PATIENCE", -1.0)
    client = Answers([], {})
    (told,) = link(client, *(run(f"r{number}") for number in range(12)))
    assert told.startswith("There was no time left to link r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 2 more. ")
    assert told.endswith("Link it by its id: %datamark link RUN --snapshot latest")
    assert client.asked == ["runs"]


def test_one_that_is_refused_is_told_beside_the_others_and_alone_is_a_refusal() -> None:
    links: dict[str, str | DatamarkError] = {"a": REFUSED, "b": "written"}
    told = link(Answers([], links), run("a"), run("b", started=BEGAN - 1))
    assert told == [
        "Run a is not linked: It is of somebody else.",
        f"Run b names {NAMED}",
        "Run b began before this cell: what it read earlier can differ from the snapshot.",
    ]
    with pytest.raises(DatamarkError, match="It is of somebody else"):
        link(Answers([], links), run("a"))


def test_no_run_is_told_as_that() -> None:
    with pytest.raises(DatamarkError, match="The cell did not use MLflow in this kernel"):
        link(Answers([], {}))
