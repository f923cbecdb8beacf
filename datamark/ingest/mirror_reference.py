"""What people call a mirror: its id, or the volume it replicates into, by name, id or path."""

from __future__ import annotations

from pathlib import Path

from ..problem import DatamarkError, problem
from ..workplace import Workplace
from .mirror_records import Mirror, MirrorList, source_lines


def find_mirror(work: Workplace, listing: MirrorList, reference: str) -> Mirror:
    """The one mirror meant. Raises DatamarkError."""
    found = [one for one in listing.items if one.id == reference]
    found = found or [one for one in listing.items if reference in (one.volume, one.volume_name)]
    found = found or [one for one in listing.items if one.volume in _volumes_at(work, reference)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.id for one in found)
        detail = f"{len(found)} mirrors replicate into {reference}: {ids}."
        raise DatamarkError(problem("invalid-request", detail, "Name one by its id.", about=reference))
    known = ", ".join(f"{one.id} (into {one.volume_name})" for one in listing.items) or "none"
    detail = " ".join([f"There is no mirror {reference}. Mirrors here: {known}.", *source_lines(listing.sources)])
    next_step = f"List them with {work.command} ingest."
    raise DatamarkError(problem("mirror-not-found", detail, next_step, about=reference))


def _volumes_at(work: Workplace, reference: str) -> list[str]:
    if "/" not in reference and reference not in (".", "..", "~"):
        return []
    path = Path(reference).expanduser().resolve()
    return [one.id for one in work.client.volumes() if Path(one.path).resolve() == path]
