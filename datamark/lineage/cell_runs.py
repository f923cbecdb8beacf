"""The runs of a cell, for `%%snapshot --run`: those that MLflow has tagged, and those that it does not tag.

It reaches what tags of the environment can’t: runs that were resumed, that began before the cell, or that a client of
MLflow made. Each of them is told, linked or not.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence

from ..problem import DatamarkError, error
from ..records import Snapshot
from ..workplace import Workplace
from .begun_runs import BegunRun
from .lineage_records import relation_words
from .linking import link_run
from .name_snapshot import name_snapshot
from .run_tags import VOLUMES_TAG
from .snapshot_of_run import BEFORE_RUN, DURING_RUN, read_snapshots

# Seconds after which no further run is linked. One request takes 20 s at most, and 10 s where MLflow is silent.
PATIENCE = 20.0
_MOST_NAMED = 10
_BY_HAND = "Link it by its id: %datamark link RUN --snapshot latest"
_UNUSED = "The cell did not use MLflow in this kernel."
_ELSEWHERE = ("mlflow-not-set-up", "run-not-found")


class CellRuns:
    """Links the runs of one cell to the snapshots made before it, which `began` then (s since 1970)."""

    def __init__(self, work: Workplace, made: Sequence[Snapshot], began: float) -> None:
        self._work = work
        self._made = made
        self._began = began
        self._until = time.monotonic() + PATIENCE
        self._told: list[str] = []
        self._refused: list[DatamarkError] = []
        self._late: list[str] = []
        # Why MLflow can't be asked about tags now.
        self._silent: str | None = None

    def link(self, seen: Sequence[BegunRun]) -> str:
        """In words what became of each. Raises DatamarkError where there is none, and where the only one is refused."""
        uids = {one.uid for one in self._made}
        tagged = {run.id for run in seen if uids & _uids(run)}
        # First those of which nothing but this tells: while MLflow is silent their links wait on the snapshot.
        self._link(run for run in seen if run.id not in tagged)
        found = set(self._completed())
        named = found - {run.id for run in seen} | (tagged if self._silent else tagged & found)
        self._link(run for run in seen if run.id in tagged - named)
        if not named and not seen:
            used = "No MLflow run began or was active in this cell."
            raise error("not-supported", used if "mlflow" in sys.modules else _UNUSED, _BY_HAND)
        if len(self._refused) == 1 and len(seen) == 1 and not named:
            raise self._refused[0]
        earlier = [_earlier(run.id) for run in seen if self._is_earlier(run)]
        return "\n".join([*self._by_tags(sorted(named)), *self._told, *self._not_in_time(), *earlier])

    def _is_earlier(self, run: BegunRun) -> bool:
        return run.started < self._began * 1000

    def _completed(self) -> Iterable[str]:
        """Ids of all runs that tell these snapshots by tags, also of programs that the cell started."""
        for one in self._made if self._silent is None else ():
            try:
                yield from self._work.client.post("/lineage/runs", {"snapshot": one.name, "uid": one.uid})["runs"]
            except DatamarkError as failure:
                if failure.slug not in _ELSEWHERE:
                    self._silent = str(failure.problem.get("detail"))
                return

    def _link(self, runs: Iterable[BegunRun]) -> None:
        for run in runs:
            if time.monotonic() > self._until:
                self._late.append(run.id)
                continue
            try:
                self._told.append(self._linked(run))
            except DatamarkError as refusal:
                self._refused.append(refusal)
                self._told.append(f"Run {run.id} is not linked: {refusal.reason()}")

    def _linked(self, run: BegunRun) -> str:
        relation = DURING_RUN if self._is_earlier(run) else BEFORE_RUN
        try:
            linked = link_run(self._work.client, run.id, self._made, relation)
        except DatamarkError as refusal:
            if refusal.slug not in _ELSEWHERE:
                raise
            return self._linked_in_kernel(run.id, relation)
        if linked.waits:
            self._silent = "MLflow does not answer."
        return str(linked)

    def _linked_in_kernel(self, run: str, relation: str) -> str:
        from .kernel_link import link_in_kernel

        status = self._work.client.status()
        named = [name_snapshot(one, status, relation) for one in self._made]
        link_in_kernel(run, named, self._made[-1].notebook)
        names = ", ".join(f"{one.snapshot} of {one.volume}" for one in named)
        told = f"Run {run} names {names}, in the MLflow of this kernel.\nThe snapshot itself does not tell the run:"
        return f"{told} Datamark asks another MLflow, or none, so that it can’t keep the snapshot for it."

    def _by_tags(self, runs: Sequence[str]) -> list[str]:
        if not runs:
            return []
        names = ", ".join(f"{one.name} of {one.volume_name}" for one in self._made)
        verb = "Run {} names" if len(runs) == 1 else "Runs {} name"
        told = f"{verb.format(_listed(runs))} {names} ({relation_words(BEFORE_RUN)})"
        return [told, f"The dataset follows when somebody looks at them: {self._silent}"] if self._silent else [told]

    def _not_in_time(self) -> list[str]:
        return [f"There was no time left to link {_listed(self._late)}. {_BY_HAND}"] if self._late else []


def _earlier(run: str) -> str:
    return f"Run {run} began before this cell: what it read earlier can differ from the snapshot."


def _uids(run: BegunRun) -> set[str]:
    try:
        return {one.uid for one in read_snapshots(json.loads(run.tags.get(VOLUMES_TAG, "null"))) or ()}
    except (ValueError, RecursionError):
        return set()


def _listed(runs: Sequence[str]) -> str:
    """Their ids; of many the first ones, and how many more."""
    more = f" and {len(runs) - _MOST_NAMED} more" if len(runs) > _MOST_NAMED else ""
    return ", ".join(runs[:_MOST_NAMED]) + more
