"""`make bench-cluster`: measures Datamark on a real cluster, side by side with its peer, each figure beside its target.

A missed target is printed as MISSED and is no error: the table is the result. With names as arguments, only those.
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

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from browser import to_the_row  # noqa: E402
from comparison import against_peer  # noqa: E402
from figure import Figure, table  # noqa: E402
from scale import many_volumes, one_of_many_users  # noqa: E402

FOLDER = ROOT / ".build" / "bench-cluster"
RESULT = ROOT / ".build" / "bench-cluster.json"

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "peer": against_peer,
    "browser": to_the_row,
    "many-volumes": many_volumes,
    "many-users": one_of_many_users,
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
