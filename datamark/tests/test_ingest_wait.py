"""Following an update where its sidecar stays away, its stream breaks or is quiet, or its storage does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from datamark.ingest import update_wait
from datamark.ingest.mirror_records import Mirror
from datamark.ingest.update_wait import follow_update
from datamark.problem import DatamarkError, error
from datamark.tests.ingest_scene import ABSENT, a_list, a_mirror, an_update, instant, running
from datamark.workplace import Workplace

UPDATING = Mirror.read(a_mirror(update=an_update("running")), instant())
GOING_ON = a_list(a_mirror(update=an_update("running"), transfer=running(None)))
OVER = a_list(a_mirror(update=an_update("succeeded")))
AWAY = error("sidecar-unavailable", "The connection ended.", "Look at the state.")


class Scene:
    """A client that answers what is laid down; time goes on only while somebody waits for an event or a breath."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any] | DatamarkError, events: tuple[Any, ...] = ()
    ) -> None:
        self.time = 0.0
        self.said: list[str] = []
        self.looks = self.streams = self.breaths = 0
        self.finder = SimpleNamespace(forget=lambda: None)
        self._answers = list(answers)
        self._events = list(events)
        monkeypatch.setattr(update_wait, "time", self)

    def workplace(self) -> Workplace:
        """Where the update is followed."""
        shown = SimpleNamespace(update=self.said.append, done=lambda: None)
        place = SimpleNamespace(client=self, say=self.said.append, progress=lambda: shown, command="datamark")
        return cast("Workplace", place)

    def monotonic(self) -> float:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Lets it pass."""
        self.time += seconds
        self.breaths += 1

    @contextmanager
    def events(self, until: float) -> Iterator[Iterator[dict[str, Any]]]:
        """What is laid down; then nothing comes any more."""
        self.streams += 1
        assert self.streams < 100_000, "it opens streams for ever"

        def stream() -> Iterator[dict[str, Any]]:
            yield {"type": "hello"}
            while self._events:
                event = self._events.pop(0)
                if isinstance(event, Exception):
                    raise event
                yield event
            self.time = max(self.time, until)
            raise TimeoutError

        yield stream()

    def get(self, _: str, query: dict[str, str]) -> dict[str, Any]:
        """The next answer; the last one stays."""
        assert query == {"anew": "true"}
        self.looks += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, DatamarkError):
            raise answer
        return answer

    def read(self, read: Any, document: dict[str, Any]) -> Any:
        """As the client reads."""
        return read(document, instant())


def told(state: str, **parts: Any) -> dict[str, Any]:
    """What the stream tells of the mirror."""
    return {"type": "upsert", "object": a_mirror(update=an_update(state), **parts)}


def state_of(mirror: Mirror) -> str:
    """What became of its update."""
    return str((mirror.update or {})["state"])


def test_the_end_is_told_by_an_event_and_nothing_is_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"type": "upsert", "object": {"kind": "snapshot", "id": "s1", "name": "s1"}}
    events = (other, told("running", transfer=running(2**30)), told("succeeded"))
    scene = Scene(monkeypatch, GOING_ON, OVER, events=events)
    assert state_of(follow_update(scene.workplace(), UPDATING, 3600)) == "succeeded"
    assert (scene.looks, scene.streams, scene.breaths, scene.time) == (2, 1, 0, 0.0)
    assert "Updating climate: update running: 1.00 GiB so far, for 3 min" in scene.said


def test_a_reset_calls_for_another_look(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, GOING_ON, OVER, events=({"type": "reset"},))
    assert state_of(follow_update(scene.workplace(), UPDATING, 3600)) == "succeeded"
    assert (scene.looks, scene.time) == (2, 0.0)


def test_a_mirror_that_is_removed_is_told_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"type": "remove", "kind": "mirror", "id": "climate-mirror"}
    scene = Scene(monkeypatch, GOING_ON, a_list(), events=({**gone, "id": "other"}, gone))
    with pytest.raises(DatamarkError, match="is gone"):
        follow_update(scene.workplace(), UPDATING, 3600)
    assert (scene.looks, scene.time) == (2, 0.0)


def test_a_stream_that_breaks_is_opened_again_and_the_list_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, GOING_ON, OVER, events=(ConnectionResetError("It broke."),))
    assert state_of(follow_update(scene.workplace(), UPDATING, 3600)) == "succeeded"
    assert (scene.streams, scene.breaths) == (2, 1)


def test_a_quiet_stream_is_looked_behind_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, GOING_ON, OVER)
    assert state_of(follow_update(scene.workplace(), UPDATING, 3600)) == "succeeded"
    assert (scene.looks, scene.breaths, scene.time) == (2, 0, update_wait.LOOK_AGAIN)


def test_a_sidecar_that_comes_back_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, AWAY, AWAY, OVER)
    assert state_of(follow_update(scene.workplace(), UPDATING, 3600)) == "succeeded"
    assert scene.said[0] == "Updating climate: waiting for Datamark to answer again"


def test_one_that_stays_away_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, AWAY)
    with pytest.raises(DatamarkError) as failure:
        follow_update(scene.workplace(), UPDATING, 86_400)
    assert failure.value.slug == "sidecar-unavailable"
    assert update_wait.OUT_OF_REACH < scene.time <= update_wait.OUT_OF_REACH + 2 * update_wait.BREATH


def test_one_that_takes_no_stream_ends_the_wait_and_says_that_the_transfer_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene(monkeypatch, GOING_ON)

    @contextmanager
    def silent(until: float) -> Iterator[Iterator[dict[str, Any]]]:
        scene.time = until
        raise TimeoutError
        yield iter(())

    monkeypatch.setattr(scene, "events", silent)
    with pytest.raises(DatamarkError, match="Nothing was heard of climate for 120 s") as failure:
        follow_update(scene.workplace(), UPDATING, 86_400)
    assert failure.value.slug == "sidecar-timeout"
    assert "Its transfer goes on." in str(failure.value)


def test_a_refusal_ends_the_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, error("not-supported", "It is another server.", "Look."))
    with pytest.raises(DatamarkError, match="another server"):
        follow_update(scene.workplace(), UPDATING, 86_400)
    assert (scene.time, scene.looks) == (0.0, 1)


def test_the_time_is_bounded_to_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, GOING_ON)
    with pytest.raises(DatamarkError, match="is not updated after 59 min") as failure:
        follow_update(scene.workplace(), UPDATING, 3_570)
    assert (failure.value.slug, scene.time) == ("not-ready", 3_570)


def test_a_storage_that_does_not_answer_is_said_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"detail": "ONTAP gave no answer within 10 s.", "next": "It is asked again."}
    sources = {"trident": ABSENT, "ontap": {"state": "refuses", "problem": problem, "asOf": None}}
    silent = a_list(a_mirror(update=an_update("running")), sources=sources)
    scene = Scene(monkeypatch, silent, OVER)
    follow_update(scene.workplace(), UPDATING, 3600)
    assert scene.said[0].startswith("Updating climate: ONTAP can’t be asked. ONTAP gave no answer within 10 s.")
