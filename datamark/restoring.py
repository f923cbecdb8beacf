"""The verbs that bring data back: a plan, a question, and what becomes of it.

Where a restore stops the server that this process runs on, nothing here can see its end: it says what to do next.
"""

from __future__ import annotations

import posixpath
from argparse import Namespace
from collections.abc import Callable

from . import words
from .client import now
from .primitives import Record
from .problem import DatamarkError, error, problem
from .records import Operation, Restore, Snapshot, Volume
from .references import find_snapshot
from .verbs import copy_of
from .waiting import Wait
from .workplace import Workplace, choose_volume

_FINAL = ("succeeded", "rolled-back", "failed", "cancelled")


def restores(work: Workplace, _: Namespace) -> Record:
    """All restores."""
    return work.client.restores()


def restore(work: Workplace, arguments: Namespace) -> Record:
    """Brings a volume back to a snapshot, or some of its files: shows the plan, asks, waits."""
    strategy = arguments.strategy or ("files" if arguments.files else None)
    if (strategy == "files") != bool(arguments.files):
        raise error(
            "invalid-request",
            "--files and another strategy exclude each other."
            if arguments.files
            else "The strategy files needs to know which ones.",
            f"{work.command} restore SNAPSHOT --files PATH…",
        )
    goal = find_snapshot(work, arguments.snapshot, arguments.volume)
    if strategy == "clone":
        if arguments.plan:
            raise error(
                "not-supported",
                "A clone has no plan: it changes nothing that is there.",
                f"{work.command} clone {goal.name}",
            )
        return copy_of(work, goal, None)
    paths = [_in_volume(path, _volume_of(work, goal)) for path in arguments.files]
    return _carry_out(work, work.client.plan_restore(goal.name, strategy, paths), arguments)


def undo(work: Workplace, arguments: Namespace) -> Record:
    """Goes back to the data before a restore, by default the newest that can be undone."""
    chosen = arguments.restore
    if chosen is None:
        volume = choose_volume(work, arguments.volume) if arguments.volume else None
        known: list[Restore] = [one for one in work.client.restores() if volume is None or one.volume == volume.id]
        possible = [one for one in known if one.can_undo]
        if not possible:
            # Plans that nobody approved tell nothing of what was restored.
            over = [one for one in known if one.phase in _FINAL]
            why = f" {over[0].no_undo_reason}" if over else ""
            next_step = f"List restores with {work.command} restores."
            raise error("nothing-to-undo", f"There is no restore that can be undone.{why}", next_step)
        chosen = possible[0].id
    return _carry_out(work, work.client.undo_restore(chosen), arguments)


def _volume_of(work: Workplace, goal: Snapshot) -> Volume | None:
    found = [one for one in work.client.volumes() if one.id == goal.volume]
    return found[0] if found else None


def _in_volume(path: str, volume: Volume | None) -> str:
    """A path as the contract wants it: relative to the volume, also where the whole path was given."""
    root = volume.path.rstrip("/") if volume else ""
    below = path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path
    return posixpath.normpath(below)


def _carry_out(work: Workplace, begun: Restore, arguments: Namespace) -> Restore:
    planned = _observe(work, begun, lambda one: one.phase != "planning")
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
    approved = work.client.approve_restore(planned)
    stops = bool(planned.plan and planned.plan["stopsServer"]) and not arguments.wait
    # With the server this process may end: it follows as far as everything that can be refused has been tried.
    ready = (*_FINAL, "waiting", "securing", "restoring", "verifying") if stops else _FINAL
    done = _observe(work, approved, lambda one: one.phase in ready)
    if done.phase not in _FINAL:
        work.say(_stop_server(work, done))
        return done
    if done.phase != "succeeded":
        raise _not_restored(done)
    if done.can_undo:
        work.say(f"To undo: {work.command} undo {done.id}")
    return done


def _stop_server(work: Workplace, waiting: Restore) -> str:
    """What a person has to do now, and what happens then."""
    page = _servers_page(work)
    elsewhere = f", or stop it on {page}" if page else ""
    here = "kernel" if work.command.startswith("%") else "terminal"
    starts = bool(waiting.plan and waiting.plan.get("startsServer"))
    last = "Then the hub starts your server again." if starts else "Then start your server again."
    running = [one for one in work.client.operations() if one.object_name == waiting.id and one.can_cancel.available]
    give_up = [f"To give it up instead: {work.command} cancel {running[0].id}"] if running else []
    return "\n".join(
        [
            f"The restored data of {waiting.volume_name} is ready. Now your server has to stop:",
            f"save your files, then press “Stop server now” in the Datamark panel{elsewhere}.",
            f"As soon as it has stopped, the restore goes on by itself; this {here} ends with the server.",
            last,
            *give_up,
        ]
    )


def _servers_page(work: Workplace) -> str | None:
    """The platform’s page on which a server is stopped, where there is one."""
    platform = work.client.status().json.get("platform") or {}
    page = (platform.get("links") or {}).get("servers")
    return str(page) if page else None


def _observe(work: Workplace, restore: Restore, done: Callable[[Restore], bool]) -> Restore:
    label = f"{restore.volume_name} to {words.moment(restore.snapshot_created_at)}"
    wait = Wait(work.client, "restore", restore.id, label, work.progress())
    document = wait.until(lambda one: done(Restore.read(one, now())), work.say)
    if document is None:
        raise error("restore-not-found", f"The restore {restore.id} is gone.", "Plan it again.", about=restore.id)
    return Restore.read(document, now())


def _not_restored(restore: Restore) -> DatamarkError:
    cause = dict(restore.problem or problem("cancelled", restore.message, "Plan it again.", about=restore.volume_name))
    return DatamarkError({**cause, "title": f"{restore.volume_name} was not restored"})


def _drop(work: Workplace, planned: Restore) -> None:
    """A plan nobody agreed to: take it back if that is possible, else it expires by itself."""
    operations: list[Operation] = list(work.client.operations())
    for operation in operations:
        if operation.object_name == planned.id and operation.running and operation.can_cancel.available:
            work.client.cancel(operation.id)
