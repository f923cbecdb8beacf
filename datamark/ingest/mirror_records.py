"""Mirrors as contract/ingest.ts tells them, and how lists of them are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import words
from ..primitives import Can, Document, Record, Tabular
from . import mirror_words

Source = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class Mirror(Record):
    """One replication into a volume; None and unknown are what nobody has told."""

    id: str
    uid: str
    volume: str
    volume_name: str
    source: str | None
    destination: str | None
    state: str
    state_as_told: str | None
    told_by: str
    told_at: str | None
    hint: str | None
    health: Document
    data: Document
    schedule: Document | None
    last_transfer: Document | None
    transfer: Document | None
    update: Document | None
    guard: Document | None
    can_update: Can

    @classmethod
    def read(cls, document: Document, as_of: str) -> Mirror:
        """From the contract's Mirror."""
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            uid=document["uid"],
            volume=document["volume"],
            volume_name=document["volumeName"],
            source=document["from"],
            destination=document["to"],
            state=document["state"],
            state_as_told=document["stateAsTold"],
            told_by=document["toldBy"],
            told_at=document["toldAt"],
            hint=document["hint"],
            health=document["health"],
            data=document["data"],
            schedule=document["schedule"],
            last_transfer=document["lastTransfer"],
            transfer=document["transfer"],
            update=document["update"],
            guard=document["guard"],
            can_update=Can.read(document["can"]["update"]),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class MirrorList(Tabular):
    """Mirrors into the volumes here, and whether their sources can be asked; `as_of` is the clock that ages go by.

    `verdict` stands below: what a check has found.
    """

    items: tuple[Mirror, ...]
    sources: Mapping[str, Source]
    verdict: str = ""

    @classmethod
    def read(cls, document: Document, _: str = "") -> MirrorList:
        """From the contract's MirrorList."""
        clock = document["now"]
        items = tuple(Mirror.read(one, clock) for one in document["items"])
        return cls(json=document, as_of=clock, items=items, sources=dict(document["sources"]))

    def only(self, volume: str) -> MirrorList:
        """Those into one volume, by its id."""
        kept = tuple(one for one in self.items if one.volume == volume)
        document = {**self.json, "items": [one.json for one in kept]}
        return MirrorList(json=document, as_of=self.as_of, items=kept, sources=self.sources)

    def caption(self) -> list[str]:
        """`3 mirrors · as of 14:20:06, 19 Nov 2026`."""
        count = words.number(len(self.items), "mirror", "mirrors") if self.items else "No mirrors are known here"
        return [f"{count} · {words.as_of(self.as_of)}"]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per mirror."""
        head = ["Volume", "From", "State", "Health", "Data age", "Last transfer", "Next", "Mirror"]
        return head, [_row(one, self.as_of) for one in self.items]

    def remarks(self) -> list[str]:
        """Reasons in full, what must be known to read a state right, and sources that tell nothing."""
        told = [line for one in self.items for line in _explained(one, self.as_of)]
        return [*told, *source_lines(self.sources), *([self.verdict] if self.verdict else [])]


def source_lines(sources: Mapping[str, Source]) -> list[str]:
    """Sources that can’t be asked, and why."""
    return [line for name, one in sources.items() if (line := mirror_words.source(name, one))]


@dataclass(frozen=True, kw_only=True, repr=False)
class MirrorHistory(Tabular):
    """Transfers into one volume that were seen ending, newest last."""

    volume_name: str
    since: str
    gaps: bool
    items: tuple[Document, ...]

    @classmethod
    def read(cls, document: Document, as_of: str, volume_name: str) -> MirrorHistory:
        """From the contract's SeenTransfers."""
        return cls(
            json=document,
            as_of=as_of,
            volume_name=volume_name,
            since=document["since"],
            gaps=document["gaps"],
            items=tuple(document["items"]),
        )

    def caption(self) -> list[str]:
        """`climate · 7 transfers seen since 19 Nov 2026, 14:08 · as of …`."""
        seen = f"{words.number(len(self.items), 'transfer', 'transfers')} seen" if self.items else "no transfer seen"
        return [f"{self.volume_name} · {seen} since {words.moment(self.since)} · {words.as_of(self.as_of)}"]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per transfer."""
        head = ["Ended", "Type", "Size", "Took", "Data age before", "Outcome"]
        return head, [
            [
                words.moment(one["endedAt"]),
                one["type"],
                mirror_words.bytes_told(one["bytes"]),
                mirror_words.span(one["seconds"]),
                mirror_words.span(one["ageSeconds"]),
                one["state"],
            ]
            for one in self.items
        ]

    def remarks(self) -> list[str]:
        """What the list can’t tell."""
        kept = ["The storage keeps no history: these are transfers that Datamark saw end, at most the last 24."]
        return [*kept, *(["It did not watch all the time: transfers can be missing."] if self.gaps else [])]


@dataclass(frozen=True, kw_only=True, repr=False)
class MirrorTold(Tabular):
    """One mirror after something was asked of it: sentences, no table; `json` is the contract’s Mirror."""

    lines: tuple[str, ...]

    def caption(self) -> list[str]:
        """The sentences."""
        return list(self.lines)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """None."""
        return [], []


def _row(one: Mirror, clock: str) -> list[str]:
    return [
        one.volume_name,
        one.source or words.UNKNOWN,
        mirror_words.state(one.state, one.state_as_told),
        mirror_words.health(one.health),
        mirror_words.age_cell(one.data, one.guard, clock),
        mirror_words.transfers(one.transfer, one.last_transfer, clock),
        mirror_words.next_transfer(one.schedule, clock),
        one.id,
    ]


def _explained(one: Mirror, clock: str) -> list[str]:
    lines = []
    if one.told_by == "trident":
        when = f" at {words.moment(one.told_at)}" if one.told_at else ""
        lines.append(f"{one.volume_name}: state as told by Trident{when}.")
    if one.hint:
        lines.append(f"{one.volume_name}: {one.hint}")
    lines += [f"{one.volume_name}: {reason}" for reason in mirror_words.health_reasons(one.health)]
    age = mirror_words.data_age(one.data, clock)
    if age.seconds is None:
        lines.append(f"{one.volume_name}: the age of the data is not known. {age.reason}")
    return lines
