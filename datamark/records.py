"""The objects of the contract as Python sees them: the fields used here, by name; unknown fields are ignored.

Every record keeps the document it was read from in `json`, and shows itself in a notebook through `display`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .primitives import Can, Document, Record, Size, State
from .report import Report


@dataclass(frozen=True, kw_only=True)
class ClonedSnapshot:
    """The snapshot that a mounted volume is a clone of; it may be gone, and its own volume need not be mounted."""

    name: str
    uid: str
    volume: str
    label: str
    created_at: str
    exported: str | None

    @classmethod
    def read(cls, document: Document) -> ClonedSnapshot:
        """From the contract's ClonedSnapshot."""
        return cls(
            name=document["name"],
            uid=document["uid"],
            volume=document["volume"],
            label=document["label"],
            created_at=document["createdAt"],
            exported=document.get("exported"),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Volume(Record):
    """What a notebook works on: a directory here, a claim on a cluster."""

    id: str
    name: str
    path: str
    browse_path: str | None
    role: str
    requested: Size
    used: Size
    free: Size
    driver: str
    can_snapshot: Can
    snapshot_count: int
    last_snapshot_at: str | None
    clone_of: ClonedSnapshot | None = None

    @classmethod
    def read(cls, document: Document, as_of: str) -> Volume:
        """From the contract's Volume."""
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            name=document["name"],
            path=document["mountPath"],
            browse_path=document.get("browsePath"),
            role=document["role"],
            requested=Size.read(document["requested"]),
            used=Size.read(document["used"]),
            free=Size.read(document["free"]),
            driver=document["driver"],
            can_snapshot=Can.read(document["can"]["snapshot"]),
            snapshot_count=document["snapshotCount"],
            last_snapshot_at=document.get("lastSnapshotAt"),
            clone_of=ClonedSnapshot.read(document["cloneOf"]) if "cloneOf" in document else None,
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Snapshot(Record):
    """A read-only point in time of a volume; `path` is where its files can be read."""

    name: str
    uid: str
    volume: str
    volume_name: str
    created_at: str
    title: str | None
    note: str
    notebook: str | None
    held_until: str | None
    held_by: str | None
    origin: str
    state: State
    restore_size: Size
    own_data: Size
    files: int | None
    omitted: int
    path: str | None
    exported: str | None = None
    ready_in_ms: int | None = None

    @property
    def label(self) -> str:
        """What people call it: its title, else its name."""
        return self.title or self.name

    @classmethod
    def read(cls, document: Document, as_of: str, ready_in_ms: int | None = None) -> Snapshot:
        """From the contract's Snapshot."""
        return cls(
            json=document,
            as_of=as_of,
            name=document["name"],
            uid=document["uid"],
            volume=document["volume"],
            volume_name=document["volumeName"],
            created_at=document["createdAt"],
            title=document.get("title"),
            note=document.get("note", ""),
            notebook=document.get("notebook"),
            held_until=document.get("heldUntil"),
            held_by=document.get("heldBy"),
            origin=document["origin"],
            state=State.read(document["state"]),
            restore_size=Size.read(document["restoreSize"]),
            own_data=Size.read(document["ownData"]),
            files=document.get("files"),
            omitted=sum(omission["count"] for omission in document.get("omissions", [])),
            path=document.get("path"),
            exported=document.get("exported"),
            ready_in_ms=ready_in_ms,
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Clone(Record):
    """A writable copy that keeps its source for ever; `path` is where to work, None where it is not mounted here."""

    id: str
    uid: str
    name: str
    volume: str
    volume_name: str
    source_kind: str
    source_label: str
    source_exists: bool
    created_at: str
    state: State
    size: Size
    path: str | None

    @classmethod
    def read(cls, document: Document, as_of: str) -> Clone:
        """From the contract's Clone."""
        source = document["source"]
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            uid=document["uid"],
            name=document["name"],
            volume=source["volume"],
            volume_name=source["volumeName"],
            source_kind=source["kind"],
            source_label=source["label"],
            source_exists=source["exists"],
            created_at=document["createdAt"],
            state=State.read(document["state"]),
            size=Size.read(document["size"]),
            path=document["path"],
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Restore(Record):
    """Bringing a volume back: a plan, then what became of it."""

    id: str
    uid: str
    volume: str
    volume_name: str
    snapshot: str
    snapshot_created_at: str
    undo_of: str | None
    strategy: str | None
    target: str | None
    created_at: str
    finished_at: str | None
    phase: str
    message: str
    plan: Document | None
    safety_snapshot: str | None
    kept: str | None
    can_undo: bool
    no_undo_reason: str
    problem: Document | None

    @classmethod
    def read(cls, document: Document, as_of: str) -> Restore:
        """From the contract's Restore."""
        undo = document["undo"]
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            uid=document["uid"],
            volume=document["volume"],
            volume_name=document["volumeName"],
            snapshot=document["snapshot"],
            snapshot_created_at=document["snapshotCreatedAt"],
            undo_of=document.get("undoOf"),
            strategy=document.get("strategy"),
            target=document.get("target"),
            created_at=document["createdAt"],
            finished_at=document.get("finishedAt"),
            phase=document["phase"],
            message=document["message"],
            plan=document.get("plan"),
            safety_snapshot=document.get("safetySnapshot"),
            kept=document.get("kept"),
            can_undo=bool(undo["possible"]),
            no_undo_reason=undo.get("reason", ""),
            problem=document.get("problem"),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Operation(Record):
    """Something slower than a second, in words while it runs."""

    id: str
    verb: str
    volume: str
    volume_name: str
    object_name: str
    object_label: str
    state: str
    text: str
    can_cancel: Can
    started_at: str

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ("queued", "running", "cancelling")

    @classmethod
    def read(cls, document: Document, as_of: str) -> Operation:
        """From the contract's Operation."""
        about = document["object"]
        return cls(
            json=document,
            as_of=as_of,
            id=document["id"],
            verb=document["verb"],
            volume=document["volume"],
            volume_name=document["volumeName"],
            object_name=about["name"],
            object_label=about["label"],
            state=document["state"],
            text=document["progress"]["text"],
            can_cancel=Can.read(document["cancel"]),
            started_at=document["startedAt"],
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class DeletePlan(Record):
    """What deleting would do, computed without doing it. `what` is `snapshot` or `clone`."""

    what: str
    label: str
    uid: str
    allowed: bool
    blockers: list[Document]
    warnings: list[str]
    lost: Size
    # Runs or not knowing them: a person has to mean it.
    force: bool
    type_to_confirm: str | None

    @classmethod
    def read(cls, document: Document, as_of: str, what: str, label: str) -> DeletePlan:
        """From the contract's DeletePlan."""
        return cls(
            json=document,
            as_of=as_of,
            what=what,
            label=label,
            uid=document["uid"],
            allowed=document["allowed"],
            blockers=list(document["blockers"]),
            warnings=list(document["warnings"]),
            lost=Size.read(document["lost"]),
            force=document.get("force") is True,
            type_to_confirm=document.get("typeToConfirm"),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Status(Record):
    """Who answers and what it can do, with the volumes it serves."""

    version: str
    provider: str
    label: str
    volumes: tuple[Volume, ...]
    off: dict[str, Can]
    notices: tuple[str, ...]
    # Whether MLflow is set up where it answers.
    lineage: bool
    report: Report | None = None
    # What runs of this kernel are tagged with, in words.
    current: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        document: Document,
        as_of: str,
        volumes: tuple[Volume, ...] = (),
        report: Report | None = None,
        current: tuple[str, ...] = (),
    ) -> Status:
        """From the contract's RunningStatus."""
        capabilities = {verb: Can.read(one) for verb, one in document["capabilities"].items()}
        return cls(
            json=document,
            as_of=as_of,
            version=document["version"],
            provider=document["provider"]["kind"],
            label=document["provider"]["label"],
            volumes=volumes,
            off={verb: can for verb, can in capabilities.items() if not can.available},
            notices=tuple(f"{notice['message']} {notice['fix']}".strip() for notice in document["notices"]),
            lineage=document.get("lineage") is True,
            report=report,
            current=current,
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Listing(Record):
    """Some records of one kind: `volume`, `snapshot`, `clone`, `restore` or `operation`."""

    kind: str
    items: tuple[Any, ...] = field(default=())
    total: int = 0
    volume: Volume | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]


@dataclass(frozen=True, kw_only=True, repr=False)
class Done(Record):
    """Something was done of which nothing is left to show; `json` is the last answer about it."""

    text: str
