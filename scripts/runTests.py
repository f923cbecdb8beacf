"""`make test`: runs every suite, also after a failure, and ends with one line that counts them all.

`python scripts/runTests.py NAME…` runs only those suites. Reports and logs are in .build/tests. With CI=true nothing
may be skipped: a skipped test counts as failed. The tests of the cluster, whose time is mostly waiting, run beside the
others; then those on the hub have a bed of their own.
"""

import contextlib
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import runChecks
from outcome import Outcome, Reader, read_jest, read_junit, read_playwright
from suiteRun import Lane, Suite

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".build" / "tests"
BIN = Path(sys.executable).parent
NPX = [str(BIN / "npx"), "--no-install"]
CHECKS_MINUTES = 5
LOOK_SECONDS = 0.2
# Of what a suite complains about, so much is said again at the end, where it is found.
SUMMARY_COMPLAINTS = 4
SUMMARY_WIDTH = 300
SKIP_IS_FAILURE = os.environ.get("CI", "").lower() in ("1", "true")
# A bed besides the one of the checkout, see testbed/lib.sh.
HUB_BED = {"DATAMARK_BED_DIR": "", "DATAMARK_BED_FOR": "hub"}


def _pytest(name: str, *paths: str, minutes: int) -> Suite:
    report = REPORTS / f"{name}.xml"
    # pythonpath: the files in scripts/ import each other.
    options = ["-q", "--tb=short", "-o", "pythonpath=scripts", f"--junitxml={report}"]
    return Suite(name, [sys.executable, "-m", "pytest", *paths, *options], read_junit, minutes, report)


def _on_cluster(name: str, reader: Reader, minutes: int, *, beside: bool = False) -> Suite:
    # The minutes include building the cluster where that was never done: 17 of them, and more beside other suites.
    report = REPORTS / f"{name}.json"
    command = [sys.executable, "scripts/runClusterTests.py", name, str(report)]
    return Suite(name, command, reader, minutes, report, on_cluster=True, beside=beside)


JEST = REPORTS / "jest.json"
UI = REPORTS / "ui.json"
LINEAGE = REPORTS / "lineage.json"
ONTAP = REPORTS / "ontap.xml"
# What the others need is built first.
BUILD = Suite("build", ["make", "build", "wheel"], None, 15, REPORTS / "build.json")
SUITES = [
    Suite("jest", [*NPX, "jest", "--ci", "--json", f"--outputFile={JEST}"], read_jest, 20, JEST),
    _pytest("pytest", minutes=15),
    _pytest("examples", "scripts/testExamples.py", minutes=10),
    _pytest("wheel", "scripts/testWheel.py", minutes=15),
    # Making MLflow's environment, once on a machine, is most of its time.
    Suite(
        "lineage",
        [*NPX, "jest", "-c", "lineage-tests/jest.config.mjs", "--ci", "--json", f"--outputFile={LINEAGE}"],
        read_jest,
        15,
        LINEAGE,
    ),
    # Public clients against the emulator of ONTAP; installing them, once on a machine, is most of its time.
    Suite("ontap", [sys.executable, "scripts/runOntapTests.py", str(ONTAP)], read_junit, 10, ONTAP),
    Suite(
        "ui",
        [*NPX, "playwright", "test", "-c", "ui-tests/playwright.config.ts"],
        read_playwright,
        40,
        UI,
        {"PLAYWRIGHT_JSON_OUTPUT_FILE": str(UI)},
    ),
    _on_cluster("cluster", read_jest, minutes=82, beside=True),
    _on_cluster("hub", read_playwright, minutes=50),
]


def lanes_of(suites: list[Suite]) -> list[Lane]:
    """Which suites run side by side: on a cluster that was given none, as they would share it."""
    if os.environ.get("KUBECONFIG"):
        return [Lane(suites, ROOT)]
    beside = [suite for suite in suites if suite.beside]
    others = [suite for suite in suites if not suite.beside]
    if beside:
        others = [replace(suite, environment=HUB_BED) if suite.on_cluster else suite for suite in others]
    return [Lane(others, ROOT), Lane(beside, ROOT)]


def checks_outcome() -> Outcome:
    """Lint, types and generated files: one each."""
    outcome = Outcome()
    for result in runChecks.run_checks():
        if result.ok:
            outcome.passed += 1
        else:
            outcome.fail(result.check.name)
    return outcome


def tell(name: str, outcome: Outcome, seconds: float, minutes: int, log: Path | None) -> None:
    """Prints how a suite went and what it used of its time; for a failure also the end of its log."""
    counts = f"{outcome.passed} ok, {outcome.failed} failed, {outcome.skipped} skipped"
    print(f"{name:10} {seconds:6.1f} s of {minutes:2} min   {counts}", flush=True)
    if outcome.failed and log is not None:
        lines = log.read_text(errors="replace").splitlines()
        print(*(f"    | {line}" for line in lines[-150:]), sep="\n")
        print(f"    (all of it: {log.relative_to(ROOT)})")
    for complaint in outcome.complaints:
        print(f"    {complaint}", flush=True)


def main(names: list[str]) -> int:
    """Runs the suites asked for; returns the exit code."""
    known = ["checks", BUILD.name, *(suite.name for suite in SUITES)]
    if unknown := [name for name in names if name not in known]:
        print(f"No such suite: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    # Ended by an exception, so that the suites that run can clean up.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    # Also without make: tools that are found by name are the environment's, above all its Node.
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    REPORTS.mkdir(parents=True, exist_ok=True)
    chosen = names or known
    if not names:
        # Whoever runs every test has not asked for tests on the cluster that his shell happens to point to.
        os.environ.pop("KUBECONFIG", None)
    total = Outcome()
    summary: list[str] = []

    def add(name: str, outcome: Outcome, seconds: float, minutes: int, log: Path | None) -> None:
        tell(name, outcome, seconds, minutes, log)
        summary.append(f"{name} {seconds:.0f} s: {outcome.passed} ok, {outcome.failed} failed")
        summary.extend(f"  {complaint[:SUMMARY_WIDTH]}" for complaint in outcome.complaints[:SUMMARY_COMPLAINTS])
        total.passed += outcome.passed
        total.failed += outcome.failed
        total.skipped += outcome.skipped

    suites = [suite for suite in SUITES if suite.name in chosen]
    with contextlib.ExitStack() as stack:
        if "checks" in chosen:
            started = time.monotonic()
            add("checks", checks_outcome(), time.monotonic() - started, CHECKS_MINUTES, None)
        for lanes in [Lane([BUILD] if BUILD.name in chosen else [], ROOT)], lanes_of(suites):
            for lane in lanes:
                stack.callback(lane.end)
            while any(lane.left for lane in lanes):
                for run in (run for lane in lanes for run in lane.ended()):
                    add(run.suite.name, run.outcome(SKIP_IS_FAILURE), run.seconds, run.suite.minutes, run.suite.log)
                time.sleep(LOOK_SECONDS)

    print("\n", "\n".join(summary), sep="")
    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
