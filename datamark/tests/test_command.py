"""The command on real files: every verb, its questions, its exit codes and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datamark.tests.scene import Command, faults


def tree(root: Path) -> dict[str, str]:
    """Files of the live tree and their content."""
    files = (path for path in root.rglob("*") if path.is_file())
    parts = {path.relative_to(root): path for path in files}
    return {
        str(below): path.read_text()
        for below, path in parts.items()
        if below.parts[0] not in (".datamark", "datamark-clones")
    }


def test_a_snapshot_is_ready_when_the_command_ends(datamark: Command, root: Path) -> None:
    made = datamark.json("snapshot", "before", "the", "sweep", "--note", "why")
    assert made["state"]["phase"] == "ready"
    assert (made["title"], made["note"]) == ("before the sweep", "why")
    assert (Path(made["path"]) / "data" / "c.txt").read_text() == "three\n"


def test_results_go_to_stdout_and_nothing_else_does(datamark: Command) -> None:
    done = datamark("snapshot", "first")
    assert done.returncode == 0
    assert done.stdout.startswith("Snapshot first of work · ready in ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_status_and_volumes_tell_the_last_snapshot(datamark: Command, root: Path) -> None:
    assert "no snapshots" in datamark("status").stdout
    datamark.json("snapshot", "x")
    status = datamark("status").stdout
    assert "snapshot just now" in status
    assert "Datamark" in status
    volume = datamark.json("volumes")["items"][0]
    assert (volume["mountPath"], volume["snapshotCount"]) == (str(root), 1)
    assert datamark.json("status")["api"]["major"] == 1


def test_snapshots_are_listed_newest_first_and_searched(datamark: Command) -> None:
    for title in ("alpha", "beta", "gamma"):
        datamark.json("snapshot", title)
    page = datamark.json("snapshots", "-n", "2")
    assert [one["title"] for one in page["items"]] == ["gamma", "beta"]
    assert page["total"] == 3
    assert set(page) >= {"items", "total", "days", "nextCursor", "revision"}
    assert [one["title"] for one in datamark.json("snapshots", "--search", "alp")["items"]] == ["alpha"]
    text = datamark("snapshots").stdout
    assert "3 of 3 snapshots · as of " in text
    assert text.index("gamma") < text.index("alpha")


@pytest.mark.parametrize("reference", ["name", "prefix", "suffix", "title", "latest", "-1"])
def test_a_snapshot_is_found_by(datamark: Command, reference: str) -> None:
    made = datamark.json("snapshot", "only one")
    name = made["name"]
    words = {"name": name, "prefix": name[:-2], "suffix": name[-4:], "title": "only one"}
    plan = datamark.json("delete", words.get(reference, reference), "--plan")
    assert (plan["object"], plan["uid"]) == (name, made["uid"])


def test_an_ambiguous_reference_lists_the_candidates(datamark: Command) -> None:
    names = [datamark.json("snapshot", "twin")["name"] for _ in range(2)]
    done = datamark("restore", "twin", "--yes")
    assert done.returncode == 2
    assert all(name in done.stderr for name in names)
    assert "Use the whole name of one." in done.stderr


def test_latest_is_not_a_safety_snapshot(datamark: Command, root: Path) -> None:
    made = datamark.json("snapshot", "mine")
    (root / "a.txt").write_text("changed\n")
    datamark.json("restore", "mine", "--yes")
    assert datamark.json("delete", "latest", "--plan")["object"] == made["name"]


def test_a_clone_is_writable_and_listed(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "base")
    clone = datamark.json("clone", "base", "--name", "sweep-12")
    copy = Path(clone["path"])
    (copy / "a.txt").write_text("mine\n")
    assert (root / "a.txt").read_text() == "one\n"
    assert [one["id"] for one in datamark.json("clones")["items"]] == [clone["id"]]
    assert "sweep-12" in datamark("clones").stdout
    assert datamark("clone", "--name", "now").returncode == 0
    done = datamark("delete", "--clone", "sweep-12", "--yes")
    assert (done.returncode, copy.exists()) == (0, False)


def test_restore_and_undo_bring_back_every_file(datamark: Command, root: Path) -> None:
    before = tree(root)
    datamark.json("snapshot", "good")
    (root / "a.txt").write_text("worse\n")
    (root / "b.txt").unlink()
    (root / "new.txt").write_text("new\n")
    after = tree(root)

    done = datamark("restore", "good", typed="y\n")
    assert done.returncode == 0, done.stderr
    assert "1 file goes back to older content" in done.stderr
    assert "1 deleted file comes back" in done.stderr
    assert "1 file made since then goes away (kept in the safety snapshot)" in done.stderr
    assert "Restore work to" in done.stderr
    assert "work is restored to" in done.stdout
    assert tree(root) == before

    assert datamark("undo", "--yes").returncode == 0
    assert tree(root) == after


def test_chosen_files_come_back_beside(datamark: Command, root: Path) -> None:
    (root / "data" / "c.txt").write_text("three\n")
    datamark.json("snapshot", "good")
    (root / "a.txt").write_text("worse\n")
    before = tree(root)

    done = datamark("restore", "good", "--yes", "--files", "a.txt", str(root / "data/"))

    assert done.returncode == 0, done.stderr
    assert "Copy files of work back from" in done.stderr
    (folder,) = root.glob("restored-*")
    assert folder.name in done.stdout
    assert (folder / "a.txt").read_text() == "one\n"
    assert (folder / "data" / "c.txt").read_text() == "three\n"
    assert {path: one for path, one in tree(root).items() if not path.startswith("restored-")} == before
    assert datamark("undo", "--yes").returncode == 3


def test_what_the_snapshot_does_not_have_is_named(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "good")
    done = datamark("restore", "good", "--yes", "--files", "nothing.txt")
    assert done.returncode == 3
    assert "nothing.txt is not in the snapshot." in done.stderr
    assert list(root.glob("restored-*")) == []


def test_the_ways_to_restore(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "good")
    clone = datamark.json("restore", "good", "--strategy", "clone")
    assert (Path(clone["path"]) / "a.txt").read_text() == "one\n"
    for words, code, text in (
        (("--strategy", "swap"), 3, "restored whole or by files, not by swap"),
        (("--strategy", "files"), 2, "needs to know which ones"),
        (("--strategy", "copy", "--files", "a.txt"), 2, "exclude each other"),
        (("--strategy", "clone", "--plan"), 3, "A clone has no plan"),
        (("--files", "../outside"), 2, "without `..`"),
    ):
        done = datamark("restore", "good", "--yes", *words)
        assert (done.returncode, text in done.stderr) == (code, True), done.stderr


def test_a_restore_without_a_yes_changes_nothing(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "good")
    (root / "a.txt").write_text("worse\n")
    for typed, words in (("n\n", "Nothing was changed."), ("", "add --yes")):
        done = datamark("restore", "good", typed=typed)
        assert done.returncode == 3
        assert words in done.stderr
    assert datamark.json("restore", "good", "--plan")["phase"] == "planned"
    assert (root / "a.txt").read_text() == "worse\n"


def test_undo_without_a_restore_says_so(datamark: Command) -> None:
    done = datamark("undo", "--yes", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["type"].endswith("/nothing-to-undo")


def test_a_held_snapshot_is_not_deleted_before_it_is_released(datamark: Command) -> None:
    made = datamark.json("snapshot", "keep")
    held = datamark.json("hold", "keep", "--until", "2126-12-01")
    assert held["heldUntil"].startswith("2126-12-0")
    done = datamark("delete", "keep", "--yes")
    assert done.returncode == 3
    assert "can’t be deleted" in done.stderr
    assert datamark.json("snapshots")["total"] == 1
    assert datamark.json("hold", "keep", "--release")["heldUntil"] is None
    assert datamark("delete", "keep", "--yes").stdout == "Snapshot “keep” is deleted.\n"
    assert not Path(made["path"]).exists()


@pytest.mark.parametrize("until", ["2001-01-01", "tomorrow"])
def test_a_hold_needs_a_date_to_come(datamark: Command, until: str) -> None:
    datamark.json("snapshot", "keep")
    done = datamark("hold", "keep", "--until", until)
    assert (done.returncode, until in done.stderr) == (2, True)


def test_deleting_asks_for_the_title_and_says_what_is_lost(datamark: Command) -> None:
    datamark.json("snapshot", "a title")
    for typed in ("", "y\n", "another\n"):
        done = datamark("delete", "latest", typed=typed)
        assert done.returncode == 3, typed
        assert "Files that only this snapshot holds are lost" in done.stderr
    assert "Type “a title” to go on" in done.stderr
    assert datamark.json("snapshots")["total"] == 1
    assert datamark("delete", "latest", typed="a title\n").returncode == 0
    assert datamark.json("snapshots")["total"] == 0


@pytest.mark.parametrize(
    "title", ['say "hi"', "it's", "näive 🎉", "-- dashes", "<b>&amp;", "مرحبا", "$HOME {x} `ls`", "x" * 200]
)
def test_odd_titles_are_kept(datamark: Command, title: str) -> None:
    assert datamark.json("snapshot", "--title", title)["title"] == title
    assert datamark.json("delete", title if not title.startswith("-") else "latest", "--plan")["allowed"]


@pytest.mark.parametrize("title", ["x" * 300, "two\nlines", "bell\x07"])
def test_a_bad_title_is_refused_and_nothing_is_made(datamark: Command, title: str) -> None:
    done = datamark("snapshot", "--title", title, "--json")
    problem = json.loads(done.stdout)
    assert done.returncode == 2
    assert problem["type"].endswith("/invalid-request")
    assert "title" in done.stderr.lower()
    assert datamark.json("snapshots")["total"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        ("snapshots", "-n", "0"),
        ("restore",),
        ("hold", "x", "--until", "forever", "--release"),
        ("status", "x"),
    ],
)
def test_wrong_usage_is_told_without_starting_anything(datamark: Command, root: Path, words: tuple[str, ...]) -> None:
    done = datamark(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The request is not valid" in done.stderr
    assert not (root / ".datamark").exists()


def test_what_does_not_exist_is_named(datamark: Command, root: Path, tmp_path: Path) -> None:
    for words, said in (
        (("restore", "nothing", "--yes"), "There is no snapshot nothing."),
        (("snapshot", "--volume", "other"), "There is no volume other. Volumes here: work"),
        (("snapshot", "--volume", "../.."), "There is no volume ../.."),
        (("delete", "--clone", "nothing"), "There is no clone nothing."),
        (("restore", "../../etc/passwd"), "There is no snapshot ../../etc/passwd."),
        (("status", "--root", str(tmp_path / "gone")), "is not a directory."),
    ):
        done = datamark(*words)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_a_failed_snapshot_fails_the_command(datamark: Command) -> None:
    done = datamark("snapshot", "x", "--json", env=faults(fail={"step": "snapshot:copy", "code": "ENOSPC", "times": 9}))
    problem = json.loads(done.stdout)
    assert done.returncode == 1
    assert problem["type"].endswith("/disk-full")
    assert problem["detail"] in done.stderr


def test_the_root_can_be_named_before_and_behind_the_verb(datamark: Command, root: Path, tmp_path: Path) -> None:
    for words in (("--root", str(root), "volumes", "--json"), ("volumes", "--json", "--root", str(root))):
        done = datamark(*words, cwd=tmp_path)
        assert json.loads(done.stdout)["items"][0]["mountPath"] == str(root)
    assert not (tmp_path / ".datamark").exists()


def test_a_table_fits_the_terminal_and_keeps_names_whole(datamark: Command) -> None:
    made = datamark.json("snapshot", "--title", "long " * 30)
    lines = datamark("snapshots", env={"COLUMNS": "100"}).stdout.splitlines()
    assert max(map(len, lines[1:])) <= 100
    assert made["name"] in lines[-1]
    assert "…" in lines[-1]


def test_doctor_tells_what_is_fine(datamark: Command, root: Path) -> None:
    done = datamark("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"✓ Store of work: {root} can be written to. The first snapshot makes the store" in done.stdout
    assert "✓ Sidecar: Datamark " in done.stdout
    report = datamark.json("doctor")
    assert report["summary"]["failed"] == 0
    assert {one["state"] for one in report["findings"]} <= {"ok", "unknown"}


def test_doctor_ends_with_1_where_something_is_missing_and_status_says_the_same(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "first")
    (root / ".datamark" / "store.json").write_text("{")
    done = datamark("doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "1 missing" in lines[0]
    assert lines[1].startswith("✗ Store of work: ")
    status = datamark("status")
    assert status.returncode == 0
    assert lines[1] in status.stdout.splitlines()
    assert "Check: " in status.stdout
