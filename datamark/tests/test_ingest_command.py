"""The command `datamark ingest` against a sidecar that tells what a test lays down: texts, JSON and exit codes."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datamark.tests.ingest_scene import (
    ABSENT,
    StandIn,
    a_list,
    a_mirror,
    accepted,
    an_update,
    instant,
    running,
    standing_in,
)
from datamark.tests.scene import Command, kernel_in, wait_until

NO_ANSWER = {
    "state": "refuses",
    "problem": {
        "type": "https://datamark.github.io/problems/storage-unreachable",
        "title": "The storage does not answer",
        "status": 503,
        "detail": "ONTAP gave no answer within 10 s.",
        "next": "It is asked again by itself.",
        "object": None,
    },
    "asOf": None,
}


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[StandIn]:
    """What answers the command."""
    with standing_in(tmp_path / "sidecar.sock") as one:
        yield one


@pytest.fixture
def command(tmp_path: Path, sidecar: StandIn) -> Command:
    """The command that asks it."""
    return Command(tmp_path, {"DATAMARK_SOCKET": str(sidecar.socket)})


def updated(*states: dict[str, Any]) -> list[dict[str, Any]]:
    """The lists that a wait sees, one per state of the update."""
    return [a_list(a_mirror(**one)) for one in states]


def begin(sidecar: StandIn, *seen: dict[str, Any], **update: Any) -> None:
    """An update that can be asked for, and what is seen of it then."""
    sidecar.mirrors(a_list(a_mirror()), *updated(*seen))
    told = a_mirror(update=an_update("queued", **update))
    sidecar.answer("POST /ingest/mirrors/climate-mirror/update", accepted("Mirror", told), status=202)


def test_the_list_tells_age_state_transfer_and_what_comes_next(command: Command, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(a_mirror()))
    done = command("ingest")
    assert (done.returncode, done.stderr) == (0, "")
    caption, head, row, absent = done.stdout.splitlines()
    assert caption.startswith("1 mirror · as of ")
    assert head.split("  ")[0] == "Volume"
    for cell in ("climate ", "svm_prod:climate", "mirrored", "healthy", "12 min", "in 20 min", "climate-mirror"):
        assert cell in row
    assert "update, 3.00 GiB in 42 s, 73.1 MiB/s, 10 min ago" in row
    assert absent == "Trident: Nothing is set up here."
    assert command.json("ingest")["items"][0]["id"] == "climate-mirror"


def test_without_mirrors_the_reasons_of_the_sources_stand_there(command: Command, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(sources={"trident": ABSENT, "ontap": NO_ANSWER}))
    text = command("ingest").stdout
    assert "No mirrors are known here" in text
    assert "ONTAP can’t be asked. ONTAP gave no answer within 10 s." in text
    assert "It has told nothing yet." in text


def test_fresh_data_passes_and_the_storage_was_asked_anew(command: Command, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(a_mirror()))
    done = command("ingest", "--fail-if-older", "1h", "--volume", "climate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No data here is older than 1 h." in done.stdout
    assert "GET /ingest/mirrors?anew=true" in sidecar.asked


def test_older_data_fails_with_a_code_of_its_own(command: Command, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(a_mirror()))
    done = command("ingest", "--fail-if-older", "10m", "--json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["type"].endswith("/data-too-old")
    assert "The data of climate is older than 10 min." in done.stderr
    assert "climate: 12 min, made " in done.stderr
    assert "Transfer now: datamark ingest update climate-mirror --wait" in done.stderr


UNKNOWN = {"known": False, "reason": "ONTAP does not tell the lag.", "snapshot": None}
AHEAD = {"known": True, "asOf": instant(-7200), "snapshot": None}


@pytest.mark.parametrize(
    ("listing", "words", "said"),
    [
        (a_list(a_mirror(data=UNKNOWN)), (), "ONTAP does not tell the lag."),
        (a_list(a_mirror(data=AHEAD)), (), "a clock is wrong"),
        (a_list(), (), "No mirror is known here"),
        (a_list(a_mirror(volume="other")), ("--volume", "climate"), "No mirror into climate is known here"),
        (a_list(a_mirror(), sources={"trident": ABSENT, "ontap": NO_ANSWER}), (), "There may be mirrors that nobody"),
    ],
    ids=["not told", "clock ahead", "no mirror", "none of the volume", "a source told nothing"],
)
def test_an_age_that_is_not_known_never_passes(
    command: Command, sidecar: StandIn, listing: dict[str, Any], words: tuple[str, ...], said: str
) -> None:
    sidecar.mirrors(listing)
    done = command("ingest", "--fail-if-older", "1000d", *words)
    assert (done.returncode, done.stdout) == (6, "")
    assert said in done.stderr


def test_a_cell_with_old_data_fails(tmp_path: Path, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(a_mirror()))
    with kernel_in(tmp_path, DATAMARK_SOCKET=str(sidecar.socket)) as kernel:
        assert "12 min" in kernel.text("%datamark ingest")
        outputs = kernel.run("%datamark ingest --fail-if-older 10m")
        error = next(one for one in outputs if one["type"] == "error")
        assert "The data is older than allowed" in "\n".join(error["traceback"])
        assert "%datamark ingest update climate-mirror --wait" in "\n".join(error["traceback"])
        assert "No data here is older" in kernel.text("%datamark ingest --fail-if-older 1h")


def test_an_update_is_followed_to_its_end(command: Command, sidecar: StandIn) -> None:
    over = {"update": an_update("succeeded"), "data": {"known": True, "asOf": instant(3), "snapshot": "s2"}}
    begin(sidecar, {"update": an_update("running"), "transfer": running(2**30)}, over)
    sidecar.tell(a_mirror(**over))
    done = command("ingest", "update", "climate", "--wait")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("climate is updated.\nIts data is as of ")
    assert [one for one in sidecar.asked if "mirrors" in one] == [
        "GET /ingest/mirrors",
        "POST /ingest/mirrors/climate-mirror/update",
        "GET /ingest/mirrors?anew=true",
        "GET /ingest/mirrors?anew=true",
    ]
    assert sidecar.asked.count("GET /events") == 1


def test_a_stream_that_ends_is_opened_again(command: Command, sidecar: StandIn) -> None:
    begin(sidecar, {"update": an_update("running")}, {"update": an_update("succeeded")})
    sidecar.end_stream()
    done = command("ingest", "update", "climate", "--wait", "--timeout", "30s")
    assert (done.returncode, sidecar.asked.count("GET /events")) == (0, 2)


def test_without_wait_it_says_how_to_follow(command: Command, sidecar: StandIn) -> None:
    begin(sidecar, alreadyRunning=True)
    done = command("ingest", "update", "claim-climate")
    assert done.returncode == 0
    assert "climate is being updated." in done.stdout
    assert "datamark ingest update climate-mirror --wait" in done.stdout
    assert "runs already: no other one is begun" in done.stderr


@pytest.mark.parametrize(
    ("seen", "code", "slug", "said"),
    [
        (
            {"update": an_update("failed", reasons=[{"message": "Source is busy.", "code": "13303844"}])},
            1,
            "storage-failed",
            "climate was not updated\nSource is busy. (13303844)",
        ),
        ({"update": an_update("failed")}, 1, "storage-failed", "The storage does not say why."),
        ({"update": an_update("cancelled")}, 1, "cancelled", "The update of climate was cancelled."),
        ({"update": None}, 3, "object-changed", "is not told any more"),
        ({"update": an_update("succeeded", id="t2")}, 3, "object-changed", "another one has begun since"),
        ({"uid": "u2", "update": an_update("succeeded")}, 1, "mirror-not-found", "is gone"),
    ],
    ids=["failed", "failed without a reason", "cancelled", "forgotten", "another one", "another mirror of the name"],
)
def test_an_update_that_did_not_succeed_is_never_told_as_done(
    command: Command, sidecar: StandIn, seen: dict[str, Any], code: int, slug: str, said: str
) -> None:
    begin(sidecar, seen)
    done = command("ingest", "update", "climate", "--wait", "--json")
    assert done.returncode == code
    assert json.loads(done.stdout)["type"].endswith(f"/{slug}")
    assert said in done.stderr


def test_the_wait_has_an_end_and_the_transfer_goes_on(command: Command, sidecar: StandIn) -> None:
    begin(sidecar, {"update": an_update("running"), "transfer": running(2**30)})
    done = command("ingest", "update", "climate", "--wait", "--timeout", "1s")
    assert (done.returncode, done.stdout) == (3, "")
    assert "climate is not updated after 1.0 s: update running: 1.00 GiB so far, for 3 min." in done.stderr
    assert "The transfer is not cancelled, it goes on." in done.stderr
    assert not [one for one in sidecar.asked if one.startswith("DELETE")]


def test_an_interrupt_leaves_the_transfer_alone_and_says_so(command: Command, sidecar: StandIn) -> None:
    begin(sidecar, {"update": an_update("running"), "transfer": running(None)})
    waiting = command.start("ingest", "update", "climate", "--wait")
    wait_until(lambda: "GET /ingest/mirrors?anew=true" in sidecar.asked, "the wait looks")
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, out) == (130, "")
    assert "Interrupted. The transfer is not cancelled, it goes on." in err
    assert "datamark ingest update climate-mirror --cancel ends it" in err
    assert not [one for one in sidecar.asked if one.startswith("DELETE")]


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (an_update("cancelled"), "climate keeps what had arrived: its update is cancelled."),
        (an_update("running"), "climate is asked to end its update; it has not ended yet."),
        (None, "its last one is told as: unknown"),
    ],
)
def test_cancelling_says_what_is_true_then(
    command: Command, sidecar: StandIn, update: dict[str, Any] | None, said: str
) -> None:
    sidecar.mirrors(a_list(a_mirror()))
    told = accepted("Mirror", a_mirror(update=update))
    sidecar.answer("DELETE /ingest/mirrors/climate-mirror/update", told, status=202)
    done = command("ingest", "update", "climate", "--cancel")
    assert done.returncode == 0
    assert said in done.stdout


def test_history_says_since_when_and_what_is_missing(command: Command, sidecar: StandIn) -> None:
    seen = {
        "endedAt": instant(600),
        "type": "update",
        "state": "failed",
        "bytes": None,
        "seconds": 42,
        "ageSeconds": None,
    }
    history = accepted("SeenTransfers", {"since": instant(86400), "items": [seen], "gaps": True})
    sidecar.mirrors(a_list(a_mirror()))
    sidecar.answer("GET /ingest/mirrors/climate-mirror/history", history)
    text = command("ingest", "history", "climate-mirror").stdout
    assert "climate · 1 transfer seen since " in text
    row = text.splitlines()[2]
    assert row.split()[-4:] == ["42", "s", "–", "failed"]
    assert "transfers can be missing" in text
    assert command.json("ingest", "history", "climate") == history


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--wait",), "--wait does not go with a list of mirrors."),
        (("history", "m", "--cancel"), "--cancel does not go with ingest history."),
        (("update", "m", "--fail-if-older", "1h"), "--fail-if-older does not go with ingest update."),
        (("update",), "needs to know which mirror"),
        (("update", "m", "--timeout", "1h"), "--timeout goes with --wait only."),
        (("--fail-if-older", "60"), "is not a duration"),
        (("--fail-if-older", "0h"), "is not from a moment"),
        (("climate",), "invalid choice"),
    ],
)
def test_words_that_mean_nothing_together_are_refused(
    command: Command, sidecar: StandIn, words: tuple[str, ...], said: str
) -> None:
    done = command("ingest", *words)
    assert (done.returncode, done.stdout, sidecar.asked) == (2, "", [])
    assert said in done.stderr


def test_a_mirror_that_is_not_there_and_one_that_is_not_clear(command: Command, sidecar: StandIn) -> None:
    sidecar.mirrors(a_list(a_mirror(), a_mirror(id="second", uid="u2")))
    none = command("ingest", "update", "other")
    assert none.returncode == 1
    assert "Mirrors here: climate-mirror (into climate), second (into climate)." in none.stderr
    two = command("ingest", "update", "climate")
    assert two.returncode == 2
    assert "climate-mirror, second" in two.stderr


def test_the_real_sidecar_of_a_directory_says_that_there_are_no_sources(datamark: Command) -> None:
    done = datamark("ingest")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No mirrors are known here" in done.stdout
    told = accepted("MirrorList", datamark.json("ingest"))
    assert (told["items"], {one["state"] for one in told["sources"].values()}) == ([], {"absent"})
    assert all(one["reason"] in done.stdout for one in told["sources"].values())
    assert datamark("ingest", "--fail-if-older", "1h").returncode == 6
    missing = datamark("ingest", "history", "nothing")
    assert (missing.returncode, "There is no mirror nothing." in missing.stderr) == (1, True)
