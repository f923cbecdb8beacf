"""`make bench`: measures speed and memory, prints each figure beside its target and writes them to .build/bench.json.

A missed target is printed as MISSED and is no error: the table is the result.
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

from coldStart import cold_start
from figure import Figure, table
from localSnapshot import against_reflink, against_rsync
from magicsImport import magics_import

from panel import panel

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".build" / "bench"
RESULT = ROOT / ".build" / "bench.json"


def _one(measure: Callable[[Path], Figure]) -> Callable[[Path], list[Figure]]:
    return lambda folder: [measure(folder)]


BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "start": cold_start,
    "magics": _one(magics_import),
    "rsync": _one(against_rsync),
    "btrfs": _one(against_reflink),
    "panel": panel,
}


def main(names: list[str]) -> int:
    """Runs the benchmarks named, or all."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    machine = f"{os.cpu_count()} cores, Linux {platform.release()}"
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"· {name}", flush=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        figures += BENCHMARKS[name](FOLDER)
    shutil.rmtree(FOLDER)
    print(f"\nMeasured on {machine}\n\n{table(figures)}")
    found = {
        "measuredAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in figures],
    }
    RESULT.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
