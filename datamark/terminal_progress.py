"""Progress on a terminal: one line on stderr, only where a person looks."""

from __future__ import annotations

import os
import sys

from .display import clean
from .progress import DelayedProgress


class TerminalProgress(DelayedProgress):
    """One line on stderr, which is written over: the output of a cell knows no code that empties a line."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        super().__init__()
        self._width = 0

    def show(self, text: str) -> None:
        """Puts the text where the line is."""
        if sys.stderr.isatty():
            width = max(20, os.get_terminal_size(sys.stderr.fileno()).columns - 1)
            line = clean(text)[:width]
            print(f"\r{line.ljust(self._width)}", end="", file=sys.stderr, flush=True)
            self._width = len(line)

    def clear(self) -> None:
        """Empties the line."""
        if sys.stderr.isatty():
            print(f"\r{' ' * self._width}\r", end="", file=sys.stderr, flush=True)
            self._width = 0
