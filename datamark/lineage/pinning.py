"""Makes a snapshot current in this kernel, for a cell or from `%datamark pin` to `unpin`: runs are tagged with it.

A pin of the panel counts as long as the kernel has none of its own, and joins it when it gets one.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec

from ..client import Client, now
from ..primitives import Record
from ..problem import DatamarkError, error
from ..records import Clone, ClonedSnapshot, Done, Snapshot, Volume
from ..references import find_snapshot
from ..workplace import Workplace
from .lineage_records import RELATIONS
from .name_snapshot import name_snapshot
from .panel_pin import BrokenPin, PanelPin, pin_places, read_panel_pin, remove_panel_pin
from .run_context_variable import VARIABLE, RunContextVariable
from .run_tags import TooManySnapshots, run_tags
from .snapshot_of_run import BEFORE_RUN, EXACT, SnapshotOfRun, together

# Not all that begins so: in a namespace with a Service `mlflow`, Kubernetes sets MLFLOW_PORT and others in every pod.
_OF_CLIENTS = (
    "MLFLOW_TRACKING_URI",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_RUN_ID",
    VARIABLE,
)


def pin(work: Workplace, arguments: Namespace) -> Record:
    """Makes a snapshot current, beside those of other volumes; without one, tells what is."""
    context = _context(work)
    if not arguments.snapshot:
        return _told(work, *_current(work, context))
    relation = EXACT if arguments.exact else BEFORE_RUN
    try:
        found = find_snapshot(work, arguments.snapshot, arguments.volume)
    except DatamarkError as failure:
        clone = _mounted_clone(work, arguments.snapshot) if failure.slug == "snapshot-not-found" else None
        if clone is None or clone.clone_of is None:
            raise
        return _pin(work, context, _name(work, clone.clone_of, relation), work.notebook_in(clone))
    if found.state.phase != "ready":
        detail = f"Snapshot {found.label} of {found.volume_name} is not ready: {found.state.message}"
        raise error("not-supported", detail.rstrip(": "), "Pin it when it is.", about=found.name)
    if arguments.exact and not can_be_read(work.client, found):
        detail = (
            f"No run here can read {found.label} of {found.volume_name}: no clone of it is mounted, nor is it itself."
        )
        raise error("not-supported", detail, "Pin it without --exact, or where its clone is mounted.", about=found.name)
    return _pin(work, context, _name(work, found, relation), _notebook(work, found))


def _pin(work: Workplace, context: RunContextVariable, named: SnapshotOfRun, notebook: str | None) -> Record:
    _tell_unreadable(work, context)
    current, _ = _current(work, context)
    context.pin(_few(together([named], current)), notebook)
    return _told(work, context.snapshots(), None)


def _mounted_clone(work: Workplace, reference: str) -> Volume | None:
    """The one volume here that is a clone of that snapshot, or has that name: the snapshot is listed elsewhere."""
    found = [
        one
        for one in work.client.volumes()
        if one.clone_of is not None
        and reference in (one.id, one.name, one.id.rpartition(".")[2], one.clone_of.name, one.clone_of.label)
    ]
    return found[0] if len(found) == 1 else None


def can_be_read(client: Client, snapshot: Snapshot) -> bool:
    """Whether its files are here, in a clone or read-only: else no run of this kernel can have read it."""
    if snapshot.path is not None:
        return True
    clones: list[Clone] = [one for one in client.clones() if one.path is not None and one.state.phase == "ready"]
    source = ("snapshot", snapshot.name, snapshot.created_at)
    told = [one.json["source"] for one in clones]
    return any((one["kind"], one["name"], one["createdAt"]) == source for one in told)


def unpin(work: Workplace, _: Namespace) -> Record:
    """Ends what is current in this kernel, also a pin of the panel."""
    _context(work).unpin()
    try:
        remove_panel_pin(pin_places())
    except OSError as cause:
        raise error("internal", f"The pin of the panel stays: {cause}.", "Remove that file.") from cause
    return Done(json={}, as_of=now(), text="MLflow runs of this kernel are not tagged.")


def tags_of_runs(work: Workplace) -> tuple[str, ...]:
    """What runs that begin now are tagged with, in words; nothing where they are not, and for a command."""
    if work.run_context is None:
        return ()
    snapshots, panel = _current(work, work.run_context)
    return tuple(_lines(work, snapshots, panel))


def mlflow_is_used() -> bool:
    """Whether it matters here that runs can't be tagged."""
    return "mlflow" in sys.modules or find_spec("mlflow") is not None or any(map(os.environ.get, _OF_CLIENTS))


