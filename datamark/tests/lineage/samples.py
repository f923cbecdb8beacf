"""Snapshots that the tests name, and a pin file as the panel writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from datamark.lineage.panel_pin import FOLDER
from datamark.lineage.snapshot_of_run import SnapshotOfRun

HOME = SnapshotOfRun(
    volume="home",
    snapshot="home.20260102-030405z-ab12",
    uid="0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa",
    namespace="ann",
    cluster="prod",
    time="2026-01-02T03:04:05Z",
    relation="before-run",
)
DATA = SnapshotOfRun(**{**HOME.document(), "volume": "data", "snapshot": "data.1", "uid": "d" * 36})


def pin_file(runtime: Path, kernel: str, *snapshots: Mapping[str, str], notebook: str | None = None) -> Path:
    """Writes the pin of a kernel; returns its connection file, which need not exist."""
    (runtime / FOLDER).mkdir(parents=True, exist_ok=True)
    name = f"kernel-{kernel}.json"
    document = {"version": 1, "snapshots": [dict(one) for one in snapshots], "notebook": notebook}
    (runtime / FOLDER / name).write_text(json.dumps(document))
    return runtime / name
