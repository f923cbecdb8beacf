"""The line of progress: not for what is quick, in place, and gone at the end."""

from __future__ import annotations

import pytest

from datamark import progress
from datamark.tests.scene import wait_until


class Recorded(progress.DelayedProgress):
    """A line that remembers what it showed; None stands for the emptied line."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str | None] = []

    def show(self, text: str) -> None:
        """Remembers the text."""
        self.shown.append(text)

    def clear(self) -> None:
        """Remembers that it was emptied."""
        self.shown.append(None)


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOMENT", 3600)
    line = Recorded()
    line.update("one")
    line.update("two")
    line.done()
    line.update("late")
    assert line.shown == []


def test_what_takes_a_moment_shows_the_newest_words_and_then_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOMENT", 0.01)
    line = Recorded()
    line.update("one")
    wait_until(lambda: line.shown, "the line appears")
    line.update("two")
    line.update("two")
    line.done()
    line.done()
    assert line.shown == ["one", "two", None]
