"""What the panel costs in a real browser on a real server; measured by panel.bench.ts, under Playwright."""

import json
import os
import subprocess
import sys
from pathlib import Path

from figure import Figure

ROOT = Path(__file__).resolve().parent.parent
NPX = Path(sys.executable).with_name("npx")


def panel(folder: Path) -> list[Figure]:
    """Opening and scrolling with 10,000 snapshots, and what a hidden panel asks in a minute."""
    report = folder / "panel.json"
    done = subprocess.run(
        [str(NPX), "--no-install", "playwright", "test", "-c", "bench/playwright.config.ts"],
        cwd=ROOT,
        env={**os.environ, "DATAMARK_BENCH_REPORT": str(report)},
        stdin=subprocess.DEVNULL,
    )
    found: dict[str, float] = json.loads(report.read_text()) if report.exists() else {}
    trouble = "" if done.returncode == 0 else "the run in the browser failed, see above"
    opened = "from the click to rows on the screen"
    return [
        Figure(
            "panel: open with 10,000 snapshots",
            "s",
            1,
            found.get("openSeconds"),
            trouble or f"{opened}, median of 5 new pages",
        ),
        Figure(
            "panel: the very first opening of the server",
            "s",
            1,
            found.get("firstOpenSeconds"),
            trouble or f"{opened}; the sidecar starts and reads 10,000 records",
        ),
        Figure(
            "panel: longest task while scrolling through them",
            "ms",
            100,
            found.get("longestTaskMs"),
            trouble or "as the browser reports tasks over 50 ms; 0: there was none",
        ),
        Figure("hidden panel: requests in 60 s", "", 0, found.get("hiddenRequests"), trouble),
    ]
