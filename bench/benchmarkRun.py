"""One run of benchmarks: each figure beside its target, printed as a table and written to a file.

A missed target is printed as MISSED. It is an error only where the run says so, as is then a target that was not
measured: else the table is the result.
"""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from figure import Figure, table

Benchmark = Callable[[Path], list[Figure]]
"""Measures in an empty folder that is its own."""

BUILD = Path(__file__).resolve().parent.parent / ".build"


def run_benchmarks(
    benchmarks: dict[str, Benchmark], names: list[str], title: str, *, missed_is_error: bool = False
) -> int:
    """Runs the benchmarks named, or all, in .build/TITLE; writes .build/TITLE.json. Returns the exit code."""
    if unknown := [name for name in names if name not in benchmarks]:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(benchmarks)}", file=sys.stderr)
        return 2
    folder = BUILD / title
    machine = f"{os.cpu_count()} cores, Linux {platform.release()}"
    figures: list[Figure] = []
    for name in names or benchmarks:
        print(f"· {name}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        figures += benchmarks[name](folder)
    shutil.rmtree(folder)
    print(f"\nMeasured on {machine}\n\n{table(figures)}")
    found = {
        "measuredAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in figures],
    }
    (BUILD / f"{title}.json").write_text(json.dumps(found, indent=2) + "\n")
    all_met = all(figure.target is None or figure.verdict == "met" for figure in figures)
    return 1 if missed_is_error and not all_met else 0
