"""The small types every record is built from, as contract/primitives.ts has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class Record:
    """What every record has: its document and when that was read (ISO 8601, UTC)."""

    json: Document
    as_of: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        from .display import bundle

        return bundle(self)

    @property
    def exit_code(self) -> int:
        """Of the command that ends with it."""
        return 0

    def __str__(self) -> str:
        from .display import plain

        return plain(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.json.get('name') or self.json.get('id') or ''}>"


class Tabular(Record):
    """A record that is shown as a table between two paragraphs."""

    def caption(self) -> list[str]:
        """What stands above the table."""
        raise NotImplementedError

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Heading and rows; without rows nothing but the paragraphs is shown."""
        raise NotImplementedError

    def remarks(self) -> list[str]:
        """What stands below the table."""
        return []


@dataclass(frozen=True)
class Size:
    """Bytes that were measured, or None and the reason why they are not known."""

    bytes: int | None
    reason: str = ""

    @classmethod
    def read(cls, document: Document) -> Size:
        """From the contract's Size."""
        if document["known"]:
            return cls(int(document["bytes"]))
        return cls(None, document["reason"])


@dataclass(frozen=True)
class Can:
    """Whether something can be done, else why not and what mends it."""

    available: bool
    reason: str = ""
    fix: str = ""

    @classmethod
    def read(cls, document: Document) -> Can:
        """From the contract's Capability."""
        return cls(bool(document["available"]), document.get("reason", ""), document.get("fix", ""))


@dataclass(frozen=True)
class State:
    """Where a snapshot or clone stands: `pending`, `ready`, `failed` or `deleting`, since when."""

    phase: str
    at: str
    message: str = ""
    problem: Document | None = None
    awaits_use: bool = False

    @classmethod
    def read(cls, document: Document) -> State:
        """From the contract's Phase."""
        failure = document.get("problem")
        message = failure["detail"] if failure else document.get("message", "")
        at = document.get("at") or document.get("since") or ""
        return cls(document["phase"], at, message, failure, document.get("awaitsUse") is True)
