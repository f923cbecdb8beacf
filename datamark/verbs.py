"""What the magics and the command can do: one function per verb, from a workplace and arguments to a record.

Nothing here prints or parses; errors are DatamarkError. Verbs that lose something show it and ask first.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .client import now
from .lineage.pinning import tags_of_runs
from .primitives import Record
from .problem import DatamarkError, error, problem
from .records import Clone, DeletePlan, Done, Listing, Operation, Snapshot, Volume
from .references import find_clone, find_snapshot
from .waiting import Wait
from .workplace import Workplace, choose_volume

# How long another change of the same volume is waited for.
TURN_PATIENCE = 600.0
# How often a snapshot is made again that ended because its sidecar ended.
RETRIES = 3


def status(work: Workplace, _: Namespace) -> Record:
    """Who answers, what is wrong, and the volumes as far as they can be told."""
    report = work.client.check()
    try:
        volumes = tuple(work.client.volumes())
    except DatamarkError:
        if not report.explains_missing_lists:
            raise
        # The report says why there are none.
        volumes = ()
    found = work.client.status()
    return type(found).read(found.json, found.as_of, volumes, report, tags_of_runs(work))


def doctor(work: Workplace, _: Namespace) -> Record:
    """The preflight report."""
    return work.client.check()


def volumes(work: Workplace, _: Namespace) -> Record:
    """All volumes."""
    return work.client.volumes()


def owners(work: Workplace, arguments: Namespace) -> Record:
    """What the snapshots of all owners come to."""
    from .owner_query import read_owners

    if not arguments.all_owners:
        raise error(
            "invalid-request",
            "Without --all-owners there is nothing to add up.",
            f"Your own snapshots: {work.command} snapshots. Those of everybody: {work.command} list --all-owners.",
        )
    return read_owners(arguments.namespace, work.progress())


def snapshots(work: Workplace, arguments: Namespace) -> Record:
    """The newest snapshots of a volume."""
    volume = choose_volume(work, arguments.volume or arguments.of)
    return work.client.snapshots(volume, limit=arguments.number, search=arguments.search or "")


def snapshot(work: Workplace, arguments: Namespace) -> Record:
    """Makes a snapshot and waits until it is ready."""
    title = arguments.title or " ".join(arguments.words) or None
    hold = "forever" if arguments.hold else None
    return take(work, choose_volume(work, arguments.volume), title=title, note=arguments.note or "", hold=hold)


def take(
    work: Workplace, volume: Volume, *, title: str | None = None, note: str = "", hold: str | None = None
) -> Snapshot:
    """A ready snapshot of a volume. Raises DatamarkError."""
    body = {"note": note, "heldUntil": hold, "notebook": work.notebook_in(volume)}
    if title is not None:
        body["title"] = title
    started, made = _in_turn(work, volume, body)
    for _ in range(RETRIES):
        wait = Wait(work.client, "snapshot", made.name, f"“{made.label}” of {volume.name}", work.progress())
        document = wait.until(lambda one: one["state"]["phase"] in ("ready", "failed"), work.say)
        if document is None:
            raise wait.loss()
        made = Snapshot.read(document, now(), round((time.monotonic() - started) * 1000))
        if made.state.phase == "ready":
            return made
        failure = DatamarkError(made.state.problem or {})
        # The sidecar of another process did the work, and ended with that process.
        if failure.slug != "interrupted":
            raise failure
        made = work.client.retry_snapshot(made.name)
    raise failure


def _in_turn(work: Workplace, volume: Volume, body: Mapping[str, Any]) -> tuple[float, Snapshot]:
    """Begins a snapshot as soon as nothing else changes the volume; also says when it began."""
    deadline = time.monotonic() + TURN_PATIENCE
    while True:
        try:
            started = time.monotonic()
            return started, work.client.create_snapshot(volume.id, body)
        except DatamarkError as refusal:
            if refusal.slug != "operation-in-progress" or time.monotonic() > deadline:
                raise
        except KeyboardInterrupt:
            work.say(f"Interrupted while asking for it: a snapshot of {volume.name} may have begun.")
            raise
        for other in work.client.operations():
            if other.volume == volume.id and other.running:
                label = f"“{other.object_label}” of {volume.name}"
                wait = Wait(work.client, "operation", other.id, label, work.progress())
                wait.until(lambda one: not Operation.read(one, "").running, work.say)


def clone(work: Workplace, arguments: Namespace) -> Record:
    """A writable copy of a snapshot, or of a volume as it is now."""
    if arguments.snapshot:
        return copy_of(work, find_snapshot(work, arguments.snapshot, arguments.volume), arguments.name)
    return copy_of(work, choose_volume(work, arguments.volume), arguments.name)


def copy_of(work: Workplace, source: Snapshot | Volume, name: str | None) -> Clone:
    """A finished clone, or one that waits for its first pod. Raises DatamarkError."""
    made = work.client.clone(source, name)
    wait = Wait(work.client, "clone", made.id, f"“{made.name}”", work.progress())
    document = wait.until(cloned, work.say)
    if document is None:
        raise wait.loss()
    made = Clone.read(document, now())
    if made.state.problem:
        raise DatamarkError(made.state.problem)
    return made


def cloned(document: Mapping[str, Any]) -> bool:
    """Whether nothing more happens to a clone by itself; some get their data when a pod first uses them."""
    state = document["state"]
    return state["phase"] in ("ready", "failed") or state.get("awaitsUse") is True


def clones(work: Workplace, _: Namespace) -> Record:
    """All clones."""
    return work.client.clones()


def operations(work: Workplace, _: Namespace) -> Record:
    """What runs."""
    found = work.client.operations()
    running = tuple(one for one in found if one.running)
    return Listing(json=found.json, as_of=found.as_of, kind="operation", items=running, total=len(running))


def cancel(work: Workplace, arguments: Namespace) -> Record:
    """Cancels an operation."""
    return work.client.cancel(arguments.operation)


def hold(work: Workplace, arguments: Namespace) -> Record:
    """Holds a snapshot, or releases it."""
    found = find_snapshot(work, arguments.snapshot, arguments.volume)
    until = None if arguments.release else _until(arguments.until)
    return work.client.update_snapshot(found.name, {"uid": found.uid, "heldUntil": until})


def _until(text: str) -> str:
    if text == "forever":
        return text
    next_step = "Give a date as in --until 2026-12-01, or --until forever."
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as cause:
        raise error("invalid-request", f"“{text}” is not a date.", next_step) from cause
    if len(text) == len("2026-12-01"):
        moment += timedelta(hours=23, minutes=59, seconds=59)
    if moment.astimezone(timezone.utc) <= datetime.now(timezone.utc):
        raise error("invalid-request", f"{text} has passed.", next_step)
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def delete(work: Workplace, arguments: Namespace) -> Record:
    """Deletes a snapshot or a clone: says what is lost, asks, waits."""
    found: Snapshot | Clone
    if arguments.clone:
        found = find_clone(work, arguments.name)
        what, name, label = "clone", found.id, found.name
    else:
        found = find_snapshot(work, arguments.name, arguments.volume)
        what, name, label = "snapshot", found.name, found.label
    plan = work.client.plan_delete(what, name, label)
    if arguments.plan:
        return plan
    if not plan.allowed:
        raise _not_deleted(plan)
    if plan.force and arguments.yes and not arguments.force:
        detail = f"{label} was not deleted. {' '.join(plan.warnings)}"
        next_step = f"Keep it, or mean it: {work.command} delete {name} --yes --force"
        raise error("snapshot-linked", detail, next_step, about=name)
    question, *facts = str(plan).splitlines()
    work.say("\n".join([question, *(f"  {fact}" for fact in facts)]))
    work.agree(question, yes=arguments.yes, typed=plan.type_to_confirm)
    # Whoever has read the warnings and typed the title means it as much as who gave --force.
    answer = work.client.delete(what, name, plan.uid, force=plan.force)
    await_deletion(work, what, name, label, plan.uid)
    return Done(json=answer, as_of=now(), text=f"{what.capitalize()} “{label}” is deleted.")


def await_deletion(work: Workplace, what: str, name: str, label: str, uid: str) -> None:
    """Returns when this life of a `snapshot` or a `clone` is gone. Raises DatamarkError where it stays."""
    wait = Wait(work.client, what, name, f"“{label}”", work.progress(), verb="Deleting")
    left = wait.until(lambda one: one["uid"] != uid or one["state"]["phase"] != "deleting", work.say)
    if left is not None and left["uid"] == uid:
        failure = left["state"].get("problem")
        text = f"{label} was not deleted."
        raise DatamarkError(failure or problem("internal", text, "Look at the server’s log.", about=name))


def _not_deleted(plan: DeletePlan) -> DatamarkError:
    first = plan.blockers[0] if plan.blockers else {"kind": "", "message": "", "fix": "Look at the state again."}
    slug = {"held": "snapshot-held", "model-version": "snapshot-linked"}.get(first["kind"], "in-use")
    detail = f"{plan.label} can’t be deleted. {first['message']}".strip()
    blockers = [dict(blocker) for blocker in plan.blockers]
    return DatamarkError(problem(slug, detail, first["fix"], about=plan.label, blockers=blockers))
