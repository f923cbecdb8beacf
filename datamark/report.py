"""The preflight report: what Datamark can do here, what it can't, why, and who can mend that."""

from __future__ import annotations

from dataclasses import dataclass

from .primitives import Document, Record
from .problem import EXIT_FAILED, EXIT_OK

_MARKS = {"ok": "✓", "warning": "!", "failed": "✗", "unknown": "?", "not-applicable": "–"}
_WORDS = {
    "ok": "work",
    "failed": "missing",
    "warning": "need attention",
    "unknown": "unknown",
    "notApplicable": "not needed here",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `state`: ok, warning, failed, unknown or not-applicable."""

    id: str
    title: str
    state: str
    message: str
    fix: str
    command: str | None
    affects: tuple[str, ...]

    @classmethod
    def read(cls, document: Document) -> Finding:
        """From the contract's CheckFinding."""
        return cls(
            document["id"],
            document["title"],
            document["state"],
            document["message"],
            document["fix"],
            document["command"],
            tuple(document["affects"]),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Report(Record):
    """All findings, worst first."""

    findings: tuple[Finding, ...]

    @classmethod
    def read(cls, document: Document, as_of: str) -> Report:
        """From the contract's CheckReport."""
        return cls(json=document, as_of=as_of, findings=tuple(map(Finding.read, document["findings"])))

    @property
    def exit_code(self) -> int:
        """Of the command: whether anything is missing."""
        return EXIT_FAILED if self.json["summary"]["failed"] else EXIT_OK

    @property
    def explains_missing_lists(self) -> bool:
        """Whether it says why nothing can be listed."""
        return any(one.state == "failed" and "list" in one.affects for one in self.findings)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What somebody should look at."""
        return tuple(one for one in self.findings if one.state in ("failed", "warning"))


def summary_line(report: Report) -> str:
    """`6 work · 3 missing · 1 unknown`."""
    counts = report.json["summary"]
    return " · ".join(f"{counts[name]} {word}" for name, word in _WORDS.items() if counts[name])


def finding_lines(finding: Finding) -> list[str]:
    """A finding as text: what was found, what mends it, the command for it."""
    lines = [f"{_MARKS[finding.state]} {finding.title}: {finding.message}"]
    if finding.fix:
        lines.append(f"  {finding.fix}")
    if finding.command:
        lines.append(f"  $ {finding.command}")
    return lines


def report_lines(report: Report) -> list[str]:
    """The whole report as text."""
    return [summary_line(report), *[line for finding in report.findings for line in finding_lines(finding)]]


def report_rows(report: Report) -> list[list[str]]:
    """The whole report as a table without a heading: mark, title, and all that is said."""
    rows = []
    for one in report.findings:
        said = [one.message, one.fix, one.command or ""]
        rows.append([_MARKS[one.state], one.title, " ".join(part for part in said if part)])
    return rows
