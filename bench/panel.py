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
    return [
        Figure(
            "panel: open with 10,000 snapshots",
            "s",
            1,
            found.get("openSeconds"),
            trouble or "click to rows on screen, median",
        ),
        Figure(
            "panel: longest task while scrolling through them",
            "ms",
            100,
            found.get("longestTaskMs"),
            trouble or "by the browser's own count of tasks of 50 ms and more; 0: there was none",
        ),
        Figure("hidden panel: requests in 60 s", "", 0, found.get("hiddenRequests"), trouble),
    ]
