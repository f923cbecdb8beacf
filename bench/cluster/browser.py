"""From the API server's own write that a snapshot is ready to its row in a real browser; see rows.measure.ts."""

import json
import os
import subprocess
import sys
from pathlib import Path

from auditLog import is_ready_write
from comparison import percentile
from figure import Figure
from realCluster import CLAIM, ROOT, SNAPSHOT_CLASS, audit_log, bench_namespace, kubectl

NPX = Path(sys.executable).with_name("npx")
TITLE = "datamark.github.io/title"


def to_the_row(folder: Path) -> list[Figure]:
    """JupyterLab with the panel on a claim, in headless Chromium."""
    report = folder / "rows.json"
    with bench_namespace(folder) as place:
        audit = audit_log()
        server = {
            "DATAMARK_PROVIDER": "kubernetes",
            "DATAMARK_NAMESPACE": place.name,
            "DATAMARK_VOLUMES": f"/srv/bench={CLAIM}",
            "DATAMARK_SNAPSHOT_CLASS": SNAPSHOT_CLASS,
            "KUBECONFIG": str(place.kubeconfig),
        }
        environment = {
            **os.environ,
            "DATAMARK_BENCH_REPORT": str(report),
            "DATAMARK_BENCH_SERVER": json.dumps(server),
        }
        command = [str(NPX), "--no-install", "playwright", "test", "-c", "bench/cluster/playwright.config.ts"]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
        name = "Ready in the API server to the row in the browser, p95"
        if done.returncode or not report.exists():
            return [Figure(name, "ms", 100, None, "the run in the browser failed, see above")]
        rows: dict[str, float] = json.loads(report.read_text())
        found = json.loads(kubectl("-n", place.name, "get", "volumesnapshots", "--output=json"))["items"]
        behind = []
        for one in found:
            metadata = one["metadata"]
            shown = rows.get(metadata["annotations"].get(TITLE, ""))
            if shown is not None:
                written = audit.wait_for(f"{metadata['name']} is ready", is_ready_write(metadata["name"]))
                behind.append((shown - written.at) * 1000)
    if not behind:
        return [Figure(name, "ms", 100, None, "no row was seen")]
    note = f"{len(behind)} snapshots made in the panel; median {sorted(behind)[len(behind) // 2]:.0f} ms"
    return [Figure(name, "ms", 100, percentile(behind, 0.95), note)]
