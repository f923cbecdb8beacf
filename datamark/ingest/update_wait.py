"""Following an update to its end. The transfer is the storage's: nothing that ends this wait ends the transfer."""

from __future__ import annotations

import time
from typing import NoReturn

from ..problem import EXIT_NOT_AVAILABLE, DatamarkError, error, problem
from ..workplace import Workplace
from . import mirror_words
from .mirror_records import Mirror, MirrorList
from .read_mirrors import read_mirrors

# Seconds between looks: an update of little data is soon over, and storage is asked anew every 5 s at most.
FIRST_LOOK, LOOK = 0.5, 5.0
# Seconds that the sidecar may be out of reach before the wait ends.
OUT_OF_REACH = 120.0


def follow_update(work: Workplace, begun: Mirror, seconds: float) -> Mirror:
    """The mirror once its update has succeeded. Raises DatamarkError, also where the time is over."""
    progress = work.progress()
    deadline = time.monotonic() + seconds
    reached = time.monotonic()
    pause = FIRST_LOOK
    mirror = begun
    identity = _identity(begun)
    try:
        while not has_succeeded(mirror, identity):
            if time.monotonic() >= deadline:
                _still_running(work, mirror, seconds)
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(2 * pause, LOOK)
            try:
                listing = read_mirrors(work.client, anew=True)
            except DatamarkError as failure:
                if failure.exit_code != EXIT_NOT_AVAILABLE or time.monotonic() - reached > OUT_OF_REACH:
                    raise
                progress.update(f"Updating {begun.volume_name}: waiting for Datamark to answer again")
                continue
            reached = time.monotonic()
            mirror = _same(listing, begun)
            progress.update(f"Updating {begun.volume_name}: {progress_words(mirror, listing)}")
        return mirror
    except KeyboardInterrupt:
        progress.done()
        work.say(f"Interrupted. {_goes_on(work, begun)}")
        raise
    finally:
        progress.done()


def has_succeeded(mirror: Mirror, identity: str | None) -> bool:
    """Whether this update has succeeded; False while it runs. Raises DatamarkError where it ended otherwise."""
    update, name = mirror.update, mirror.volume_name
    if update is None or update["id"] != identity:
        what = "is not told any more" if update is None else "is not told: another one has begun since"
        detail = f"What became of the update of {name} {what}."
        raise error("object-changed", detail, "Look at its last transfer before you use the data.", about=name)
    why = mirror_words.reasons(update["reasons"])
    if update["state"] == "failed":
        next_step = "Look at its state and health, then try again."
        failure = problem("storage-failed", why or "The storage does not say why.", next_step, about=name)
        raise DatamarkError({**failure, "title": f"{name} was not updated"})
    if update["state"] == "cancelled":
        detail = f"The update of {name} was cancelled. {why}".rstrip()
        raise error("cancelled", detail, "What had arrived before is as it was.", about=name)
    return bool(update["state"] == "succeeded")


def progress_words(mirror: Mirror, listing: MirrorList) -> str:
    """What it does now, or that its source does not answer now."""
    refusal = mirror_words.source(mirror.told_by, listing.sources[mirror.told_by])
    if refusal:
        return refusal
    if mirror.transfer is not None:
        return mirror_words.running(mirror.transfer)
    return str(mirror.update["state"]) if mirror.update else "asked for"


def _identity(begun: Mirror) -> str | None:
    return None if begun.update is None else str(begun.update["id"])


def _same(listing: MirrorList, begun: Mirror) -> Mirror:
    for one in listing.items:
        if (one.id, one.uid) == (begun.id, begun.uid):
            return one
    detail = f"The mirror {begun.id} into {begun.volume_name} is gone; what became of its update is not told."
    next_step = "Ask whoever administers it, and look at the data before you use it."
    raise error("mirror-not-found", detail, next_step, about=begun.id)


def _still_running(work: Workplace, mirror: Mirror, seconds: float) -> NoReturn:
    state = mirror_words.running(mirror.transfer) if mirror.transfer else "it has not ended"
    detail = f"{mirror.volume_name} is not updated after {mirror_words.span(seconds)}: {state}."
    raise error("not-ready", detail, _goes_on(work, mirror), about=mirror.volume_name)


def _goes_on(work: Workplace, mirror: Mirror) -> str:
    end = (
        ""
        if not mirror.update or not mirror.update["cancel"]["available"]
        else f"; {_command(work, mirror)} --cancel ends it"
    )
    return f"The transfer is not cancelled, it goes on. {_command(work, mirror)} --wait follows it again{end}."


def _command(work: Workplace, mirror: Mirror) -> str:
    return f"{work.command} ingest update {mirror.id}"
