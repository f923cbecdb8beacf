"""What the snapshots of all owners come to, for administrators: the records, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from . import words
from .primitives import Document, Record, Size, Tabular


@dataclass(frozen=True, kw_only=True, repr=False)
class OwnerTotals(Record):
    """The snapshots of one owner in one namespace; `owner` is None where none is named."""

    namespace: str
    owner: str | None
    snapshots: int
    automatic: int
    held: int
    not_ready: int
    oldest: str
    newest: str
    restore_size: Size

    @classmethod
    def read(cls, document: Document, as_of: str) -> OwnerTotals:
        """From the contract's OwnerTotals."""
        return cls(
            json=document,
            as_of=as_of,
            namespace=document["namespace"],
            owner=document["owner"],
            snapshots=document["snapshots"],
            automatic=document["automatic"],
            held=document["held"],
            not_ready=document["notReady"],
            oldest=document["oldest"],
            newest=document["newest"],
            restore_size=Size.read(document["restoreSize"]),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class OwnerList(Tabular):
    """All of them, most snapshots first; `namespaces` is None for the whole cluster."""

    server: str
    namespaces: tuple[str, ...] | None
    refused: tuple[str, ...]
    snapshots: int
    items: tuple[OwnerTotals, ...]

    @classmethod
    def read(cls, document: Document) -> OwnerList:
        """From the contract's OwnerList."""
        as_of = document["asOf"]
        namespaces = document["namespaces"]
        return cls(
            json=document,
            as_of=as_of,
            server=document["server"],
            namespaces=None if namespaces is None else tuple(namespaces),
            refused=tuple(document["refused"]),
            snapshots=document["snapshots"],
            items=tuple(OwnerTotals.read(one, as_of) for one in document["items"]),
        )

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Heading and rows, one per owner and namespace."""
        head = ["Owner", "Snapshots", "Held", "Automatic", "Not ready", "Oldest", "Restore size", "Namespace"]
        rows = [
            [
                one.owner or words.UNKNOWN,
                f"{one.snapshots:,}",
                f"{one.held:,}",
                f"{one.automatic:,}",
                f"{one.not_ready:,}",
                words.moment(one.oldest),
                words.size(one.restore_size),
                one.namespace,
            ]
            for one in self.items
        ]
        return head, rows

    def caption(self) -> list[str]:
        """`api:6443, all namespaces · 50,000 snapshots of 1,000 owners · as of …`, and where nothing may be read."""
        where = "all namespaces" if self.namespaces is None else ", ".join(self.namespaces)
        counts = f"{words.number(self.snapshots, 'snapshot', 'snapshots')} of {len(self.items):,}"
        people = f"{counts} {'owner' if len(self.items) == 1 else 'owners'}"
        refused = [f"not allowed: {', '.join(self.refused)}"] if self.refused else []
        return [" · ".join([f"{self.server}, {where}", people, words.as_of(self.as_of), *refused])]
