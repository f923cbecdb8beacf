"""How mirrors are told: nothing is mapped silently, and what nobody told is no number."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime, timezone
from typing import Any

import pytest

from datamark.display import html, plain
from datamark.ingest.duration_option import duration_seconds
from datamark.ingest.mirror_records import MirrorList
from datamark.ingest.mirror_words import data_age, ended, next_transfer, running, span
from datamark.tests.ingest_scene import a_list, a_mirror, accepted, instant

CLOCK = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
NOW = instant(0, CLOCK)


def ago(seconds: float) -> str:
    """A time before that clock."""
    return instant(seconds, CLOCK)


def shown(**parts: Any) -> str:
    """A list of one mirror, as text."""
    return plain(MirrorList.read(accepted("MirrorList", a_list(a_mirror(**parts), now=NOW))))


def test_a_state_that_is_new_stands_in_the_words_of_who_told_it() -> None:
    assert "“resyncing_fast”" in shown(state="unknown", stateAsTold="resyncing_fast")
    assert "broken off" in shown(state="broken-off", stateAsTold="broken_off")


def test_what_trident_told_says_when_and_what_must_be_known() -> None:
    hint = "Trident tells this also where ONTAP did not answer it."
    text = shown(state="promoted", toldBy="trident", toldAt=ago(86_400), hint=hint)
    assert "climate: state as told by Trident at 22 Nov 2026, " in text
    assert f"climate: {hint}" in text


def test_broken_off_is_not_unhealthy_and_unknown_is_not_healthy() -> None:
    broken = shown(state="broken-off", health={"state": "healthy"})
    assert "unhealthy" not in broken
    unknown = shown(health={"state": "unknown", "reason": "Trident does not tell it."})
    assert "its health is not known. Trident does not tell it." in unknown
    assert " healthy " not in unknown


def test_reasons_stand_unchanged_with_their_code() -> None:
    reasons = [{"message": "Transfer failed: volume is busy.", "code": "13303844"}]
    assert "climate: Transfer failed: volume is busy. (13303844)" in shown(
        health={"state": "unhealthy", "reasons": reasons}
    )
    assert "the storage does not say why" in shown(health={"state": "unhealthy", "reasons": []})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(12, "12 s"), (59 * 60, "59 min"), (3600, "1 h"), (11_100, "3 h 5 min"), (183_600, "2 d 3 h"), (None, "–")],
)
def test_spans(seconds: float | None, said: str) -> None:
    assert span(seconds) == said


def test_ages_go_by_the_clock_of_who_told_them() -> None:
    assert data_age({"known": True, "asOf": ago(720), "snapshot": None}, NOW).seconds == 720
    assert data_age({"known": True, "asOf": ago(-30), "snapshot": None}, NOW).seconds == 0
    assert data_age({"known": True, "asOf": ago(-120), "snapshot": None}, NOW).seconds is None


@pytest.mark.parametrize(
    ("guard", "data", "said"),
    [
        ("stale", {"known": True, "asOf": ago(7200), "snapshot": None}, "2 h (1 h allowed)"),
        ("fresh", {"known": True, "asOf": ago(720), "snapshot": None}, "12 min"),
        ("unknown", {"known": False, "reason": "No lag.", "snapshot": None}, "not known (1 h allowed)"),
    ],
)
def test_the_guard_of_a_volume_is_told_where_it_is_not_kept(guard: str, data: dict[str, Any], said: str) -> None:
    text = shown(data=data, guard={"maxAgeSeconds": 3600, "setBy": "annotation", "state": guard})
    assert f"  {said}  " in text


def test_a_transfer_tells_only_what_is_told() -> None:
    bare: dict[str, Any] = {"type": "update", "bytes": None, "seconds": None, "bytesPerSecond": None}
    assert running({**bare, "state": "queued"}) == "update queued"
    assert running({**bare, "state": "transferring"}) == "update running"
    assert running({**bare, "state": "transferring", "bytes": 2**30, "seconds": 180}) == (
        "update running: 1.00 GiB so far, for 3 min"
    )
    over: dict[str, Any] = {**bare, "endedAt": None, "reasons": []}
    assert ended({**over, "state": "succeeded"}, NOW) == "update"
    assert ended({**over, "type": "unknown", "state": "unknown"}, NOW) == "transfer, outcome not told"
    failed = {**over, "state": "failed", "endedAt": ago(600), "reasons": [{"message": "No space.", "code": None}]}
    assert ended(failed, NOW) == "update failed, 10 min ago: No space."


def test_the_next_transfer() -> None:
    every = {"name": "hourly", "everySeconds": 3600}
    assert next_transfer(None, NOW) == "–"
    assert next_transfer({**every, "nextAt": None}, NOW) == "by schedule hourly, time not told"
    assert next_transfer({**every, "nextAt": ago(-600)}, NOW) == "in 10 min"
    assert next_transfer({**every, "nextAt": ago(180)}, NOW) == "due for 3 min"


def test_what_storage_says_can_neither_steer_a_terminal_nor_a_page() -> None:
    reasons = [{"message": "<b>\x1b[2Jbusy", "code": None}]
    listing = MirrorList.read(a_list(a_mirror(health={"state": "unhealthy", "reasons": reasons}), now=NOW))
    assert "\x1b" not in plain(listing)
    assert "<b>" not in html(listing)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("30min", 1800), ("1h30m", 5400), ("1.5h", 5400), ("2d", 172_800)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "60", "h", "1h 30m", "-1h", "1y", "0s", "1e3h", "99999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        duration_seconds(text)
