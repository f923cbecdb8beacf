"""From a snapshot that a run names to its files: the clone that is mounted here, or the way to one."""

from __future__ import annotations

from collections.abc import Mapping

from ..client import Client
from ..connection import Finder
from ..problem import DatamarkError, error
from ..records import Clone, Snapshot


def mounted_clone(fields: Mapping[str, str]) -> str:
    """Path of the newest clone that is mounted here. Raises DatamarkError, which says how to get one."""
    finder = Finder()
    try:
        return _path(Client(finder), fields)
    finally:
        finder.close()


def _path(client: Client, fields: Mapping[str, str]) -> str:
    clones: list[Clone] = [one for one in client.clones() if _is_of(one, fields)]
    ready = sorted((one for one in clones if one.state.phase == "ready"), key=lambda one: str(one.created_at))
    mounted = [one.path for one in ready if one.path is not None]
    if mounted:
        return mounted[-1]
    name = fields["snapshot"]
    of = f"{name} of {fields['volume']}"
    if ready:
        one = ready[-1]
        detail = f"Clone {one.name} of snapshot {of} is not mounted here."
        raise error("not-supported", detail, f"Start a server that mounts {one.id}, then load it there.", about=one.id)
    if clones:
        one = clones[-1]
        detail = f"Clone {one.name} of snapshot {of} is not ready: {one.state.message or one.state.phase}."
        raise error("not-supported", detail, "Look at it with %datamark clones, then load it again.", about=one.id)
    found = _snapshot(client, fields)
    also = f" To only read: {found.path}" if found.path else ""
    next_step = f"Make one with %datamark clone {name} (in a shell: datamark clone {name}), then load it again.{also}"
    raise error("clone-not-found", f"Snapshot {of} has no clone here.", next_step, about=name)


def _is_of(clone: Clone, fields: Mapping[str, str]) -> bool:
    """By name and moment: a snapshot that is deleted and made again under its name is of another moment."""
    source = clone.json["source"]
    return (source["kind"], source["name"], source["createdAt"]) == ("snapshot", fields["snapshot"], fields["time"])


def _snapshot(client: Client, fields: Mapping[str, str]) -> Snapshot:
    name = fields["snapshot"]
    place = f"{fields['volume']} (cluster {fields['cluster']}, namespace {fields['namespace']})"
    try:
        found = client.snapshot(name)
    except DatamarkError as failure:
        if failure.slug != "snapshot-not-found":
            raise
        detail = f"There is no snapshot {name} of {place} here."
        next_step = "It was deleted, or it is on another server: load it there."
        raise error("snapshot-not-found", detail, next_step, about=name) from None
    if found.uid != fields["uid"]:
        detail = f"The snapshot {name} that is here is another one: the run used {fields['uid']}, this is {found.uid}."
        raise error("snapshot-not-found", detail, "Its data may differ. That of the run is not here.", about=name)
    return found
