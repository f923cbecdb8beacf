"""What the reports of jest and Playwright are read as: a test that never ran is no test that was left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from outcome import read_jest, read_playwright


def report(folder: Path, *tests: dict[str, Any]) -> Path:
    """A report with one spec of one test each."""
    specs = [{"title": f"test {number}", "tests": [test]} for number, test in enumerate(tests)]
    path = folder / "report.json"
    path.write_text(json.dumps({"suites": [{"title": "a.spec.ts", "specs": specs}], "errors": []}))
    return path


@pytest.mark.parametrize("skip_is_failure", [False, True])
def test_what_did_not_run_has_failed(tmp_path: Path, skip_is_failure: bool) -> None:
    ran = {"status": "expected", "results": [{"status": "passed"}]}
    never = {"status": "skipped", "results": []}

    outcome = read_playwright(report(tmp_path, ran, never), skip_is_failure)

    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 1, 0)
    assert outcome.complaints == ["not run: a.spec.ts test 1"]


def test_what_says_that_it_is_skipped_is_skipped(tmp_path: Path) -> None:
    skipped = {"status": "skipped", "results": [{"status": "skipped"}]}

    outcome = read_playwright(report(tmp_path, skipped), False)

    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, 0, 1)


def test_a_failure_in_the_browser_tells_what_it_waited_for_and_where(tmp_path: Path) -> None:
    error = {
        "message": "TimeoutError: locator.click: Timeout 45000ms exceeded.\nCall log:\n"
        "\x1b[2m  - waiting for getByRole('button')\x1b[22m\n\x1b[2m    - locator resolved to <button>\x1b[22m\n"
        "\x1b[2m    2 × waiting for element to be visible, enabled and stable\x1b[22m\n"
        '\x1b[2m      - <dialog aria-label="Error">…</dialog> intercepts pointer events\x1b[22m',
        "stack": "TimeoutError: locator.click\n    at Page.press (/somewhere/ui-tests/pages/page.ts:122:31)\n"
        "    at /somewhere/ui-tests/tests/away.spec.ts:52:3",
    }
    failed = {"status": "unexpected", "results": [{"status": "failed", "error": error}]}

    assert read_playwright(report(tmp_path, failed), False).complaints == [
        "a.spec.ts test 0: TimeoutError: locator.click: Timeout 45000ms exceeded. "
        "(waiting for getByRole('button'), <dialog aria-label=\"Error\">…</dialog> intercepts pointer events, "
        "at page.ts:122 < away.spec.ts:52)"
    ]


def test_files_of_jest_are_told_in_the_order_in_which_they_ran_with_why_they_failed(tmp_path: Path) -> None:
    def file(name: str, start: int, message: str) -> dict[str, Any]:
        test = {"status": "failed", "fullName": "works", "failureMessages": [message]}
        return {"name": f"/somewhere/{name}", "status": "failed", "startTime": start, "assertionResults": [test]}

    path = tmp_path / "report.json"
    files = [
        file("b.test.ts", 2, "Error: second\n  at b"),
        file("a.test.ts", 1, "\x1b[31mError: first\x1b[39m\n  at a"),
    ]
    path.write_text(json.dumps({"testResults": files}))

    assert read_jest(path, False).complaints == ["a.test.ts works: Error: first", "b.test.ts works: Error: second"]


def test_a_comparison_of_jest_is_told_in_a_line(tmp_path: Path) -> None:
    message = (
        "Error: expect(received).toEqual(expected) // deep equality\n\n"
        "\x1b[32m- Expected  - 1\x1b[39m\n+ Received  + 3\n\n"
        '- Array []\n+ Array [\n+   "files: Job deleted",\n+ ]\n    at Object.<anonymous> (/somewhere/a.test.ts:1:2)'
    )
    test = {"status": "failed", "fullName": "works", "failureMessages": [message]}
    path = tmp_path / "report.json"
    path.write_text(
        json.dumps({"testResults": [{"name": "a.test.ts", "status": "failed", "assertionResults": [test]}]})
    )

    assert read_jest(path, False).complaints == [
        "a.test.ts works: Error: expect(received).toEqual(expected) // deep equality "
        '(- Expected  - 1 + Received  + 3 - Array [] + Array [ +   "files: Job deleted", + ])'
    ]
