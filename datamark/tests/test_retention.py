"""The verb `retention` with the real sidecar: what it shows, what it deletes, and what it leaves."""

from __future__ import annotations

from typing import Any

from datamark.tests.scene import Command


def made(datamark: Command) -> list[Any]:
    """Three snapshots, the first one held."""
    return [
        datamark.json("snapshot", "one", "--hold"),
        datamark.json("snapshot", "two"),
        datamark.json("snapshot", "three"),
    ]


def left(datamark: Command) -> list[str]:
    """Titles of what there is, newest first."""
    return [one["title"] for one in datamark.json("snapshots")["items"]]


def test_it_only_shows_and_says_how_to_apply(datamark: Command) -> None:
    made(datamark)
    done = datamark("retention", "--keep-last", "1")
    assert done.returncode == 0, done.stderr
    caption, _, third, second, first, last = done.stdout.splitlines()
    assert caption.startswith("1 of 3 snapshots would be deleted · as of ")
    assert third.startswith("keep")
    assert "One of the newest 1." in third
    assert second.startswith("delete")
    assert "No rule keeps it." in second
    assert (first.startswith("keep"), "Held by " in first) == (True, True)
    assert last.startswith("Nothing was deleted. To delete them: datamark retention --keep-last 1 --volume ")
    assert left(datamark) == ["three", "two", "one"]


def test_apply_asks_and_deletes_what_it_showed(datamark: Command) -> None:
    made(datamark)
    assert datamark("retention", "--keep-last", "1", "--apply", typed="n\n").returncode == 3
    assert left(datamark) == ["three", "two", "one"]
    done = datamark("retention", "--keep-last", "1", "--apply", typed="y\n")
    assert done.returncode == 0, done.stderr
    assert "Delete 1 snapshot? This can’t be undone." in done.stderr
    assert done.stdout.startswith("1 of 3 snapshots deleted")
    assert left(datamark) == ["three", "one"]
    again = datamark("retention", "--keep-last", "1", "--apply", "--yes")
    assert (again.returncode, "There is nothing to delete." in again.stdout) == (0, True)


def test_as_json_it_is_the_report_of_the_contract(datamark: Command) -> None:
    made(datamark)
    report = datamark.json("retention", "--keep-days", "1")
    assert {one["decision"] for one in report["items"]} == {"keep"}
    report = datamark.json("retention", "--keep-last", "1", "--apply", "--yes", "--all-volumes")
    assert [(one["title"], one["outcome"] and one["outcome"]["state"]) for one in report["items"]] == [
        ("three", None),
        ("two", "deleting"),
        ("one", None),
    ]


def test_without_a_rule_or_with_a_wrong_one_nothing_happens(datamark: Command) -> None:
    made(datamark)
    for words in (
        [],
        ["--keep-last", "0"],
        ["--keep-days", "-1"],
        ["--keep-last", "1", "--all-volumes", "--volume", "x"],
    ):
        assert datamark("retention", *words, "--apply", "--yes").returncode == 2
    assert left(datamark) == ["three", "two", "one"]
