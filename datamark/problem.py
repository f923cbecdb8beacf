"""Errors as answers: the problem documents of the contract (RFC 9457) as one Python exception.

Problems made on this side use the same catalogue as the sidecar, so that they read and exit alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "https://datamark.github.io/problems/"

# The part of contract/problem.ts that can be found out on this side; a test keeps both equal.
TITLES: dict[str, tuple[int, str]] = {
    "invalid-request": (400, "The request is not valid"),
    "volume-not-found": (404, "Volume not found"),
    "snapshot-not-found": (404, "Snapshot not found"),
    "clone-not-found": (404, "Clone not found"),
    "restore-not-found": (404, "Restore not found"),
    "mirror-not-found": (404, "Mirror not found"),
    "object-changed": (409, "The object has changed since"),
    "not-ready": (409, "Not ready yet"),
    "data-too-old": (409, "The data is older than allowed"),
    "data-age-unknown": (409, "The age of the data is not known"),
    "nothing-to-undo": (409, "Nothing to undo"),
    "restore-blocked": (409, "The volume can’t be restored yet"),
    "in-use": (409, "It is in use"),
    "snapshot-held": (409, "The snapshot is held"),
    "snapshot-linked": (409, "Runs or models depend on the snapshot"),
    "mlflow-not-set-up": (409, "MLflow is not set up"),
    "not-supported": (409, "Not possible here"),
    "cancelled": (409, "It was cancelled"),
    "interrupted": (500, "It was interrupted"),
    "storage-failed": (500, "The storage failed"),
    "internal": (500, "Something failed inside Datamark"),
    "store-locked": (423, "Another server works on this volume"),
    "sidecar-unavailable": (503, "Datamark is not running"),
    "sidecar-timeout": (504, "Datamark does not answer"),
}

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_NOT_AVAILABLE = 4
EXIT_TOO_OLD = 5
EXIT_AGE_UNKNOWN = 6
EXIT_INTERRUPTED = 130

_NOT_AVAILABLE = {
    "cluster-busy",
    "controller-unreachable",
    "mlflow-unreachable",
    "sidecar-timeout",
    "sidecar-unavailable",
    "starting",
    "storage-unreachable",
    "store-locked",
    "token-refused",
}
_OF_AGES = {"data-too-old": EXIT_TOO_OLD, "data-age-unknown": EXIT_AGE_UNKNOWN}
_REFUSED = {
    "cluster-refused",
    "forbidden",
    "in-use",
    "mlflow-not-set-up",
    "mlflow-refused",
    "not-cancellable",
    "not-ready",
    "not-supported",
    "nothing-to-undo",
    "object-changed",
    "operation-in-progress",
    "plan-expired",
    "policy-denied",
    "quota-exceeded",
    "restore-blocked",
    "snapshot-held",
    "snapshot-linked",
}


class DatamarkError(Exception):
    """Something did not work; `problem` is the whole problem document."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        self.problem: dict[str, Any] = dict(problem)

    @property
    def slug(self) -> str:
        """The type without its prefix, for example `volume-not-found`."""
        return str(self.problem.get("type", "")).removeprefix(PREFIX)

    @property
    def exit_code(self) -> int:
        """Exit code of the command that fails with it."""
        if self.slug in _NOT_AVAILABLE:
            return EXIT_NOT_AVAILABLE
        if self.slug in _REFUSED:
            return EXIT_REFUSED
        if self.slug in _OF_AGES:
            return _OF_AGES[self.slug]
        return EXIT_USAGE if self.slug == "invalid-request" else EXIT_FAILED

    def reason(self) -> str:
        """What happened and what to do, without the title."""
        lines = [str(self.problem.get("detail") or ""), *self._fields(), *self._blockers()]
        lines.append(str(self.problem.get("next") or ""))
        return "\n".join(line for line in lines if line)

    def __str__(self) -> str:
        title = str(self.problem.get("title") or "")
        return "\n".join(part for part in (title, self.reason()) if part)

    def _fields(self) -> list[str]:
        known = str(self.problem.get("detail") or "")
        fields = self.problem.get("fields") or []
        return [f"· {field['path']}: {field['message']}" for field in fields if field["message"] not in known]

    def _blockers(self) -> list[str]:
        told = f"{self.problem.get('detail')} {self.problem.get('next')}"
        blockers = self.problem.get("blockers") or []
        return [f"· {one['message']} {one['fix']}".rstrip() for one in blockers if one["message"] not in told]

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback: the answer is not in our code."""
        return str(self).splitlines()


class Refused(DatamarkError):
    """Not done because nobody agreed to it."""

    @property
    def exit_code(self) -> int:
        """Always that of a refusal."""
        return EXIT_REFUSED


def problem(
    slug: str, detail: str, next_step: str, *, about: str | None = None, blockers: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A problem document of a known type."""
    status, title = TITLES[slug]
    document: dict[str, Any] = {
        "type": PREFIX + slug,
        "title": title,
        "status": status,
        "detail": detail,
        "next": next_step,
        "object": about,
    }
    if blockers:
        document["blockers"] = blockers
    return document


def error(slug: str, detail: str, next_step: str, *, about: str | None = None) -> DatamarkError:
    """A `DatamarkError` of a known type."""
    return DatamarkError(problem(slug, detail, next_step, about=about))
