"""`make bench-ingest`: what following replication costs storage and readers. With names as arguments, only those."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "cluster")]

from benchmarkRun import Benchmark, run_benchmarks  # noqa: E402 (found by the line above)
from mirrorRow import mirror_row  # noqa: E402
from relationshipLists import relationship_lists  # noqa: E402
from sharedPolls import shared_polls  # noqa: E402
from transferToRow import transfer_to_row  # noqa: E402

BENCHMARKS: dict[str, Benchmark] = {
    "list": relationship_lists,
    "callers": shared_polls,
    "row": mirror_row,
    "rest": transfer_to_row,
}

if __name__ == "__main__":
    sys.exit(run_benchmarks(BENCHMARKS, sys.argv[1:], "bench-ingest", missed_is_error=True))
