"""Suites of tests, for runTests.py: a command each, whose output is in a log and whose report is read at its end.

Those of a lane run one after another; lanes run side by side.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from endProcess import end_process
from outcome import Outcome, Reader


@dataclass(frozen=True)
class Suite:
    """A command that runs tests, and how to read the report it writes (None: its exit code is the one result)."""

    name: str
    command: list[str]
    reader: Reader | None
    minutes: int
    """After this time it is ended and has failed."""
    report: Path
    """Where the report is written."""
    environment: dict[str, str] = field(default_factory=dict)
    """What it is told besides, as where to write its report where no argument says so."""
    on_cluster: bool = False
    """Whether it needs a cluster and can't run on every machine: then its report is one skipped test."""
    beside: bool = False
    """Whether it may run at the same time as others."""

    @property
    def log(self) -> Path:
        """Everything it prints."""
        return self.report.with_suffix(".log")


class SuiteRun:
    """One run of a suite, in a process group of its own."""

    def __init__(self, suite: Suite, folder: Path) -> None:
        """Starts it in the folder."""
        self.suite = suite
        self._started = time.monotonic()
        self._trouble: str | None = None
        suite.report.unlink(missing_ok=True)
        with suite.log.open("wb") as log:
            self._process = subprocess.Popen(
                suite.command,
                cwd=folder,
                env=os.environ | suite.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def seconds(self) -> float:
        """Time since it was started."""
        return time.monotonic() - self._started

    def is_running(self) -> bool:
        """Whether it has not ended; one whose time is over is ended."""
        code = self._process.poll()
        if code is None and self.seconds > self.suite.minutes * 60:
            self._trouble = f"it did not end within {self.suite.minutes} minutes"
            self.end()
        elif code:
            self._trouble = f"it ended with exit code {code}"
        return code is None and self._trouble is None

    def end(self) -> None:
        """Ends it, if it still runs."""
        if self._process.poll() is None:
            end_process(self._process)

    def outcome(self, skip_is_failure: bool) -> Outcome:
        """What it came to, once it does not run any more."""
        trouble, outcome = self._trouble, Outcome()
        if self.suite.reader is None:
            outcome.passed = 0 if trouble else 1
        elif self.suite.report.exists():
            outcome = self.suite.reader(self.suite.report, skip_is_failure)
            ran = outcome.passed + outcome.failed + (outcome.skipped if self.suite.on_cluster else 0)
            if not trouble and ran == 0:
                outcome.fail("it ran no test")
        else:
            trouble = trouble or "it wrote no report"
        # A failed test explains a bad exit code; without one the run itself has failed.
        if trouble and not outcome.failed:
            outcome.fail(trouble)
        return outcome


class Lane:
    """Suites that run one after another."""

    def __init__(self, suites: list[Suite], folder: Path) -> None:
        """Starts none yet."""
        self.left = suites
        """Those that have not ended; the first is the one that runs."""
        self._folder = folder
        self._run: SuiteRun | None = None

    def ended(self) -> Iterator[SuiteRun]:
        """Looks once: gives the run that has ended since, and starts the next one."""
        if self._run is not None and not self._run.is_running():
            yield self._run
            self._run = None
            self.left = self.left[1:]
        if self._run is None and self.left:
            self._run = SuiteRun(self.left[0], self._folder)

    def end(self) -> None:
        """Ends what runs."""
        if self._run is not None:
            self._run.end()
