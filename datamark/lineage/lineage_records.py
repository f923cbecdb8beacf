"""Runs and the snapshots they used, as contract/lineage.ts tells them, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import words
from ..primitives import Document, Record, Tabular
from .snapshot_of_run import BEFORE_RUN, DURING_RUN, EXACT

RELATIONS = {BEFORE_RUN: "made before the run", DURING_RUN: "made after the run had begun", EXACT: "what the run read"}
_MATCHES = {"uid": "by uid", "name": "by names alone", "other": "ANOTHER snapshot of this name"}


@dataclass(frozen=True, kw_only=True, repr=False)
class LineageRun(Record):
    """A run of MLflow; `versions` are registered model versions as people write them, with their aliases."""

    id: str
    name: str
    status: str
    user: str | None
    started_at: str | None
    deleted: bool
    link: str | None
    versions: tuple[str, ...]

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.id

    @classmethod
    def read(cls, document: Document, as_of: str) -> LineageRun:
        """From the contract's LineageRun."""
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            name=document["name"],
            status=document["status"],
            user=document["user"],
            started_at=document["startedAt"],
            deleted=document["deleted"],
            link=document["link"],
            versions=tuple(map(version_words, document["versions"])),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class RunsOfSnapshot(Tabular):
    """Runs that name a snapshot, newest first; each with how it names it."""

    snapshot: str
    server: str
    searched: int
    searched_at: str
    total: int
    items: tuple[tuple[LineageRun, Mapping[str, Any]], ...]

    @classmethod
    def read(cls, document: Document, as_of: str) -> RunsOfSnapshot:
        """From the contract's RunsOfSnapshot, of a search that is complete."""
        search = document["search"]
        return cls(
            json=document,
            as_of=as_of,
            snapshot=document["snapshot"],
            server=document["mlflow"]["server"],
            searched=search["searched"],
            searched_at=search["asOf"],
            total=document["total"],
            items=tuple((LineageRun.read(one["run"], as_of), one) for one in document["runs"]),
        )

    def caption(self) -> list[str]:
        """How many of how many, from where, and when; that there are no others is never said."""
        where = f"MLflow at {self.server}, {words.as_of(self.searched_at)}"
        places = words.number(self.searched, "experiment", "experiments")
        if not self.items:
            return [f"No run of {self.snapshot} was found in the {places} this account may read · {where}"]
        return [f"Runs of {self.snapshot} · newest {len(self.items)} of {self.total:,}, in {places} · {where}"]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per run."""
        head = ["Started", "Run", "Status", "User", "Models", "Snapshot was", "Found", "Id"]
        return head, [_run_row(run, found) for run, found in self.items]


def _run_row(run: LineageRun, found: Mapping[str, Any]) -> list[str]:
    return [
        words.moment(run.started_at) if run.started_at else words.UNKNOWN,
        run.label + (" (deleted in MLflow)" if run.deleted else ""),
        run.status,
        run.user or words.UNKNOWN,
        ", ".join(run.versions) or words.UNKNOWN,
        relation_words(found["link"]["relation"]),
        _MATCHES[found["match"]],
        run.id,
    ]


@dataclass(frozen=True, kw_only=True, repr=False)
class SnapshotsOfRun(Tabular):
    """The snapshots that a run, or the run of a model version, names, and where each is now."""

    asked: str
    run: LineageRun | None
    version: str | None
    items: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, document: Document, as_of: str, asked: str) -> SnapshotsOfRun:
        """From the contract's SnapshotsOfRun; `asked`: what was asked about."""
        run, version = document["run"], document["version"]
        return cls(
            json=document,
            as_of=as_of,
            asked=asked,
            run=None if run is None else LineageRun.read(run, as_of),
            version=None if version is None else version_words(version),
            items=tuple(document["snapshots"]),
        )

    def caption(self) -> list[str]:
        """What was asked about; that it used no snapshot is never said."""
        if self.run is None:
            return [f"{self.version or self.asked} does not tell from which run it comes."]
        run = self.run
        began = f"began {words.moment(run.started_at)}" if run.started_at else "began –"
        versions = [self.version] if self.version else list(run.versions)
        facts = [began, run.status, *([run.user] if run.user else []), *(["deleted in MLflow"] if run.deleted else [])]
        lines = [f"Run {run.label} ({run.id}) · {' · '.join(facts)}"]
        if versions:
            lines.append(f"Models: {', '.join(versions)}")
        if not self.items:
            lines.append("It names no snapshot.")
        return lines

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per snapshot."""
        head = ["Volume", "Snapshot", "Made", "Snapshot was", "Cluster", "Namespace", "Now"]
        rows = []
        for one in self.items:
            link, now = one["link"], one["now"]
            made = words.moment(link["time"]) if link["time"] else words.UNKNOWN
            place = [link[name] or words.UNKNOWN for name in ("cluster", "namespace")]
            state = "exists" if now["state"] == "exists" else _NOW[now["state"]]
            rows.append([link["volume"], link["snapshot"], made, relation_words(link["relation"]), *place, state])
        return head, rows

    def remarks(self) -> list[str]:
        """Why the data of a run is not simply there."""
        said = [one["now"]["message"] for one in self.items if one["now"]["state"] != "exists"]
        page = [self.run.link] if self.run is not None and self.run.link else []
        return [*said, *page]


_NOW = {"same-names": "one of these names", "other-uid": "ANOTHER snapshot", "gone": "gone", "unknown": "not known"}


@dataclass(frozen=True, kw_only=True, repr=False)
class LinkedRun(Record):
    """A run that was linked: MLflow has it, or will get it."""

    run: str
    waits: bool
    text: str

    @classmethod
    def read(cls, document: Document, as_of: str) -> LinkedRun:
        """From the contract's LinkedRun."""
        run, waits, problem = document["run"], document["state"] == "waiting", document["problem"]
        named = ", ".join(
            f"{one['snapshot']} of {one['volume']} ({relation_words(one['relation'])})" for one in document["snapshots"]
        )
        if waits:
            lines = [
                f"The link of run {run} waits: {problem['detail'] if problem else 'MLflow did not take it.'}",
                f"It stands on the snapshot, and Datamark writes it when MLflow takes it: {named}",
            ]
        else:
            lines = [f"Run {run} names {named}"]
            if problem:
                lines.append(f"It does not stand on the snapshot too: {problem['detail']}")
        return cls(json=document, as_of=as_of, run=run, waits=waits, text="\n".join(lines))


def version_words(version: Mapping[str, Any]) -> str:
    """`churn/3 @champion`."""
    return " ".join([f"{version['name']}/{version['version']}", *(f"@{one}" for one in version["aliases"])])


def relation_words(relation: str | None) -> str:
    """How sure the data is, in words; “–” where nobody told."""
    return words.UNKNOWN if relation is None else RELATIONS[relation]
