"""What people call a snapshot: its name, a unique beginning or end of it, its title, `latest` or `-1`, `-2`, …"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .problem import DatamarkError, problem
from .records import Clone, Snapshot, Volume
from .workplace import Workplace, choose_volume

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_PAGE = 500
_CANDIDATES = 8


def find_snapshot(workplace: Workplace, reference: str, wanted_volume: str | None) -> Snapshot:
    """The one snapshot meant; in all volumes, unless one is wanted. Raises DatamarkError."""
    client = workplace.client
    counted = re.fullmatch(r"-([1-9][0-9]*)|latest", reference)
    if counted:
        return _newest(workplace, choose_volume(workplace, wanted_volume), int(counted[1] or 1))
    volume = choose_volume(workplace, wanted_volume) if wanted_volume is not None else None
    if len(reference) <= 253 and _NAME.fullmatch(reference):
        try:
            snapshot = client.snapshot(reference)
            if volume is None or snapshot.volume == volume.id:
                return snapshot
        except DatamarkError as failure:
            if failure.slug != "snapshot-not-found":
                raise
    known = [one for place in ([volume] if volume else client.volumes()) for one in _all(workplace, place)]
    ways: list[Callable[[Snapshot], bool]] = [
        lambda one: one.name == reference,
        lambda one: one.title == reference,
        lambda one: one.name.startswith(reference) or one.name.endswith(reference),
    ]
    for way in ways:
        found = [one for one in known if way(one)]
        if len(found) == 1:
            return found[0]
        if found:
            shown = "\n".join(f"· {one.name}  {one.label}  ({one.volume_name})" for one in found[:_CANDIDATES])
            more = f"\n· and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
            detail = f"{len(found)} snapshots match {reference}:\n{shown}{more}"
            raise DatamarkError(problem("invalid-request", detail, "Use the whole name of one.", about=reference))
    where = f" of {volume.name}" if volume else ""
    detail = f"There is no snapshot {reference}{where}."
    raise DatamarkError(
        problem("snapshot-not-found", detail, f"List them with {workplace.command} snapshots.", about=reference)
    )


def find_clone(workplace: Workplace, reference: str) -> Clone:
    """The one clone meant, by id or name. Raises DatamarkError."""
    clones: list[Clone] = list(workplace.client.clones())
    found = [one for one in clones if reference == one.id] or [one for one in clones if reference == one.name]
    if len(found) == 1:
        return found[0]
    if found:
        detail = f"{len(found)} clones are called {reference}: {', '.join(one.id for one in found)}."
        raise DatamarkError(problem("invalid-request", detail, "Use the id of one.", about=reference))
    next_step = f"List them with {workplace.command} clones."
    raise DatamarkError(problem("clone-not-found", f"There is no clone {reference}.", next_step, about=reference))


def _newest(workplace: Workplace, volume: Volume, count: int) -> Snapshot:
    # A safety snapshot is older data kept for Undo; nobody means it by "latest".
    seen = 0
    for snapshot in _all(workplace, volume):
        if snapshot.state.phase == "ready" and snapshot.origin != "safety":
            seen += 1
            if seen == count:
                return snapshot
    has = "no snapshot that is ready" if seen == 0 else f"only {seen} that are ready"
    detail = f"{volume.name} has {has}."
    next_step = f"List them with {workplace.command} snapshots --volume {volume.id}."
    raise DatamarkError(problem("snapshot-not-found", detail, next_step, about=volume.name))


def _all(workplace: Workplace, volume: Volume) -> Iterator[Snapshot]:
    cursor = ""
    while True:
        page = workplace.client.snapshots(volume, limit=_PAGE, cursor=cursor)
        yield from page
        cursor = str(page.json.get("nextCursor") or "")
        if not cursor:
            return