def during_cell(work: Workplace, made: Sequence[Snapshot]) -> AbstractContextManager[None]:
    """Makes snapshots current for a cell, beside those of other volumes. Raises DatamarkError."""
    context = _context(work)
    named = [_name(work, one, BEFORE_RUN) for one in made]
    _tell_unreadable(work, context)
    current, _ = _current(work, context)
    # The last one holds the notebook, where that is another one.
    return context.during(_few(together(named, current)), made[-1].notebook)


def _context(work: Workplace) -> RunContextVariable:
    if work.run_context is None:
        raise error("not-supported", "A command ends before a run begins.", "In a notebook: %datamark pin SNAPSHOT")
    return work.run_context


def _current(work: Workplace, context: RunContextVariable) -> tuple[tuple[SnapshotOfRun, ...], PanelPin | None]:
    """What runs that begin now are tagged with, and the pin of the panel if that is it."""
    own = context.snapshots()
    if own:
        return own, None
    try:
        pinned = read_panel_pin(pin_places())
    except (OSError, BrokenPin) as failure:
        work.say(f"The pin of the panel can’t be read: {failure}")
        return (), None
    return (pinned.snapshots if pinned else ()), pinned


def _name(work: Workplace, snapshot: Snapshot | ClonedSnapshot, relation: str) -> SnapshotOfRun:
    return name_snapshot(snapshot, work.client.status(), relation)


def _told(work: Workplace, snapshots: tuple[SnapshotOfRun, ...], panel: PanelPin | None) -> Done:
    if not snapshots:
        text = f"MLflow runs of this kernel are not tagged. To tag them: {work.command} pin SNAPSHOT"
        return Done(json={"snapshots": []}, as_of=now(), text=text)
    lines = _lines(work, snapshots, panel)
    return Done(json={"snapshots": [one.document() for one in snapshots]}, as_of=now(), text="\n".join(lines))


def _lines(work: Workplace, snapshots: tuple[SnapshotOfRun, ...], panel: PanelPin | None) -> list[str]:
    if not snapshots:
        return []
    where = "pinned in the panel" if panel else "pinned in this kernel"
    says = {**RELATIONS, EXACT: "what the run reads"}
    return [
        f"MLflow runs that begin now are tagged, until {work.command} unpin ({where}):",
        *(f"{one.snapshot} of {one.volume} · {says[one.relation]}" for one in snapshots),
    ]


def _tell_unreadable(work: Workplace, context: RunContextVariable) -> None:
    if not context.readable:
        work.say(f"{VARIABLE} is no JSON object, and MLflow can’t read it either: it is put aside meanwhile.")


def _notebook(work: Workplace, snapshot: Snapshot) -> str | None:
    volume = next((one for one in work.client.volumes() if one.id == snapshot.volume), None)
    if volume is not None:
        return work.notebook_in(volume)
    return None if work.notebook is None else str(work.notebook)


def _few(snapshots: tuple[SnapshotOfRun, ...]) -> tuple[SnapshotOfRun, ...]:
    """The same, as many as a run can name. Raises DatamarkError."""
    try:
        run_tags(snapshots, None)
    except TooManySnapshots as cause:
        raise error("invalid-request", str(cause), "Unpin first, then pin the ones that matter.") from cause
    return snapshots
