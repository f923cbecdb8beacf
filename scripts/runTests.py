"""`make test`: runs every suite, also after a failure, and ends with one line that counts them all.

`python scripts/runTests.py NAME…` runs only those suites. Reports and logs are in .build/tests. With CI=true nothing
may be skipped: a skipped test counts as failed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import runChecks
from outcome import Outcome, Reader, read_jest, read_junit, read_playwright

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".build" / "tests"
BIN = Path(sys.executable).parent
CHECKS_MINUTES = 5
# What a suite that is ended may take to clean up: the cluster is taken down.
GRACE_SECONDS = 60
SKIP_IS_FAILURE = os.environ.get("CI", "").lower() in ("1", "true")


@dataclass(frozen=True)
class Suite:
    """A command that runs tests, and how to read the report it writes (None: its exit code is the one result)."""

    name: str
    command: list[str]
    reader: Reader | None
    minutes: int
    """After this time it is ended and has failed."""
    report_variable: str = ""
    """Environment variable that tells it where to write its report, where no argument does."""
    may_be_skipped: bool = False
    """Whether it can't run on every machine: then its report is one skipped test."""

    @property
    def report(self) -> Path:
        """Where the report is written."""
        return REPORTS / f"{self.name}.{'xml' if self.reader is read_junit else 'json'}"

    @property
    def log(self) -> Path:
        """Everything it prints."""
        return REPORTS / f"{self.name}.log"


def _pytest(name: str, *paths: str, minutes: int) -> Suite:
    # pythonpath: the files in scripts/ import each other.
    arguments = [
        "-m",
        "pytest",
        *paths,
        "-q",
        "--tb=short",
        "-o",
        "pythonpath=scripts",
        f"--junitxml={REPORTS / f'{name}.xml'}",
    ]
    return Suite(name, [sys.executable, *arguments], read_junit, minutes)


def _on_cluster(name: str, reader: Reader, minutes: int) -> Suite:
    # The minutes include building the cluster, 17 of them where that was never done.
    report = str(REPORTS / f"{name}.json")
    return Suite(
        name, [sys.executable, "scripts/runClusterTests.py", name, report], reader, minutes, may_be_skipped=True
    )


SUITES = [
    Suite("build", ["make", "build", "wheel"], None, 15),
    Suite(
        "jest",
        [str(BIN / "npx"), "--no-install", "jest", "--ci", "--json", f"--outputFile={REPORTS / 'jest.json'}"],
        read_jest,
        20,
    ),
    _pytest("pytest", minutes=15),
    _pytest("examples", "scripts/testExamples.py", minutes=10),
    _pytest("wheel", "scripts/testWheel.py", minutes=15),
    Suite(
        "ui",
        [str(BIN / "npx"), "--no-install", "playwright", "test", "-c", "ui-tests/playwright.config.ts"],
        read_playwright,
        40,
        "PLAYWRIGHT_JSON_OUTPUT_FILE",
    ),
    _on_cluster("cluster", read_jest, minutes=50),
    _on_cluster("hub", read_playwright, minutes=25),
]


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends a suite with all it has started: asks first, then kills."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_to_end(suite: Suite) -> str | None:
    """Runs a suite's command with its output in its log; returns what went wrong with the run itself."""
    environment = dict(os.environ)
    if suite.report_variable:
        environment[suite.report_variable] = str(suite.report)
    with suite.log.open("wb") as log:
        process = subprocess.Popen(
            suite.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(suite.minutes * 60)
        except BaseException as error:
            stop(process)
            if isinstance(error, subprocess.TimeoutExpired):
                return f"it did not end within {suite.minutes} minutes"
            raise
    return f"it ended with exit code {code}" if code else None


def run_suite(suite: Suite) -> Outcome:
    """Runs a suite and reads its report."""
    suite.report.unlink(missing_ok=True)
    trouble = run_to_end(suite)
    outcome = Outcome()
    if suite.reader is None:
        outcome.passed = 0 if trouble else 1
    elif suite.report.exists():
        outcome = suite.reader(suite.report, SKIP_IS_FAILURE)
        ran = outcome.passed + outcome.failed + (outcome.skipped if suite.may_be_skipped else 0)
        if not trouble and ran == 0:
            outcome.fail("it ran no test")
    else:
        trouble = trouble or "it wrote no report"
    # A failed test explains a bad exit code; without one the run itself has failed.
    if trouble and not outcome.failed:
        outcome.fail(trouble)
    return outcome


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
    known = ["checks", *(suite.name for suite in SUITES)]
    if unknown := [name for name in names if name not in known]:
        print(f"No such suite: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    # Ended by an exception, so that the suite that runs can clean up.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    # Also without make: tools that are found by name are the environment's, above all its Node.
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    REPORTS.mkdir(parents=True, exist_ok=True)
    chosen = names or known
    if not names:
        # Whoever runs every test has not asked for tests on the cluster that his shell happens to point to.
        os.environ.pop("KUBECONFIG", None)
    total = Outcome()

    def add(name: str, outcome: Outcome, started: float, minutes: int, log: Path | None) -> None:
        tell(name, outcome, time.monotonic() - started, minutes, log)
        total.passed += outcome.passed
        total.failed += outcome.failed
        total.skipped += outcome.skipped

    if "checks" in chosen:
        started = time.monotonic()
        add("checks", checks_outcome(), started, CHECKS_MINUTES, None)
    for suite in SUITES:
        if suite.name in chosen:
            started = time.monotonic()
            add(suite.name, run_suite(suite), started, suite.minutes, suite.log)

    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
