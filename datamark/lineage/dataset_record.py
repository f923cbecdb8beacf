"""A snapshot as an MLflow dataset, as server/src/lineage/datasetOfSnapshot.ts writes it.

MLflow keeps one record for a name and a digest on the whole server, and the first source stays for ever: so both name
one snapshot of one cluster, and nothing else ever.
"""

from __future__ import annotations

from typing import NamedTuple

from .run_tags import compact
from .snapshot_of_run import SnapshotOfRun

# By which MLflow finds the class that loads it.
SOURCE_TYPE = "volume-snapshot"
# Without the relation: another run may have another one to the same snapshot.
SOURCE_FIELDS = ("cluster", "namespace", "volume", "snapshot", "uid", "time")
_LONGEST_NAME = 500
_LONGEST_DIGEST = 36


class DatasetRecord(NamedTuple):
    """What MLflow stores of a dataset."""

    name: str
    digest: str
    source: str


def dataset_record(snapshot: SnapshotOfRun) -> DatasetRecord | None:
    """The record, or None where the snapshot's uid or names don't fit: the tags then tell alone."""
    name = "/".join(snapshot.place)
    if len(name.encode("utf-16-le")) // 2 > _LONGEST_NAME or len(snapshot.uid) > _LONGEST_DIGEST:
        return None
    document = snapshot.document()
    return DatasetRecord(name, snapshot.uid, compact({field: document[field] for field in SOURCE_FIELDS}))
