"""Progress in a notebook: one line in the cell's output."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from .progress import DelayedProgress


class CellProgress(DelayedProgress):
    """One output of the cell that changes; emptied at the end, because an output can’t be taken back."""

    def __init__(self, shell: Any) -> None:
        super().__init__()
        self._publisher = shell.display_pub
        self._display = uuid4().hex
        self._published = False

    def show(self, text: str) -> None:
        """Puts the text where the line is."""
        transient = {"display_id": self._display}
        self._publisher.publish(data={"text/plain": text}, transient=transient, update=self._published)
        self._published = True

    def clear(self) -> None:
        """Empties the line."""
        self.show("")
