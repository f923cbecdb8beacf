"""Progress on a terminal: one line on stderr, only where a person looks."""

from __future__ import annotations

import os
import sys

from .display import clean
from .progress import DelayedProgress


class TerminalProgress(DelayedProgress):
    """One line on stderr that changes."""

    def show(self, text: str) -> None:
        """Puts the text where the line is."""
        if sys.stderr.isatty():
            width = max(20, os.get_terminal_size(sys.stderr.fileno()).columns - 1)
            print(f"\r\x1b[K{clean(text)[:width]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Empties the line."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
