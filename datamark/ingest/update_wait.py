"""Following an update to its end by the event stream. What ends this wait ends no transfer: that is the storage’s."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any, NoReturn

from ..problem import EXIT_NOT_AVAILABLE, DatamarkError, error, problem
from ..workplace import Workplace
from . import mirror_words
from .mirror_records import Mirror, MirrorList
from .read_mirrors import read_mirrors

# Seconds after which the list is read again whatever the events told: it alone tells of sources that don’t answer.
LOOK_AGAIN = 60.0
# Seconds that the sidecar may be out of reach before the wait ends, and before it is tried again.
OUT_OF_REACH = 120.0
BREATH = 0.2


def follow_update(work: Workplace, begun: Mirror, seconds: float) -> Mirror:
    """The mirror once its update has succeeded. Raises DatamarkError, also where the time is over."""
    following = _Following(work, begun, time.monotonic() + seconds)
    try:
        mirror = following.end()
    except KeyboardInterrupt:
        following.progress.done()
        work.say(f"Interrupted. {_goes_on(work, begun)}")
        raise
    finally:
        following.progress.done()
    return _still_running(work, following.seen, seconds) if mirror is None else mirror


class _Following:
    """Level-triggered: events say when to look, and what the list then tells counts."""

    def __init__(self, work: Workplace, begun: Mirror, deadline: float) -> None:
        self.progress = work.progress()
        self.seen = begun
        self._work = work
        self._begun = begun
        self._identity = None if begun.update is None else str(begun.update["id"])
        self._deadline = deadline

    def end(self) -> Mirror | None:
        """The updated mirror; None: the time was over before. Raises DatamarkError where the update did not succeed."""
        if has_succeeded(self._begun, self._identity):
            return self._begun
        reached = time.monotonic()
        while time.monotonic() < self._deadline:
            try:
                with self._work.client.events(min(self._deadline, time.monotonic() + LOOK_AGAIN)) as events:
                    next(events)
                    while not self._looks_done():
                        reached = time.monotonic()
                        while self._is_moving(events):
                            reached = time.monotonic()
                    return self.seen
            except TimeoutError as cause:
                # Time to look again, or the end of all.
                if time.monotonic() - reached > OUT_OF_REACH:
                    raise _unheard(self._begun) from cause
            except (OSError, HTTPException, StopIteration, DatamarkError) as cause:
                self._try_again(cause, reached)
        return None

    def _looks_done(self) -> bool:
        listing = read_mirrors(self._work.client, anew=True)
        self.seen = _same(listing, self._begun)
        self._tell(progress_words(self.seen, listing))
        return has_succeeded(self.seen, self._identity)

    def _is_moving(self, events: Iterator[dict[str, Any]]) -> bool:
        """Tells the next change; False where it calls for another look."""
        event = next(events)
        if event["type"] == "reset":
            return False
        if event["type"] == "remove":
            return (event["kind"], event["id"]) != ("mirror", self._begun.id)
        if event["type"] != "upsert" or (event["object"]["kind"], event["object"]["id"]) != ("mirror", self._begun.id):
            return True
        self.seen = self._work.client.read(Mirror.read, event["object"])
        update = self.seen.update
        if update is None or update["id"] != self._identity or update["state"] not in ("queued", "running"):
            return False
        self._tell(_running_words(self.seen))
        return True

    def _try_again(self, cause: Exception, reached: float) -> None:
        away = not isinstance(cause, DatamarkError) or cause.exit_code == EXIT_NOT_AVAILABLE
        if not away or time.monotonic() - reached > OUT_OF_REACH:
            raise cause if isinstance(cause, DatamarkError) else _unheard(self._begun) from cause
        self._tell("waiting for Datamark to answer again")
        self._work.client.finder.forget()
        time.sleep(min(BREATH, max(0.0, self._deadline - time.monotonic())))

    def _tell(self, what: str) -> None:
        self.progress.update(f"Updating {self._begun.volume_name}: {what}")


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
    return _running_words(mirror)


def _running_words(mirror: Mirror) -> str:
    if mirror.transfer is not None:
        return mirror_words.running(mirror.transfer)
    return str(mirror.update["state"]) if mirror.update else "asked for"


def _same(listing: MirrorList, begun: Mirror) -> Mirror:
    for one in listing.items:
        if (one.id, one.uid) == (begun.id, begun.uid):
            return one
    detail = f"The mirror {begun.id} into {begun.volume_name} is gone; what became of its update is not told."
    next_step = "Ask whoever administers it, and look at the data before you use it."
    raise error("mirror-not-found", detail, next_step, about=begun.id)


def _unheard(mirror: Mirror) -> DatamarkError:
    detail = f"Nothing was heard of {mirror.volume_name} for {OUT_OF_REACH:.0f} s."
    return error("sidecar-timeout", detail, "Its transfer goes on. Look at the mirror.", about=mirror.volume_name)


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
