"""Runs the tests in testbed/tests on a real cluster; the suite `cluster` of runTests.py. Argument: the report to write.

With KUBECONFIG set, on that cluster. Otherwise on the test bed, which is started first and taken down afterwards,
whatever happened; one that was up before stays up. Where it can't run the report says what is missing, as a skip.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
BED = ROOT / "testbed"
NPX = Path(sys.executable).parent / "npx"


def skip(report: Path, reason: str) -> None:
    """Writes a report of one skipped test, whose name is the reason."""
    print(f"The cluster suite is skipped: {reason}.")
    test = {"status": "pending", "fullName": f"all tests on a cluster: {reason}"}
    report.write_text(
        json.dumps({"testResults": [{"name": "cluster", "status": "passed", "assertionResults": [test]}]})
    )


def jest(report: Path, environment: dict[str, str]) -> int:
    """Runs the tests; returns their exit code."""
    config = ["-c", "testbed/jest.config.mjs", "--ci", "--json", f"--outputFile={report}"]
    return subprocess.run([NPX, "--no-install", "jest", *config], cwd=ROOT, env=environment).returncode


def bed_environment() -> dict[str, str]:
    """The environment that `testbed/env` tells for the bed that is up."""
    told = subprocess.run([BED / "env"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return os.environ | dict(line.split("=", 1) for line in told.splitlines())


def run_on_bed(report: Path) -> int:
    """Starts the bed, runs the tests and takes the bed down; returns the exit code."""
    if os.geteuid() == 0:
        subprocess.run(["sh", "scripts/systemPackages.sh", "cluster"], cwd=ROOT, check=True)
    lack = subprocess.run([BED / "needs"], stdout=subprocess.PIPE, text=True)
    if lack.returncode:
        skip(report, lack.stdout.strip())
        return 0
    was_up = subprocess.run([BED / "status"], stdout=subprocess.DEVNULL).returncode != 3
    try:
        subprocess.run([BED / "up"], check=True)
        return jest(report, bed_environment())
    finally:
        if was_up:
            print("The test bed was up before and stays up; `make cluster-down` takes it down.")
        else:
            subprocess.run([BED / "down"], check=True)


def end(number: int, _frame: object) -> NoReturn:
    """Ends by an exception, so that the bed is taken down."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def main(report: Path) -> int:
    """Runs the suite; returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    if os.environ.get("KUBECONFIG"):
        print(f"On the cluster of KUBECONFIG={os.environ['KUBECONFIG']}")
        return jest(report, dict(os.environ))
    return run_on_bed(report)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
