"""The tags by which a run says which snapshots it used, as server/src/lineage/runTags.ts writes them.

Two names are NetApp's (its guide to MLflow traceability), all else is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from .snapshot_of_run import SnapshotOfRun, can_be_stored

_OURS = "datamark.github.io/"
# All snapshots as JSON, also of one, so that one search by uid finds every run.
VOLUMES_TAG = f"{_OURS}volumes"
_NOTEBOOK_TAG = f"{_OURS}notebook"
_IMAGE_TAG = f"{_OURS}image"
# Of a mirror's data: the snapshot of the source that had arrived, in ONTAP's words.
_EXPORTED_TAG = f"{_OURS}exported-snapshot"
# What a hub says to the pods it starts.
_IMAGE_VARIABLES = ("JUPYTER_IMAGE_SPEC", "JUPYTER_IMAGE")
_FIELDS = {
    "data_volume_name": "volume",
    "snapshot_name": "snapshot",
    f"{_OURS}snapshot-uid": "uid",
    f"{_OURS}namespace": "namespace",
    f"{_OURS}cluster": "cluster",
    f"{_OURS}snapshot-time": "time",
    f"{_OURS}relation": "relation",
}
# NetApp's own, which other tools write too.
NAME_TAGS = frozenset(("data_volume_name", "snapshot_name"))
# Every name that is ever written: they tell one thing together, and are put and taken away together.
TAGS = frozenset((*_FIELDS, VOLUMES_TAG, _EXPORTED_TAG, _NOTEBOOK_TAG, _IMAGE_TAG))
# What every MLflow server takes as the value of a tag; 3.x takes 8,000.
LONGEST_TAG = 5000


class TooManySnapshots(ValueError):
    """More snapshots belong to a run than a tag can name."""


def run_tags(snapshots: Sequence[SnapshotOfRun], notebook: str | None, *, image: str | None = None) -> dict[str, str]:
    """The tags for a run that used these; the single ones tell the first. Raises TooManySnapshots."""
    first = snapshots[0].document()
    volumes = compact([one.document() for one in snapshots])
    if _length(volumes) > LONGEST_TAG:
        raise TooManySnapshots(f"{len(snapshots)} snapshots are more than a tag of MLflow can name.")
    tags = {tag: first[field] for tag, field in _FIELDS.items()}
    tags[VOLUMES_TAG] = volumes
    for tag, value in ((_EXPORTED_TAG, snapshots[0].exported), (_NOTEBOOK_TAG, notebook), (_IMAGE_TAG, image)):
        if value is not None and _length(value) <= LONGEST_TAG and can_be_stored(value):
            tags[tag] = value
    return tags


def image_in(environment: Mapping[str, str]) -> str | None:
    """The image that a process runs in, as the hub that started its pod names it; None: nothing tells it."""
    return next((value for value in map(environment.get, _IMAGE_VARIABLES) if value), None)


def compact(document: object) -> str:
    """JSON as JavaScript writes it, because MLflow compares texts."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _length(text: str) -> int:
    """In UTF-16 units, as JavaScript counts: never less than MLflow and its databases count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
