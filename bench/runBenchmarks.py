"""`make bench`: measures speed and memory on this machine alone. With names as arguments, only those."""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarkRun import Benchmark, run_benchmarks
from coldStart import cold_start
from figure import Figure
from localSnapshot import against_reflink, against_rsync
from magicsImport import magics_import

from panel import panel


def _one(measure: Callable[[Path], Figure]) -> Benchmark:
    return lambda folder: [measure(folder)]


BENCHMARKS: dict[str, Benchmark] = {
    "start": cold_start,
    "magics": _one(magics_import),
    "rsync": _one(against_rsync),
    "btrfs": _one(against_reflink),
    "panel": panel,
}

if __name__ == "__main__":
    sys.exit(run_benchmarks(BENCHMARKS, sys.argv[1:], "bench"))
