"""`make bench-lineage`: speed and memory of lineage against a real MLflow, alone on this machine."""

import sys

from benchmarkRun import Benchmark, run_benchmarks
from newestRuns import newest_runs
from runsOfSnapshot import runs_of_snapshot
from taggedRuns import tagged_runs

BENCHMARKS: dict[str, Benchmark] = {"runs": runs_of_snapshot, "newest": newest_runs, "tags": tagged_runs}

if __name__ == "__main__":
    sys.exit(run_benchmarks(BENCHMARKS, sys.argv[1:], "bench-lineage"))
