"""Whether data is young enough to work with: an age that is not known never passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import words
from ..problem import DatamarkError, problem
from ..records import Volume
from .mirror_records import Mirror, MirrorList, source_lines
from .mirror_words import data_age, span


def require_fresh(listing: MirrorList, limit: float, volume: Volume | None, command: str) -> MirrorList:
    """The list, with what was found, where no data is older than `limit` seconds. Raises DatamarkError.

    `volume`: the only one that is asked for. Without it every mirror counts, also those that a source which can’t be
    asked may have.
    """
    ages = {one.id: data_age(one.data, listing.as_of) for one in listing.items}
    older = [one for one in listing.items if (age := ages[one.id].seconds) is not None and age > limit]
    if older:
        raise _failure("data-too-old", f"older than {span(limit)}", older, listing, command)
    unknown = [one for one in listing.items if ages[one.id].seconds is None]
    if unknown:
        raise _failure("data-age-unknown", "of unknown age", unknown, listing, command)
    silent = [line for line in source_lines(listing.sources) if line]
    if not listing.items:
        about = f"into {volume.name} " if volume else ""
        detail = " ".join([f"No mirror {about}is known here, so nothing tells how old the data is.", *silent])
        raise DatamarkError(
            problem("data-age-unknown", detail, "Ask an admin how the data arrives.", about=_of(volume))
        )
    if volume is None and any(one["state"] == "refuses" and not one["asOf"] for one in listing.sources.values()):
        detail = " ".join(["There may be mirrors that nobody has told.", *silent])
        next_step = f"Check a volume alone: {command} ingest --fail-if-older … --volume {listing.items[0].volume}"
        raise DatamarkError(problem("data-age-unknown", detail, next_step))
    return replace(listing, verdict=f"No data here is older than {span(limit)}.")


def _failure(slug: str, what: str, mirrors: list[Mirror], listing: MirrorList, command: str) -> DatamarkError:
    first = mirrors[0]
    names = ", ".join(one.volume_name for one in mirrors)
    detail = f"The data of {names} is {what}."
    next_step = f"Transfer now: {command} ingest update {first.id} --wait"
    if not first.can_update.available:
        next_step = f"It can’t be updated from here: {first.can_update.reason} {first.can_update.fix}".rstrip()
    blockers = [_blocker(slug, one, listing.as_of) for one in mirrors]
    return DatamarkError(problem(slug, detail, next_step, about=first.volume_name, blockers=blockers))


def _blocker(slug: str, one: Mirror, clock: str) -> dict[str, Any]:
    age = data_age(one.data, clock)
    told = age.reason if age.seconds is None else f"{span(age.seconds)}, made {words.moment(one.data['asOf'])}."
    since = one.data["asOf"] if age.seconds is not None else None
    message = f"{one.volume_name}: {told}"
    return {"kind": slug, "object": one.id, "message": message, "fix": "", "by": None, "since": since}


def _of(volume: Volume | None) -> str | None:
    return volume.name if volume else None
