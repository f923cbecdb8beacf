"""The verb `ingest`: lists mirrors, checks ages, updates, cancels, and shows what was seen."""

from __future__ import annotations

from argparse import Namespace
from urllib.parse import quote

from .. import words
from ..primitives import Record
from ..problem import DatamarkError, error
from ..workplace import Workplace, choose_volume
from . import mirror_words
from .freshness import require_fresh
from .ingest_arguments import patience
from .mirror_records import Mirror, MirrorHistory, MirrorTold
from .mirror_reference import find_mirror
from .read_mirrors import read_mirrors
from .update_wait import follow_update, has_succeeded


def ingest(work: Workplace, arguments: Namespace) -> Record:
    """The list, or what the action says."""
    _refuse_mixtures(work, arguments)
    if arguments.action == "update":
        return _cancel(work, arguments) if arguments.cancel else _update(work, arguments)
    if arguments.action == "history":
        return _history(work, arguments)
    volume = choose_volume(work, arguments.volume) if arguments.volume else None
    # What was told one poll ago may have been replaced by younger data since.
    listing = read_mirrors(work.client, anew=arguments.fail_if_older is not None)
    if volume is not None:
        listing = listing.only(volume.id)
    if arguments.fail_if_older is None:
        return listing
    return require_fresh(listing, arguments.fail_if_older, volume, work.command)


def _update(work: Workplace, arguments: Namespace) -> Record:
    goal = find_mirror(work, read_mirrors(work.client), arguments.mirror)
    try:
        begun = work.client.read(Mirror.read, work.client.post(_path(goal), None))
    except KeyboardInterrupt:
        work.say(f"Interrupted while asking for it: an update of {goal.volume_name} may have begun.")
        raise
    if begun.update is not None and begun.update["alreadyRunning"]:
        work.say(f"A transfer into {goal.volume_name} runs already: no other one is begun.")
    if arguments.wait:
        return _told(follow_update(work, begun, patience(arguments)), "is updated")
    done = has_succeeded(begun, None if begun.update is None else begun.update["id"])
    follow = f"Follow it: {work.command} ingest update {goal.id} --wait"
    return _told(begun, "is updated") if done else _told(begun, "is being updated", follow)


def _cancel(work: Workplace, arguments: Namespace) -> Record:
    goal = find_mirror(work, read_mirrors(work.client), arguments.mirror)
    left = work.client.read(Mirror.read, work.client.end(_path(goal)))
    state = left.update["state"] if left.update else None
    if state == "cancelled":
        return _told(left, "keeps what had arrived: its update is cancelled")
    if state in ("queued", "running"):
        follow = f"Whether it has ended: {work.command} ingest"
        return _told(left, "is asked to end its update; it has not ended yet", follow)
    # It was over before, or nobody tells.
    return _told(left, f"has no update that runs, its last one is told as: {state or 'unknown'}")


def _history(work: Workplace, arguments: Namespace) -> Record:
    goal = find_mirror(work, read_mirrors(work.client), arguments.mirror)
    document = work.client.get(f"/ingest/mirrors/{quote(goal.id)}/history")
    return work.client.read(lambda one, as_of: MirrorHistory.read(one, as_of, goal.volume_name), document)


def _told(mirror: Mirror, what: str, *more: str) -> MirrorTold:
    age = mirror_words.data_age(mirror.data, mirror.as_of)
    if age.seconds is None:
        data = f"The age of its data is not known. {age.reason}"
    else:
        data = f"Its data is as of {words.moment(mirror.data['asOf'])}, {mirror_words.span(age.seconds)} old."
    transfer = mirror_words.transfers(mirror.transfer, mirror.last_transfer, mirror.as_of)
    told = [] if transfer == words.UNKNOWN else [f"Transfer: {transfer}"]
    lines = (f"{mirror.volume_name} {what}.", data, *told, *more)
    return MirrorTold(json=mirror.json, as_of=mirror.as_of, lines=lines)


def _path(mirror: Mirror) -> str:
    return f"/ingest/mirrors/{quote(mirror.id)}/update"


def _refuse_mixtures(work: Workplace, arguments: Namespace) -> None:
    """Words that mean nothing together are refused rather than passed over."""
    action = arguments.action
    listing = [("--volume", arguments.volume), ("--fail-if-older", arguments.fail_if_older)]
    updating = [("--wait", arguments.wait), ("--cancel", arguments.cancel), ("--timeout", arguments.timeout)]
    wrong = [name for name, given in (listing if action else []) + (updating if action != "update" else []) if given]
    if wrong:
        raise _usage(work, f"{wrong[0]} does not go with {'ingest ' + action if action else 'a list of mirrors'}.")
    if arguments.timeout and not arguments.wait:
        raise _usage(work, "--timeout goes with --wait only.")
    if action and not arguments.mirror:
        raise _usage(work, f"ingest {action} needs to know which mirror.")


def _usage(work: Workplace, detail: str) -> DatamarkError:
    return error("invalid-request", detail, f"{work.command} ingest --help shows the options.")
