"""What is shown: escaped, bounded, readable without style; sizes and times in the words of the panel."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from datamark import words
from datamark.display import SHOWN_ROWS, SNAPSHOT_MIME, SNAPSHOTS_MIME, bundle, plain
from datamark.primitives import Size
from datamark.problem import TITLES, DatamarkError, problem
from datamark.records import Listing, Restore, Snapshot, Volume

NOW = "2026-11-19T14:20:06.000Z"
HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202egpj\x1b[31m\n</table>"


class Tags(HTMLParser):
    """What a browser would make of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        """Notes text."""
        self.text += data


def document(**more: Any) -> dict[str, Any]:
    """A snapshot as the contract writes it."""
    return {
        "kind": "snapshot",
        "name": "home.20261119-140803z-ab12",
        "uid": "u1",
        "volume": "home-00000000",
        "volumeName": "home",
        "createdAt": "2026-11-19T14:08:03.000Z",
        "createdBy": "alice",
        "title": "before lr sweep",
        "note": "",
        "notebook": "nb/train.ipynb",
        "heldUntil": None,
        "heldBy": None,
        "origin": "datamark",
        "state": {"phase": "ready", "at": "2026-11-19T14:08:05.000Z"},
        "restoreSize": {"known": True, "bytes": 12},
        "ownData": {"known": False, "reason": "not measured yet"},
        "files": 3,
        "omissions": [],
        "path": "/home/alice/.datamark/snapshots/x",
        "restoredFrom": None,
        "somethingNew": 1,
        **more,
    }


def volume(name: str = "home") -> Volume:
    """A volume."""
    size = {"known": False, "reason": "?"}
    can = {"available": True}
    fields = {
        "id": "home-00000000",
        "name": name,
        "mountPath": "/home/alice",
        "browsePath": "",
        "role": "home",
        "requested": size,
        "used": size,
        "free": size,
        "driver": "ext4",
        "can": {"snapshot": can, "clone": can, "restore": can, "files": can},
        "snapshotCount": 0,
        "lastSnapshotAt": None,
    }
    return Volume.read(fields, NOW)


def listing(*snapshots: dict[str, Any], name: str = "home") -> Listing:
    """Snapshots of a volume."""
    items = tuple(Snapshot.read(one, NOW) for one in snapshots)
    return Listing(json={}, as_of=NOW, kind="snapshot", items=items, total=len(items), volume=volume(name))


def test_a_snapshot_reads_as_in_the_panel() -> None:
    shown = bundle(Snapshot.read(document(), NOW, 1800))
    assert shown["text/plain"] == "Snapshot before lr sweep of home · ready in 1.8 s"
    assert shown[SNAPSHOT_MIME]["readyInMs"] == 1800
    assert shown[SNAPSHOT_MIME]["asOf"] == NOW


def test_hostile_text_can_do_nothing() -> None:
    hostile = document(title=HOSTILE, volumeName=HOSTILE, notebook=HOSTILE, name="x")
    for shown in (bundle(Snapshot.read(hostile, NOW)), bundle(listing(hostile, name=HOSTILE))):
        found = Tags()
        found.feed(shown["text/html"])
        assert found.tags <= {"div", "strong", "bdi", "span", "p", "table", "thead", "tbody", "tr", "th", "td"}
        assert found.attributes <= {"style", "title"}
        assert "<img src=x onerror=alert(1)>" in found.text
        for kind in ("text/html", "text/plain"):
            assert not re.search("[\x1b\u202e]", shown[kind])


def test_html_needs_no_script_and_no_sheet() -> None:
    html = bundle(listing(document()))["text/html"]
    assert not re.search(r"<script|<style|class=|href|src=", html)
    assert not re.search(r"(?<!-)color:|background", html), "colours must come from the page"


def test_a_list_in_a_notebook_is_bounded() -> None:
    many = listing(*[document(title="x" * 200, notebook="n" * 300) for _ in range(500)])
    shown = bundle(many)
    assert len(shown[SNAPSHOTS_MIME]["items"]) == SHOWN_ROWS
    assert shown[SNAPSHOTS_MIME]["total"] == 500
    assert shown["text/html"].count("<tr>") == SHOWN_ROWS + 1
    assert len(json.dumps(shown[SNAPSHOTS_MIME])) < 64_000


