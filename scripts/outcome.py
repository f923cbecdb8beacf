"""What a suite of tests came to, read from the reports that jest, pytest and Playwright write for machines.

A suite that wrote no report, or ran nothing, has failed: silence is not success.
"""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Outcome:
    """Counts of one suite, and one line for each test that did not pass."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: list[str] = field(default_factory=list)

    def fail(self, complaint: str) -> None:
        """Counts one failure."""
        self.failed += 1
        self.complaints.append(complaint)

    def skip(self, name: str, skip_is_failure: bool) -> None:
        """Counts one skipped test, as a failure where nothing may be skipped."""
        if skip_is_failure:
            self.fail(f"skipped: {name}")
        else:
            self.skipped += 1
            self.complaints.append(f"skipped: {name}")


Reader = Callable[[Path, bool], Outcome]


def read_jest(report: Path, skip_is_failure: bool) -> Outcome:
    """Reads what `jest --json --outputFile` wrote."""
    outcome = Outcome()
    for file in json.loads(report.read_text())["testResults"]:
        for test in file["assertionResults"]:
            if test["status"] == "passed":
                outcome.passed += 1
            elif test["status"] == "failed":
                outcome.fail(test["fullName"])
            else:
                outcome.skip(test["fullName"], skip_is_failure)
        if file["status"] == "failed" and not any(test["status"] == "failed" for test in file["assertionResults"]):
            outcome.fail(f"{file['name']} could not run")
    return outcome


def read_junit(report: Path, skip_is_failure: bool) -> Outcome:
    """Reads what `pytest --junitxml` wrote."""
    outcome = Outcome()
    for test in ElementTree.parse(report).iter("testcase"):
        name = f"{test.get('classname')}.{test.get('name')}"
        if test.find("failure") is not None or test.find("error") is not None:
            outcome.fail(name)
        elif test.find("skipped") is not None:
            outcome.skip(name, skip_is_failure)
        else:
            outcome.passed += 1
    return outcome


def _specs(suite: dict[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    name = f"{above} {suite.get('title', '')}".strip()
    for spec in suite.get("specs", []):
        yield f"{name} {spec['title']}", spec
    for inner in suite.get("suites", []):
        yield from _specs(inner, name)


def read_playwright(report: Path, skip_is_failure: bool) -> Outcome:
    """Reads what Playwright's json reporter wrote. `flaky` (passed on a retry) counts as failed."""
    outcome = Outcome()
    content = json.loads(report.read_text())
    for suite in content["suites"]:
        for name, spec in _specs(suite, ""):
            for test in spec["tests"]:
                if test["status"] == "expected":
                    outcome.passed += 1
                elif test["status"] == "skipped":
                    outcome.skip(name, skip_is_failure)
                else:
                    outcome.fail(name)
    for error in content["errors"]:
        outcome.fail(str(error.get("message", error)).splitlines()[0])
    return outcome
