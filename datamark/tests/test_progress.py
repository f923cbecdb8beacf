"""The line of progress: not for what is quick, in place, and gone at the end."""

from __future__ import annotations

import io
import os
import sys

import pytest

from datamark import progress, terminal_progress
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


class Terminal(io.StringIO):
    """A terminal that goes back to the start of its line and knows no other code, like the output of a cell."""

    def isatty(self) -> bool:
        """So it says."""
        return True

    def fileno(self) -> int:
        """Of any open file."""
        return 0

    def lines(self) -> list[str]:
        """What a person sees."""
        seen = []
        for line in self.getvalue().split("\n"):
            written = ""
            for part in line.split("\r"):
                written = part + written[len(part) :]
            seen.append(written.rstrip())
        return seen


def test_words_are_written_over_also_where_a_line_can_not_be_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
    line = terminal_progress.TerminalProgress()
    line.show("a long line of words")
    line.show("short")
    assert terminal.lines() == ["short"]
    line.show("longer again")
    line.clear()
    print("done", file=terminal)
    assert terminal.lines() == ["done", ""]
