"""A snapshot as a run's tags and dataset name it; `SnapshotOfRun` of server/src/lineage/linkedSnapshot.ts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

# The snapshot was made before the run, which worked on the volume itself.
BEFORE_RUN = "before-run"
# It was made after the run had begun: what that read earlier can differ.
DURING_RUN = "during-run"
# The run read a clone of the snapshot, or the snapshot itself.
EXACT = "exact"
_RELATIONS = (BEFORE_RUN, DURING_RUN, EXACT)

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z", re.ASCII)


@dataclass(frozen=True)
class SnapshotOfRun:
    """One snapshot; `volume` is the name of the claim or directory, `cluster` the alias of the cluster or computer.

    `exported` is, of a mirror's data, the name of the exported snapshot that it is; None: not told.
    """

    volume: str
    snapshot: str
    uid: str
    namespace: str
    cluster: str
    time: str
    relation: str
    exported: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Which volume it is of."""
        return self.cluster, self.namespace, self.volume

    def document(self) -> dict[str, str]:
        """As it is written in JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def read_snapshots(document: object) -> tuple[SnapshotOfRun, ...] | None:
    """Snapshots of which all is known; None where the document is of another form or empty."""
    if not isinstance(document, list) or not document:
        return None
    found = [_read(one) for one in document]
    whole = tuple(one for one in found if one is not None)
    return whole if len(whole) == len(found) else None


def _read(document: object) -> SnapshotOfRun | None:
    if not isinstance(document, dict):
        return None
    known = (field.name for field in fields(SnapshotOfRun))
    values = {name: document.get(name) for name in known if name != "exported" or document.get(name) is not None}
    texts = {name: value for name, value in values.items() if isinstance(value, str) and can_be_stored(value)}
    if len(texts) < len(values) or texts["relation"] not in _RELATIONS or not _TIME.fullmatch(texts["time"]):
        return None
    return SnapshotOfRun(**texts)


def can_be_stored(text: str) -> bool:
    """Whether every store of MLflow takes it: half a character, as of a path that is no UTF-8, would fail the run."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


def together(first: Sequence[SnapshotOfRun], others: Sequence[SnapshotOfRun]) -> tuple[SnapshotOfRun, ...]:
    """One snapshot of each volume: the first ones, then those of other volumes."""
    taken = {one.place for one in first}
    return (*first, *(one for one in others if one.place not in taken))
