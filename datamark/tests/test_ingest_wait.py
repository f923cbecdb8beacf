"""Following an update where its sidecar stays away, or its storage does not answer."""

from __future__ import annotations

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


class Scene:
    """A client that answers what is laid down; time goes on only while somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any] | DatamarkError) -> None:
        self.time = 0.0
        self.said: list[str] = []
        self.looks = 0
        self._answers = list(answers)
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

    def get(self, _: str, query: dict[str, str]) -> dict[str, Any]:
        """The next answer; the last one stays."""
        assert query == {"anew": "true"}
        self.looks += 1
        assert self.looks < 100_000, "it looks for ever"
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, DatamarkError):
            raise answer
        return answer

    def read(self, read: Any, document: dict[str, Any]) -> Any:
        """As the client reads."""
        return read(document, instant())


AWAY = error("sidecar-unavailable", "The connection ended.", "Look at the state.")


def test_a_sidecar_that_comes_back_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, AWAY, AWAY, a_list(a_mirror(update=an_update("succeeded"))))
    assert (follow_update(scene.workplace(), UPDATING, 3600).update or {})["state"] == "succeeded"
    assert scene.said[0] == "Updating climate: waiting for Datamark to answer again"


def test_one_that_stays_away_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, AWAY)
    with pytest.raises(DatamarkError) as failure:
        follow_update(scene.workplace(), UPDATING, 86_400)
    assert failure.value.slug == "sidecar-unavailable"
    assert update_wait.OUT_OF_REACH < scene.time <= update_wait.OUT_OF_REACH + update_wait.LOOK + 1


def test_a_refusal_ends_the_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, error("not-supported", "It is another server.", "Look."))
    with pytest.raises(DatamarkError, match="another server"):
        follow_update(scene.workplace(), UPDATING, 86_400)
    assert scene.time <= update_wait.FIRST_LOOK


def test_the_time_is_bounded_to_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, a_list(a_mirror(update=an_update("running"), transfer=running(None))))
    with pytest.raises(DatamarkError, match="is not updated after 1 h") as failure:
        follow_update(scene.workplace(), UPDATING, 3600)
    assert (failure.value.slug, scene.time) == ("not-ready", 3600)


def test_a_storage_that_does_not_answer_is_said_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"detail": "ONTAP gave no answer within 10 s.", "next": "It is asked again."}
    sources = {"trident": ABSENT, "ontap": {"state": "refuses", "problem": problem, "asOf": None}}
    silent = a_list(a_mirror(update=an_update("running")), sources=sources)
    scene = Scene(monkeypatch, silent, a_list(a_mirror(update=an_update("succeeded"))))
    follow_update(scene.workplace(), UPDATING, 3600)
    assert scene.said[0].startswith("Updating climate: ONTAP can’t be asked. ONTAP gave no answer within 10 s.")