def test_what_is_kept_in_a_notebook_names_no_person_and_no_path() -> None:
    for shown in (bundle(Snapshot.read(document(), NOW)), bundle(listing(document()))):
        kept = json.dumps({kind: data for kind, data in shown.items() if kind.endswith("+json")})
        assert "alice" not in kept


def test_an_unreadable_record_is_an_error_not_a_guess() -> None:
    broken = document()
    del broken["uid"]
    with pytest.raises(KeyError):
        Snapshot.read(broken, NOW)


def test_states_and_badges() -> None:
    failed = {"phase": "failed", "at": NOW, "problem": {"detail": "The disk is full."}}
    pending = {"phase": "pending", "since": "2026-11-19T14:19:24.000Z", "message": ""}
    text = plain(
        listing(
            document(state=pending),
            document(state=failed),
            document(heldUntil="forever"),
            document(origin="safety"),
            document(omissions=[{"reason": "vanished", "count": 2, "examples": []}]),
        ),
        width=400,
    )
    assert "Creating, 42 s" in text
    assert "Failed: The disk is full." in text
    assert "before lr sweep · held" in text
    assert "before lr sweep · safety" in text
    assert "2 files not as they were" in text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "0.98 KiB"),
        (1536, "1.50 KiB"),
        (224395264, "214 MiB"),
        (5 * 2**40, "5.00 TiB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert words.size(Size(count)) == text


def test_an_unknown_size_is_no_number() -> None:
    assert words.size(Size(None, "nobody measured")) == "–"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (1800, "1.8 s"),
        (42000, "42 s"),
        (59700, "1 min"),
        (130000, "2 min 10 s"),
        (3720000, "1 h 02 min"),
        (-5, "0.0 s"),
    ],
)
def test_durations(milliseconds: float, text: str) -> None:
    assert words.duration(milliseconds) == text


def test_a_plan_tells_every_count() -> None:
    change = {"files": 212, "bytes": 1}
    plan = {
        "validUntil": NOW,
        "changes": {"known": True, "reverted": change, "returned": {"files": 5, "bytes": 1}, "removed": change},
        "blockers": [],
        "warnings": ["2 files are open."],
        "stopsServer": False,
        "lastDurationMs": 110000,
    }
    restore = {
        "id": "r1",
        "uid": "u",
        "volume": "home-00000000",
        "volumeName": "home",
        "snapshot": "s",
        "snapshotCreatedAt": "2026-11-17T09:12:00.000Z",
        "undoOf": None,
        "createdAt": NOW,
        "finishedAt": None,
        "phase": "planned",
        "message": "",
        "plan": plan,
        "safetySnapshot": None,
        "kept": None,
        "undo": {"possible": False, "reason": "It has not run."},
        "problem": None,
    }
    lines = plain(Restore.read(restore, NOW)).splitlines()
    assert lines[0].startswith("Restore home to 17 Nov 2026, ")
    assert lines[1:] == [
        "212 files go back to older content",
        "5 deleted files come back",
        "212 files made since then go away (kept in the safety snapshot)",
        "2 files are open.",
        "Nothing blocks this restore. The last one here took 1 min 50 s.",
    ]


def test_the_catalogue_of_problems_is_that_of_the_contract() -> None:
    contract = (Path(__file__).resolve().parents[2] / "contract" / "problem.ts").read_text(encoding="utf-8")
    entries = re.findall(r"^  '?([a-z-]+)'?: \{ status: (\d+), title: '([^']+)' \}", contract, re.MULTILINE)
    catalogue = {slug: (int(status), title) for slug, status, title in entries}
    assert {slug: catalogue.get(slug) for slug in TITLES} == TITLES


@pytest.mark.parametrize(
    ("slug", "code"),
    [("internal", 1), ("snapshot-not-found", 1), ("invalid-request", 2), ("restore-blocked", 3), ("store-locked", 4)],
)
def test_exit_codes(slug: str, code: int) -> None:
    assert DatamarkError(problem(slug, "d", "n")).exit_code == code


def test_an_error_reads_title_detail_next() -> None:
    blocker = {"kind": "held", "object": "x", "message": "Held by alice.", "fix": "Release it."}
    failure = DatamarkError(problem("snapshot-held", "x is held.", "Try again.", blockers=[blocker]))
    assert str(failure) == "The snapshot is held\nx is held.\n· Held by alice. Release it.\nTry again."
