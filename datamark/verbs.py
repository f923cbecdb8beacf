"""What the magics and the command can do: one function per verb, from a workplace and arguments to a record.

Nothing here prints or parses; errors are DatamarkError. Verbs that lose something show it and ask first.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from . import words
from .client import now
from .primitives import Record
from .problem import DatamarkError, error, problem
from .records import Clone, DeletePlan, Done, Listing, Operation, Restore, Snapshot, Volume
from .references import find_clone, find_snapshot
from .waiting import Wait
from .workplace import Workplace, choose_volume

# How long another change of the same volume is waited for.
TURN_PATIENCE = 600.0
# How often a snapshot is made again that ended because its sidecar ended.
RETRIES = 3
_FINAL = ("succeeded", "rolled-back", "failed", "cancelled")


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
    return type(found).read(found.json, found.as_of, volumes, report)


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
    source: Snapshot | Volume
    if arguments.snapshot:
        source = find_snapshot(work, arguments.snapshot, arguments.volume)
    else:
        source = choose_volume(work, arguments.volume)
    made = work.client.clone(source, arguments.name)
    wait = Wait(work.client, "clone", made.id, f"“{made.name}”", work.progress())
    document = wait.until(_cloned, work.say)
    if document is None:
        raise wait.loss()
    made = Clone.read(document, now())
    if made.state.problem:
        raise DatamarkError(made.state.problem)
    return made


def _cloned(document: Mapping[str, Any]) -> bool:
    """Whether nothing more happens to a clone by itself; some get their data when a pod first uses them."""
    state = document["state"]
    return state["phase"] in ("ready", "failed") or state.get("awaitsUse") is True


def clones(work: Workplace, _: Namespace) -> Record:
    """All clones."""
    return work.client.clones()


def restores(work: Workplace, _: Namespace) -> Record:
    """All restores."""
    return work.client.restores()


def operations(work: Workplace, _: Namespace) -> Record:
    """What runs."""
    found = work.client.operations()
    running = tuple(one for one in found if one.running)
    return Listing(json=found.json, as_of=found.as_of, kind="operation", items=running, total=len(running))


def cancel(work: Workplace, arguments: Namespace) -> Record:
    """Cancels an operation."""
    return work.client.cancel(arguments.operation)


def restore(work: Workplace, arguments: Namespace) -> Record:
    """Brings a volume back to a snapshot: shows the plan, asks, waits."""
    goal = find_snapshot(work, arguments.snapshot, arguments.volume)
    return _carry_out(work, work.client.plan_restore(goal.name), arguments)


def undo(work: Workplace, arguments: Namespace) -> Record:
    """Goes back to the data before a restore, by default the newest that can be undone."""
    chosen = arguments.restore
    if chosen is None:
        volume = choose_volume(work, arguments.volume) if arguments.volume else None
        known: list[Restore] = [one for one in work.client.restores() if volume is None or one.volume == volume.id]
        possible = [one for one in known if one.can_undo]
        if not possible:
            why = f" {known[0].no_undo_reason}" if known else ""
            next_step = f"List restores with {work.command} restores."
            raise error("nothing-to-undo", f"There is no restore that can be undone.{why}", next_step)
        chosen = possible[0].id
    return _carry_out(work, work.client.undo_restore(chosen), arguments)


def _carry_out(work: Workplace, begun: Restore, arguments: Namespace) -> Restore:
    planned = _observe(work, begun, lambda phase: phase != "planning")
    if planned.phase != "planned":
        raise _not_restored(planned)
    if arguments.plan:
        return planned
    blockers = list(planned.plan["blockers"]) if planned.plan else []
    if blockers:
        detail = f"{len(blockers)} {'thing' if len(blockers) == 1 else 'things'} must end first."
        next_step = "You don’t have to wait: clone the snapshot and work on the copy."
        raise DatamarkError(problem("restore-blocked", detail, next_step, about=planned.volume_name, blockers=blockers))
    question, *facts = str(planned).splitlines()
    work.say("\n".join([question, *(f"  {fact}" for fact in facts)]))
    try:
        work.agree(question, yes=arguments.yes)
    except BaseException:
        _drop(work, planned)
        raise
    done = _observe(work, work.client.approve_restore(planned), lambda phase: phase in _FINAL)
    if done.phase != "succeeded":
        raise _not_restored(done)
    if done.can_undo:
        work.say(f"To undo: {work.command} undo {done.id}")
    return done


def _observe(work: Workplace, restore: Restore, done: Any) -> Restore:
    label = f"{restore.volume_name} to {words.moment(restore.snapshot_created_at)}"
    wait = Wait(work.client, "restore", restore.id, label, work.progress())
    document = wait.until(lambda one: bool(done(one["phase"])), work.say)
    if document is None:
        raise error("restore-not-found", f"The restore {restore.id} is gone.", "Plan it again.", about=restore.id)
    return Restore.read(document, now())


def _not_restored(restore: Restore) -> DatamarkError:
    cause = dict(restore.problem or problem("cancelled", restore.message, "Plan it again.", about=restore.volume_name))
    return DatamarkError({**cause, "title": f"{restore.volume_name} was not restored"})


def _drop(work: Workplace, planned: Restore) -> None:
    """A plan nobody agreed to: take it back if that is possible, else it expires by itself."""
    for operation in work.client.operations():
        if operation.object_name == planned.id and operation.running and operation.can_cancel.available:
            work.client.cancel(operation.id)


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
    question, *facts = str(plan).splitlines()
    work.say("\n".join([question, *(f"  {fact}" for fact in facts)]))
    work.agree(question, yes=arguments.yes, typed=plan.type_to_confirm)
    answer = work.client.delete(what, name, plan.uid)
    wait = Wait(work.client, what, name, f"“{label}”", work.progress())
    left = wait.until(lambda one: one["uid"] != plan.uid or one["state"]["phase"] != "deleting", work.say)
    if left is not None and left["uid"] == plan.uid:
        failure = left["state"].get("problem")
        text = f"{label} was not deleted."
        raise DatamarkError(failure or problem("internal", text, "Look at the server’s log.", about=name))
    return Done(json=answer, as_of=now(), text=f"{what.capitalize()} “{label}” is deleted.")


def _not_deleted(plan: DeletePlan) -> DatamarkError:
    first = plan.blockers[0] if plan.blockers else {"kind": "", "message": "", "fix": "Look at the state again."}
    slug = "snapshot-held" if first["kind"] == "held" else "in-use"
    detail = f"{plan.label} can’t be deleted. {first['message']}".strip()
    blockers = [dict(blocker) for blocker in plan.blockers]
    return DatamarkError(problem(slug, detail, first["fix"], about=plan.label, blockers=blockers))
