"""No password or token of MLflow is in anything that a kernel shows, raises, logs or keeps."""

from __future__ import annotations

import json
from pathlib import Path

from datamark.tests.lineage.mlflow_scene import kernel_environment
from datamark.tests.lineage.samples import HOME
from datamark.tests.scene import kernel_in

PASSWORD, TOKEN = "canary-of-the-address", "canary-of-the-token"
BEGIN = """
import mlflow
try:
    mlflow.start_run()
except Exception as failure:
    print("no run:", type(failure).__name__)
"""
# A run that MLflow can't be told of: what is raised is shown as a program shows it.
WRITE = f"""
import traceback
from datamark.lineage.kernel_link import link_in_kernel
from datamark.lineage.snapshot_of_run import SnapshotOfRun
try:
    link_in_kernel("a" * 32, [SnapshotOfRun(**{HOME.document()!r})], None)
except Exception:
    print(traceback.format_exc())
"""
CELLS = [
    f"%%snapshot --title good\n{BEGIN}",
    f"%%snapshot --run\n{BEGIN}",
    "%datamark status",
    "%datamark doctor",
    "%datamark runs good",
    "%datamark lineage models:/churn/1",
    "%datamark card models:/churn@champion",
    f"%datamark reproduce {'a' * 32} --plan",
    f"%datamark compare {'a' * 32} {'b' * 32}",
    f"%datamark link {'a' * 32} --snapshot good",
    "%datamark pin good",
    "import os; print(os.environ['MLFLOW_RUN_CONTEXT'])",
    "%datamark delete good --yes",
    "%datamark retention --keep-last 1",
    WRITE,
]


def test_secrets_of_mlflow_are_nowhere(root: Path, tmp_path: Path) -> None:
    environment = kernel_environment(
        tmp_path / "packages",
        MLFLOW_TRACKING_URI=f"http://ann:{PASSWORD}@127.0.0.1:9",
        MLFLOW_TRACKING_TOKEN=TOKEN,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    with kernel_in(root, **environment) as kernel:
        told = {cell: json.dumps(kernel.run(cell)) for cell in CELLS}
    assert "no run: " in told[CELLS[0]]
    assert "MLflow at http://127.0.0.1:9" in told["%datamark runs good"]
    assert "MLflow in this kernel does not take it" in told[WRITE]
    assert [cell for cell, text in told.items() if PASSWORD in text or TOKEN in text] == []
    kept = [path for path in root.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if any(one.encode() in path.read_bytes() for one in (PASSWORD, TOKEN))] == []
