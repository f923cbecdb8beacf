"""From a snapshot of the sidecar to the names that a run keeps of it, also when cluster and names are gone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..problem import error
from ..records import ClonedSnapshot, Snapshot, Status
from ..surroundings import TOKEN, cluster_alias, current_user
from .snapshot_of_run import SnapshotOfRun


def name_snapshot(
    snapshot: Snapshot | ClonedSnapshot,
    status: Status,
    relation: str,
    *,
    environment: Mapping[str, str] = os.environ,
    token: Path = TOKEN,
) -> SnapshotOfRun:
    """The names. Raises DatamarkError where nothing tells the cluster or the namespace."""
    is_local = status.provider == "local"
    cluster = cluster_alias("local" if is_local else "kubernetes", environment=environment, token=token)
    platform = status.json.get("platform") or {}
    # As the sidecar names it (openLineage.ts): of one computer the user.
    user = status.json.get("user") or current_user(environment)
    namespace = user if is_local else platform.get("namespace") or environment.get("DATAMARK_NAMESPACE") or None
    if cluster is None or namespace is None:
        missing = "cluster" if cluster is None else "namespace"
        next_step = f"Set DATAMARK_{missing.upper()} in the kernel’s environment."
        raise error("not-supported", f"Nothing tells which {missing} the snapshot is in.", next_step)
    return SnapshotOfRun(
        # On a cluster the claim's name; the home volume has another one for people.
        volume=snapshot.volume_name if is_local and isinstance(snapshot, Snapshot) else snapshot.volume,
        snapshot=snapshot.name,
        uid=snapshot.uid,
        namespace=namespace,
        cluster=cluster,
        time=snapshot.created_at,
        relation=relation,
        exported=snapshot.exported,
    )
