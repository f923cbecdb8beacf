"""What is current in this process: our tags in MLFLOW_RUN_CONTEXT, which MLflow itself puts on every run it starts.

Programs that are started from here inherit the variable. What others wrote there stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .run_tags import TAGS, VOLUMES_TAG, image_in, run_tags
from .snapshot_of_run import SnapshotOfRun, read_snapshots

VARIABLE = "MLFLOW_RUN_CONTEXT"


@dataclass(frozen=True)
class _Change:
    """What was put there, by which tag that is known again, and the text before any of ours."""

    after: str
    volumes: str
    origin: str | None


class RunContextVariable:
    """The variable in one environment, and what it was before we put something there."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._put_last: _Change | None = None

    def snapshots(self) -> tuple[SnapshotOfRun, ...]:
        """What runs that begin now are tagged with; also what a parent process has pinned."""
        text = _context(self._environment.get(VARIABLE)).get(VOLUMES_TAG)
        if not isinstance(text, str):
            return ()
        try:
            return read_snapshots(json.loads(text)) or ()
        except (ValueError, RecursionError):
            return ()

    @property
    def readable(self) -> bool:
        """False where the variable holds what MLflow can't read either: it is put aside while ours is there."""
        text = self._environment.get(VARIABLE)
        return text is None or _object(text) is not None

    def pin(self, snapshots: Sequence[SnapshotOfRun], notebook: str | None) -> None:
        """Makes them current, instead of what was. Raises TooManySnapshots."""
        self._put(snapshots, notebook)

    def unpin(self) -> None:
        """Takes our tags away, also those of a parent process."""
        if self._put_last is None or not self._is_current(self._put_last):
            self._strip({})
        else:
            self._take_back(self._put_last, self._put_last.origin)
        self._put_last = None

    @contextmanager
    def during(self, snapshots: Sequence[SnapshotOfRun], notebook: str | None) -> Iterator[None]:
        """Makes them current for a while; then all is as before but for others' changes. Raises TooManySnapshots."""
        before, put_before = self._environment.get(VARIABLE), self._put_last
        change = self._put(snapshots, notebook)
        try:
            yield
        finally:
            # A pin that was made or ended meanwhile stays so.
            if self._is_current(change):
                self._take_back(change, before)
                self._put_last = put_before

    def _put(self, snapshots: Sequence[SnapshotOfRun], notebook: str | None) -> _Change:
        before = self._environment.get(VARIABLE)
        tags = run_tags(snapshots, notebook, image=image_in(self._environment))
        others = {name: value for name, value in _context(before).items() if name not in TAGS}
        # Only ASCII: the environment of a process may have any encoding.
        after = json.dumps({**others, **tags})
        last = self._put_last
        origin = last.origin if last is not None and self._is_current(last) else before
        self._environment[VARIABLE] = after
        self._put_last = _Change(after, tags[VOLUMES_TAG], origin)
        return self._put_last

    def _is_current(self, change: _Change) -> bool:
        return _context(self._environment.get(VARIABLE)).get(VOLUMES_TAG) == change.volumes

    def _take_back(self, change: _Change, before: str | None) -> None:
        if self._environment.get(VARIABLE) != change.after:
            self._strip(_context(before))
        elif before is None:
            del self._environment[VARIABLE]
        else:
            self._environment[VARIABLE] = before

    def _strip(self, before: dict[str, Any]) -> None:
        """Leaves what others have written meanwhile, with their earlier values in place of ours."""
        now = _context(self._environment.get(VARIABLE))
        if VOLUMES_TAG not in now:
            return
        earlier = {name: value for name, value in before.items() if name in TAGS}
        left = {**{name: value for name, value in now.items() if name not in TAGS}, **earlier}
        if left:
            self._environment[VARIABLE] = json.dumps(left)
        else:
            del self._environment[VARIABLE]


def _context(text: str | None) -> dict[str, Any]:
    return (_object(text) if text is not None else None) or {}


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
