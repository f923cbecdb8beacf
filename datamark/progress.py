"""The line that tells what is waited for: shown only after a moment, so that what is quick leaves nothing behind."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

# Quicker than this needs no telling.
MOMENT = 0.7


class DelayedProgress(ABC):
    """A line that appears after a moment, changes in place and goes away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._text = ""
        self._visible = False
        self._ended = False

    def update(self, text: str) -> None:
        """Replaces the line."""
        with self._lock:
            if self._ended or text == self._text:
                return
            self._text = text
            if self._visible:
                self.show(text)
            elif self._timer is None:
                self._timer = threading.Timer(MOMENT, self._appear)
                self._timer.daemon = True
                self._timer.start()

    def done(self) -> None:
        """Takes the line away for good."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()
            if self._visible:
                self._visible = False
                self.clear()

    @abstractmethod
    def show(self, text: str) -> None:
        """Puts the text where the line is."""

    @abstractmethod
    def clear(self) -> None:
        """Empties the line."""

    def _appear(self) -> None:
        with self._lock:
            if not self._ended:
                self._visible = True
                self.show(self._text)
