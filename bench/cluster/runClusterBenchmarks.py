"""`make bench-cluster`: measures on a real cluster, side by side with the peer. With names as arguments, only those."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarkRun import Benchmark, run_benchmarks
from browser import to_the_row
from comparison import against_peer
from restores import restores
from scale import many_volumes, one_of_many_users

BENCHMARKS: dict[str, Benchmark] = {
    "peer": against_peer,
    "browser": to_the_row,
    "restore": restores,
    "many-volumes": many_volumes,
    "many-users": one_of_many_users,
}

if __name__ == "__main__":
    sys.exit(run_benchmarks(BENCHMARKS, sys.argv[1:], "bench-cluster"))
