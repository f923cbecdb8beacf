"""MLflow's plugin `mlflow.dataset_source`: a dataset that is a snapshot of a volume, and the way back to its files.

Loaded by MLflow alone. The sidecar is asked only in `load`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlflow.data.dataset_source import DatasetSource

from .dataset_record import SOURCE_FIELDS, SOURCE_TYPE, dataset_record
from .panel_pin import pin_places, read_panel_pin
from .run_context_variable import RunContextVariable
from .run_tags import compact
from .snapshot_of_run import SnapshotOfRun

if TYPE_CHECKING:
    from mlflow.data.meta_dataset import MetaDataset


class VolumeSnapshotSource(DatasetSource):
    """Where the data of a run is: `mlflow.data.get_source(run.inputs.dataset_inputs[0]).load()`."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = {name: fields[name] for name in SOURCE_FIELDS}

    @staticmethod
    def _get_source_type() -> str:
        return SOURCE_TYPE

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return isinstance(raw_source, SnapshotOfRun)

    @classmethod
    def _resolve(cls, raw_source: SnapshotOfRun) -> VolumeSnapshotSource:
        return cls(raw_source.document())

    def to_dict(self) -> dict[str, str]:
        """The fields that name the snapshot."""
        return dict(self._fields)

    def to_json(self) -> str:
        """The same text as the sidecar writes."""
        return compact(self._fields)

    @classmethod
    def from_dict(cls, source_dict: Mapping[str, Any]) -> VolumeSnapshotSource:
        """From a record of MLflow. Raises ValueError where it was written in another form."""
        texts = {name: value for name in SOURCE_FIELDS if isinstance(value := source_dict.get(name), str)}
        if missing := [name for name in SOURCE_FIELDS if name not in texts]:
            raise ValueError(f"This {SOURCE_TYPE} does not tell its {', '.join(missing)}.")
        return cls(texts)

    # Names of both in MLflow 2.
    _to_dict = to_dict
    _from_dict = from_dict

    def load(self) -> str:
        """Path of a clone of the snapshot that is mounted here. Raises DatamarkError, which says how to get one."""
        from .snapshot_files import mounted_clone

        return mounted_clone(self._fields)


def current_datasets() -> list[MetaDataset]:
    """One for each volume that is current here, for `mlflow.log_input`; without those that MLflow can't name."""
    # mlflow-skinny has the sources alone.
    from mlflow.data.meta_dataset import MetaDataset

    snapshots = RunContextVariable().snapshots()
    if not snapshots:
        pin = read_panel_pin(pin_places())
        snapshots = pin.snapshots if pin else ()
    records = [(one, dataset_record(one)) for one in snapshots]
    return [
        MetaDataset(VolumeSnapshotSource(one.document()), name=record.name, digest=record.digest)
        for one, record in records
        if record is not None
    ]
