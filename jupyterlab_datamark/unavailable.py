"""Why the sidecar can't answer, as the documents of the contract: `UnavailableStatus` and problem details.

What the sidecar says itself passes through unchanged; this is only for when it does not speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

Cause = Literal["node-missing", "node-too-old", "starting", "crashed", "hung", "stopped", "bad-configuration"]
JsonObject = dict[str, object]

_PROBLEM_PREFIX = "https://datamark.github.io/problems/"
_TITLES: dict[Cause, str] = {
    "node-missing": "Node.js 22.19 or newer is needed",
    "node-too-old": "Node.js 22.19 or newer is needed",
    "starting": "Datamark is starting",
    "crashed": "Datamark is not running",
    "hung": "Datamark does not answer",
    "stopped": "Datamark is not running",
    "bad-configuration": "Datamark is not set up correctly",
}


@dataclass(frozen=True)
class Unavailable:
    """One reason, in a sentence, and what mends it."""

    cause: Cause
    detail: str
    fix: str

    def status(self, log: Iterable[str] = (), retry_at: float | None = None) -> JsonObject:
        """The answer to `GET status`; `retry_at` is in seconds since 1970."""
        instant = None
        if retry_at is not None:
            utc = datetime.fromtimestamp(retry_at, timezone.utc)
            instant = utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "state": "unavailable",
            "cause": self.cause,
            "title": _TITLES[self.cause],
            "detail": self.detail,
            "fix": self.fix,
            "log": list(log),
            "retryAt": instant,
        }

    def problem(self) -> JsonObject:
        """The answer to every other request."""
        return problem("sidecar-unavailable", 503, _TITLES[self.cause], self.detail, self.fix)


REINSTALL = "Install jupyterlab-datamark again: pip install --force-reinstall --no-deps jupyterlab-datamark"
# Between the end of one sidecar and the start of the next.
BROKEN_OFF = Unavailable("crashed", "The sidecar ended before it answered.", "Try again; it is started again.")


def problem(slug: str, status: int, title: str, detail: str, next_step: str) -> JsonObject:
    """Problem details (RFC 9457) of a type of the contract's catalogue."""
    return {
        "type": _PROBLEM_PREFIX + slug,
        "title": title,
        "status": status,
        "detail": detail,
        "next": next_step,
        "object": None,
    }
