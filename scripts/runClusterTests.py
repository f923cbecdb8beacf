"""Runs a suite of tests on a real cluster, for runTests.py: `cluster` or `hub`, and the report to write.

With KUBECONFIG set, on that cluster. Otherwise on the test bed, which is started first and taken down afterwards,
whatever happened; one that was up before stays up. Where it can't run the report says what is missing, as a skip.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
BED = ROOT / "testbed"
NPX = [str(Path(sys.executable).parent / "npx"), "--no-install"]
# What testbed/needs and testbed/status end with.
PACKAGES_MISSING = 2
NO_BED = 3
HUB_SETTINGS = {
    "DATAMARK_HUB_NAMESPACE": "jupyterhub",
    "DATAMARK_HUB_CONFIG": str(ROOT / "ui-tests" / "hub" / "jupyterhub_test_config.py"),
}


def call(*command: str | Path, environment: dict[str, str] | None = None) -> int:
    """Runs a command in the project's folder; returns its exit code."""
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def run_cluster(report: Path, environment: dict[str, str]) -> int:
    """Runs the tests in testbed/tests."""
    config = ["-c", "testbed/jest.config.mjs", "--ci", "--json", f"--outputFile={report}"]
    return call(*NPX, "jest", *config, environment=environment)


def run_hub(report: Path, environment: dict[str, str]) -> int:
    """Runs the browser tests in ui-tests/hub, on the hub that DATAMARK_HUB_DIR tells of."""
    settings = environment | {"PLAYWRIGHT_JSON_OUTPUT_FILE": str(report)}
    return call(*NPX, "playwright", "test", "-c", "ui-tests/hub/playwright.config.ts", environment=settings)


def run_hub_on_bed(report: Path, environment: dict[str, str]) -> int:
    """Starts the hub on the bed for those; it ends with the bed."""
    if code := call(BED / "hub" / "up", environment=environment | HUB_SETTINGS):
        return code
    folder = Path(environment["DATAMARK_BED_DIR"]) / "hub"
    return run_hub(report, environment | {"DATAMARK_HUB_DIR": str(folder)})


def skipped_jest(reason: str) -> dict[str, Any]:
    """A report of jest with one skipped test."""
    test = {"status": "pending", "fullName": reason}
    return {"testResults": [{"name": "cluster", "status": "passed", "assertionResults": [test]}]}


def skipped_playwright(reason: str) -> dict[str, Any]:
    """A report of Playwright with one skipped test."""
    return {"suites": [{"specs": [{"title": reason, "tests": [{"status": "skipped"}]}]}], "errors": []}


def skip(suite: str, report: Path, reason: str) -> int:
    """Writes a report of one skipped test, whose name is the reason."""
    print(f"The suite {suite} is skipped: {reason}.")
    content = (skipped_jest if suite == "cluster" else skipped_playwright)(f"all tests of {suite}: {reason}")
    report.write_text(json.dumps(content))
    return 0


def bed_environment() -> dict[str, str]:
    """The environment that `testbed/env` tells for the bed that is up."""
    told = subprocess.run([BED / "env"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return os.environ | dict(line.split("=", 1) for line in told.splitlines())


def on_bed(suite: str, report: Path, run: Callable[[Path, dict[str, str]], int]) -> int:
    """Starts the bed, runs the suite and takes the bed down; returns the exit code."""
    lack = subprocess.run([BED / "needs"], stdout=subprocess.PIPE, text=True)
    if lack.returncode == PACKAGES_MISSING:
        subprocess.run(["sh", "scripts/systemPackages.sh", "cluster"], cwd=ROOT, check=True)
        lack = subprocess.run([BED / "needs"], stdout=subprocess.PIPE, text=True)
    if lack.returncode:
        return skip(suite, report, lack.stdout.strip())
    was_up = subprocess.run([BED / "status"], stdout=subprocess.DEVNULL).returncode != NO_BED
    try:
        subprocess.run([BED / "up"], check=True)
        return run(report, bed_environment())
    finally:
        if was_up:
            if suite == "hub":
                call(BED / "hub" / "down")
            print("The test bed was up before and stays up; `make cluster-down` takes it down.")
        else:
            subprocess.run([BED / "down"], check=True)


def end(number: int, _frame: object) -> NoReturn:
    """Ends by an exception, so that the bed is taken down."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def main(suite: str, report: Path) -> int:
    """Runs the suite; returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    if not os.environ.get("KUBECONFIG"):
        return on_bed(suite, report, run_cluster if suite == "cluster" else run_hub_on_bed)
    print(f"On the cluster of KUBECONFIG={os.environ['KUBECONFIG']}")
    if suite == "cluster":
        return run_cluster(report, dict(os.environ))
    if not os.environ.get("DATAMARK_HUB_DIR"):
        return skip(suite, report, "DATAMARK_HUB_DIR tells of no hub on that cluster")
    return run_hub(report, dict(os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
