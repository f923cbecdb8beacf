"""A wait whose sidecar stays away has an end, and says that what was begun may go on."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn, cast

import pytest

from datamark import waiting
from datamark.problem import DatamarkError
from datamark.waiting import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datamark.client import Client


class Away:
    """A sidecar that takes no connection; time goes on while somebody waits for it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.finder = SimpleNamespace(forget=lambda: None)

    @contextmanager
    def events(self) -> Iterator[NoReturn]:
        raise ConnectionRefusedError
        yield

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _: float) -> None:
        self.now += 10

    def update(self, text: str) -> None:
        self.said.append(text)

    def done(self) -> None:
        self.said.append("")


def test_a_sidecar_that_stays_away_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Away()
    monkeypatch.setattr(waiting, "time", away)
    wait = Wait(cast("Client", away), "restore", "r1", "home to yesterday", away)

    with pytest.raises(DatamarkError) as failure:
        wait.until(lambda _: True, away.said.append)

    assert failure.value.slug == "sidecar-timeout"
    assert str(failure.value).splitlines()[1:] == [
        "Nothing was heard of home to yesterday for 120 s.",
        "It may go on. Look at the state, then try again.",
    ]
    assert 120 < away.now <= 140
    assert away.said[0] == "Restoring home to yesterday: waiting for Datamark to answer again"
