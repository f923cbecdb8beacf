"""Which names a run keeps of a snapshot, by where it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datamark.lineage.name_snapshot import name_snapshot
from datamark.lineage.snapshot_of_run import SnapshotOfRun
from datamark.problem import DatamarkError
from datamark.records import Snapshot, Status

UNKNOWN = {"known": False, "reason": "not measured"}
SNAPSHOT = Snapshot.read(
    {
        "name": "claim-ann.20260102-030405z-ab12",
        "uid": "u" * 36,
        "volume": "claim-ann",
        "volumeName": "home",
        "createdAt": "2026-01-02T03:04:05Z",
        "origin": "datamark",
        "state": {"phase": "ready", "at": "2026-01-02T03:04:06Z"},
        "restoreSize": UNKNOWN,
        "ownData": UNKNOWN,
    },
    "2026-01-02T03:04:07Z",
)


def named(provider: str, platform: dict[str, Any] | None, token: Path, **environment: str) -> SnapshotOfRun:
    """What a run keeps."""
    document: dict[str, Any] = {
        "version": "0",
        "provider": {"kind": provider, "label": ""},
        "platform": platform,
        "capabilities": {},
        "notices": [],
    }
    return name_snapshot(SNAPSHOT, Status.read(document, ""), "before-run", environment=environment, token=token)


def test_on_a_cluster_it_is_the_claim_in_its_namespace(tmp_path: Path) -> None:
    found = named("kubernetes", {"namespace": "ann"}, tmp_path / "token", DATAMARK_CLUSTER="prod")
    assert found.place == ("prod", "ann", "claim-ann")
    assert (found.snapshot, found.uid, found.time) == (SNAPSHOT.name, SNAPSHOT.uid, SNAPSHOT.created_at)
    assert named("kubernetes", None, tmp_path / "token", DATAMARK_CLUSTER="prod", DATAMARK_NAMESPACE="ben").place == (
        "prod",
        "ben",
        "claim-ann",
    )


def test_on_a_computer_it_is_the_directory(tmp_path: Path) -> None:
    found = named("local", None, tmp_path / "token", DATAMARK_CLUSTER="laptop", JUPYTERHUB_USER="ann")
    assert found.place == ("laptop", "ann", "home")


@pytest.mark.parametrize(
    ("environment", "missing"), [({}, "CLUSTER"), ({"DATAMARK_CLUSTER": "prod"}, "NAMESPACE")], ids=str
)
def test_what_nothing_tells_is_not_made_up(environment: dict[str, str], missing: str, tmp_path: Path) -> None:
    with pytest.raises(DatamarkError) as refusal:
        named("kubernetes", {"namespace": None}, tmp_path / "token", **environment)
    assert f"Set DATAMARK_{missing} in the kernel’s environment." in str(refusal.value)
