"""Asks the sidecar, after a cell, to give the runs that were tagged what needs their id: the dataset, and a note.

In the background, and nothing depends on it: what is not done now the sidecar does when somebody looks at the run.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence

from ..client import Client
from ..problem import DatamarkError
from ..records import Snapshot

# How long the end of the kernel waits for all of it together.
PATIENCE = 5.0


class RunCompletion:
    """What one kernel has asked for, and whether that has failed."""

    def __init__(self) -> None:
        self._workers: list[threading.Thread] = []
        self._failure: str | None = None
        self._told = False
        atexit.register(self._finish)

    def begin(self, client: Client, snapshots: Sequence[Snapshot]) -> None:
        """Begins it and returns at once."""
        self._workers = [one for one in self._workers if one.is_alive()]
        worker = threading.Thread(target=self._ask, args=(client, snapshots), name="datamark-runs", daemon=True)
        worker.start()
        self._workers.append(worker)

    def news(self) -> str | None:
        """That it has failed, in words, once until it works again."""
        failure, self._failure = self._failure, None
        if failure is None or self._told:
            return None
        self._told = True
        return (
            f"Runs of the last cell may still lack their datasets: {failure} They get them when somebody looks at them."
        )

    def _ask(self, client: Client, snapshots: Sequence[Snapshot]) -> None:
        try:
            for one in snapshots:
                client.post("/lineage/runs", {"snapshot": one.name, "uid": one.uid})
        except DatamarkError as failure:
            if failure.slug.startswith("mlflow-"):
                self._failure = str(failure.problem.get("detail"))
        else:
            self._failure, self._told = None, False

    def _finish(self) -> None:
        until = time.monotonic() + PATIENCE
        for one in self._workers:
            one.join(max(0.0, until - time.monotonic()))
