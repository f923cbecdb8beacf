"""What a suite of tests came to, read from the reports that jest, pytest and Playwright write for machines.

A suite that wrote no report, or ran nothing, has failed: silence is not success.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

COLOURS = r"\x1b\[[0-9;]*m"
LONGEST = 300
"""Characters that a comparison may take."""


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


def _with_reason(name: str, messages: list[str]) -> str:
    """A test that has failed, and the first line of why, without colours."""
    lines = _lines(messages)
    return f"{name}: {lines[0]}" if lines else name


def _lines(messages: list[str]) -> list[str]:
    return re.sub(COLOURS, "", "\n".join(messages)).strip().splitlines()


def _difference(messages: list[str]) -> str:
    """What a comparison of jest expected and received, in a line; '' where it tells none."""
    told = [line.strip() for line in takewhile(lambda line: not re.match(r"\s+at ", line), _lines(messages)[1:])]
    line = " ".join(line for line in told if line)
    return f" ({line[:LONGEST]})" if line else ""


def read_jest(report: Path, skip_is_failure: bool) -> Outcome:
    """Reads what `jest --json --outputFile` wrote, in the order in which files ran: one may fail as another did."""
    outcome = Outcome()
    for file in sorted(json.loads(report.read_text())["testResults"], key=lambda file: file.get("startTime", 0)):
        for test in file["assertionResults"]:
            if test["status"] == "passed":
                outcome.passed += 1
            elif test["status"] == "failed":
                messages = test.get("failureMessages", [])
                name = f"{Path(file['name']).name} {test['fullName']}"
                outcome.fail(_with_reason(name, messages) + _difference(messages))
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
        troubles = [trouble for kind in ("failure", "error") for trouble in test.iter(kind)]
        if troubles:
            outcome.fail(_with_reason(name, [trouble.get("message", "") for trouble in troubles]))
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


def _way_to(error: dict[str, Any]) -> str:
    """What Playwright waited for, what lay over it, and the lines that led there, innermost first; '' if untold."""
    message = "\n".join(_lines([error.get("message", "")]))
    waited = re.search(r"^\s*- (waiting for .*)$", message, re.MULTILINE)
    covered = re.search(r"^\s*- (<.* intercepts pointer events)$", message, re.MULTILINE)
    lines = re.findall(r"/([^/\s]+\.ts:\d+):\d+\)?$", error.get("stack", ""), re.MULTILINE)
    told = [found[1] for found in (waited, covered) if found] + (["at " + " < ".join(lines)] if lines else [])
    return f" ({', '.join(told)})" if told else ""


def read_playwright(report: Path, skip_is_failure: bool) -> Outcome:
    """Reads what Playwright's json reporter wrote. `flaky` (passed on a retry) counts as failed."""
    outcome = Outcome()
    content = json.loads(report.read_text())
    for suite in content["suites"]:
        for name, spec in _specs(suite, ""):
            for test in spec["tests"]:
                if test["status"] == "expected":
                    outcome.passed += 1
                elif test["status"] == "skipped" and not test.get("results", [True]):
                    # What it depends on has failed, or the run ended before: it is not known to work.
                    outcome.fail(f"not run: {name}")
                elif test["status"] == "skipped":
                    outcome.skip(name, skip_is_failure)
                else:
                    errors = [result.get("error", {}) for result in test.get("results", [])]
                    complaint = _with_reason(name, [error.get("message", "") for error in errors])
                    outcome.fail(complaint + _way_to(errors[0] if errors else {}))
    for error in content["errors"]:
        outcome.fail(str(error.get("message", error)).splitlines()[0])
    return outcome
