"""Restores that stop the server they are asked from, by a sidecar that plays the cluster."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from datamark.client import Client
from datamark.problem import DatamarkError
from datamark.records import Listing, Operation, Restore
from datamark.restoring import restore, undo
from datamark.terminal_progress import TerminalProgress
from datamark.workplace import Workplace

NOW = "2026-11-22T19:00:00.000Z"
BLOCKER = {"kind": "pod", "object": "p", "message": "Bob uses it.", "fix": "Ask Bob.", "by": None, "since": None}


def _restore(phase: str, **parts: Any) -> dict[str, Any]:
    plan = {
        "validUntil": NOW,
        "changes": {"known": False, "reason": "This storage can’t list changes."},
        "options": [{"strategy": "swap", "possible": {"available": True}, "cost": "It is quick.", "risk": "None."}],
        "blockers": [],
        "warnings": [],
        "stopsServer": True,
        "lastDurationMs": None,
    }
    return {
        **{"kind": "restore", "id": "r1", "uid": "u1", "volume": "home", "volumeName": "home", "snapshot": "s"},
        **{"snapshotCreatedAt": NOW, "undoOf": None, "createdAt": NOW, "finishedAt": None, "message": "m"},
        **{"plan": plan, "steps": [], "safetySnapshot": None, "kept": None, "problem": None, "strategy": "swap"},
        **{"phase": phase, "undo": {"possible": phase == "succeeded", "reason": "No.", "until": None}},
        **parts,
    }


class Cluster:
    """Answers as the sidecar does: each look at the restore finds the next of the phases."""

    def __init__(self, *phases: dict[str, Any]) -> None:
        self._phases = list(phases)
        self.asked: list[Any] = []

    @property
    def finder(self) -> Cluster:
        return self

    def snapshot(self, name: str) -> Any:
        return Namespace(name=name, volume="home")

    def volumes(self) -> list[Any]:
        return [Namespace(id="home", name="home", path="/home/ann")]

    def status(self) -> Any:
        links = {"servers": "/hub/home", "spawn": None, "create": None}
        return Namespace(json={"platform": {"kind": "jupyterhub", "links": links}})

    def plan_restore(self, name: str, strategy: str | None, paths: list[str]) -> Restore:
        self.asked.append((name, strategy, paths))
        return Restore.read(_restore("planning"), NOW)

    def undo_restore(self, name: str) -> Restore:
        self.asked.append(("undo", name))
        return Restore.read(_restore("planning"), NOW)

    def restores(self) -> list[Restore]:
        return [Restore.read(_restore("planned", id="open"), NOW), Restore.read(_restore("succeeded"), NOW)]

    def approve_restore(self, planned: Restore) -> Restore:
        self.asked.append("approve")
        return planned

    def operations(self) -> Listing:
        operation = {
            **{"id": "restore-u1", "verb": "restore", "volume": "home", "volumeName": "home", "startedAt": NOW},
            **{"object": {"name": "r1", "label": "r"}, "state": "running", "progress": {"text": "t"}},
            **{"cancel": {"available": True}},
        }
        return Listing(json={}, as_of=NOW, kind="operation", items=(Operation.read(operation, NOW),))

    @contextmanager
    def events(self) -> Iterator[Iterator[dict[str, Any]]]:
        def stream() -> Iterator[dict[str, Any]]:
            yield {"type": "hello"}
            while self._phases:
                yield {"type": "upsert", "object": self._phases.pop(0)}

        yield stream()

    def get(self, _: str) -> dict[str, Any]:
        return self._phases.pop(0)


def _asked(**parts: Any) -> Namespace:
    return Namespace(
        **{"snapshot": "s", "volume": None, "strategy": None, "files": [], "plan": False, "yes": True, "wait": False}
        | parts
    )


def _work(cluster: Cluster, said: list[str]) -> Workplace:
    def nobody(question: str) -> str:
        raise EOFError(question)

    client = cast(Client, cluster)
    return Workplace(client=client, ask=nobody, say=said.append, progress=TerminalProgress, command="%datamark")


def test_it_says_what_to_do_as_soon_as_the_server_has_to_stop() -> None:
    said: list[str] = []
    cluster = Cluster(_restore("planned"), _restore("preparing"), _restore("waiting"))

    found = restore(_work(cluster, said), _asked())

    assert found.json["phase"] == "waiting"
    assert cluster.asked == [("s", None, []), "approve"]
    plan, now = said
    assert plan.splitlines()[1:] == [
        "  – This storage can’t list changes.",
        "  Your server has to stop for it.",
        "  It is quick. None.",
        "  Nothing blocks this restore. No earlier restore to compare with.",
    ]
    assert now.splitlines() == [
        "The restored data of home is ready. Now your server has to stop:",
        "save your files, then press “Stop server now” in the Datamark panel, or stop it on /hub/home.",
        "As soon as it has stopped, the restore goes on by itself; this kernel ends with the server.",
        "Then start your server again.",
        "To give it up instead: %datamark cancel restore-u1",
    ]


def test_it_says_where_the_hub_starts_the_server_again() -> None:
    said: list[str] = []
    plan = {**_restore("planned")["plan"], "startsServer": True}
    phases = [_restore(one, plan=plan) for one in ("planned", "preparing", "waiting")]

    restore(_work(Cluster(*phases), said), _asked())

    assert "Then the hub starts your server again." in said[-1].splitlines()


def test_with_wait_it_follows_to_the_end() -> None:
    said: list[str] = []
    phases = [_restore(one) for one in ("planned", "preparing", "waiting", "restoring", "succeeded")]

    found = restore(_work(Cluster(*phases), said), _asked(wait=True))

    assert found.json["phase"] == "succeeded"
    assert said[-1] == "To undo: %datamark undo r1"


def test_a_refusal_while_the_server_still_runs_is_told() -> None:
    problem = {"type": "https://datamark.github.io/problems/quota-exceeded", "detail": "Full.", "next": "Ask."}
    phases = [_restore("planned"), _restore("preparing"), _restore("rolled-back", problem=problem)]

    with pytest.raises(DatamarkError) as failure:
        restore(_work(Cluster(*phases), []), _asked())

    assert (failure.value.exit_code, str(failure.value)) == (3, "home was not restored\nFull.\nAsk.")


def test_blockers_are_named_and_nothing_is_approved() -> None:
    plan = {**_restore("planned")["plan"], "blockers": [BLOCKER]}
    cluster = Cluster(_restore("planned", plan=plan))

    with pytest.raises(DatamarkError, match=r"Bob uses it\. Ask Bob\."):
        restore(_work(cluster, []), _asked())

    assert "approve" not in cluster.asked


def test_paths_may_be_written_as_they_are_in_the_server() -> None:
    cluster = Cluster(_restore("planned"))

    restore(_work(cluster, []), _asked(files=["/home/ann/a.txt", "./b/", "/home/anna"], plan=True))

    assert cluster.asked == [("s", "files", ["a.txt", "b", "/home/anna"])]


def test_undo_takes_the_newest_that_can_be_undone() -> None:
    cluster = Cluster(_restore("planned", undoOf="r1"))

    undo(_work(cluster, []), _asked(restore=None, plan=True))

    assert cluster.asked == [("undo", "r1")]


def test_the_plan_of_files_says_once_that_nothing_is_replaced_and_that_of_an_undo_is_one() -> None:
    some = _restore("planned", strategy="files")
    some["plan"] = {
        **some["plan"],
        "stopsServer": False,
        "changes": {"known": False, "reason": "Nothing is replaced: 2 files are written to restored-1."},
    }
    undoing = _restore("planned", undoOf="r0")

    assert str(Restore.read(some, NOW)).splitlines()[1:] == [
        "Nothing is replaced: 2 files are written to restored-1.",
        "Nothing stands in the way.",
    ]
    assert str(Restore.read(undoing, NOW)).splitlines()[-1] == "Nothing blocks this undo."
