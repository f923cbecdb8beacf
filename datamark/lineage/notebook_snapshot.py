"""The snapshot of the notebook itself, where that lies on another volume than the data: part of what a run was."""

from __future__ import annotations

from ..problem import DatamarkError
from ..records import Snapshot, Volume
from ..verbs import take
from ..workplace import Workplace, holds


def notebook_snapshot(work: Workplace, made: Snapshot) -> Snapshot | None:
    """Made only where MLflow is set up; where it can't be made that is told, and the data has its own anyway."""
    try:
        if work.notebook is None or not work.client.status().lineage:
            return None
        volumes: list[Volume] = [one for one in work.client.volumes() if work.notebook and holds(one, work.notebook)]
        if not volumes:
            return None
        volume = max(volumes, key=lambda one: len(one.path))
        if volume.id == made.volume or not volume.can_snapshot.available:
            return None
        return take(work, volume, title=made.title, note=f"the notebook of {made.name}")
    except DatamarkError as failure:
        work.say(f"There is no snapshot of the notebook itself: {failure.reason()}")
        return None
