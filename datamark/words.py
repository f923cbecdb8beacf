"""How values read: sizes, times and states, in the words of the panel. Unknown is “–”, never 0."""

from __future__ import annotations

from datetime import datetime, timezone

from .primitives import Size, State
from .records import Operation, Restore, Snapshot, Volume

UNKNOWN = "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PHASES = {
    "planning": "Planning",
    "planned": "Planned, not begun",
    "securing": "Keeping the present",
    "preparing": "Preparing",
    "waiting": "Waiting until no server uses the volume",
    "restoring": "Restoring",
    "verifying": "Checking",
    "succeeded": "Done",
    "rolled-back": "Not done: the data is as before",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def local(instant: str) -> datetime:
    """A time of the contract in the time zone of this process."""
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone()


def moment(instant: str) -> str:
    """`19 Nov 2026, 14:08`: absolute, because output is read again much later."""
    time = local(instant)
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}, {time:%H:%M}"


def as_of(instant: str) -> str:
    """`as of 14:20:06, 19 Nov 2026`."""
    time = local(instant)
    return f"as of {time:%H:%M:%S}, {time.day} {_MONTHS[time.month - 1]} {time.year}"


def duration(milliseconds: float) -> str:
    """`1.8 s`, `42 s`, `2 min 10 s`, `1 h 02 min`."""
    seconds = max(0.0, milliseconds / 1000)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def ago(instant: str, seen: str) -> str:
    """Time from an instant to the moment it was seen: `just now`, `12 min ago`, `3 h ago`, `2 d ago`."""
    seconds = (local(seen) - local(instant)).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    return f"{seconds // 3600:.0f} h ago" if seconds < 86400 else f"{seconds // 86400:.0f} d ago"


def number(count: int, one: str, many: str) -> str:
    """`1 file comes back`, `1,200 files come back`."""
    return f"{count:,} {one if count == 1 else many}"


def amount(count: float) -> str:
    """Bytes in IEC units with three significant digits."""
    unit = "B"
    value = float(count)
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        if value < 999.5:
            break
        value, unit = value / 1024, larger
    digits = 0 if unit == "B" or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f} {unit}"


def size(known: Size) -> str:
    """A measured size, else “–”."""
    return UNKNOWN if known.bytes is None else amount(known.bytes)


def space(volume: Volume) -> str:
    """`12.4 GiB of 50.0 GiB`, `12.4 GiB · 31.0 GiB free`, `–`."""
    if volume.requested.bytes is not None:
        return f"{size(volume.used)} of {size(volume.requested)}"
    return f"{size(volume.used)} used" + (f" · {size(volume.free)} free" if volume.free.bytes is not None else "")


def state(known: State, seen: str) -> str:
    """`Ready`, `Creating, 42 s`, `Failed: the disk is full`."""
    if known.phase == "ready":
        return "Ready"
    if known.phase == "failed":
        return f"Failed: {known.message}"
    if known.awaits_use:
        return known.message
    word = {"pending": "Creating", "deleting": "Deleting"}.get(known.phase, known.phase)
    waited = (local(seen) - local(known.at)).total_seconds() * 1000 if known.at else 0
    return f"{word}, {duration(waited)}" if waited >= 1000 else word


def badges(snapshot: Snapshot) -> list[str]:
    """What a snapshot is besides its state: held, safety, automatic, made elsewhere, incomplete."""
    found = []
    if snapshot.held_until == "forever":
        found.append("held")
    elif snapshot.held_until and local(snapshot.held_until) > datetime.now(timezone.utc):
        found.append(f"held until {moment(snapshot.held_until)}")
    found += {"safety": ["safety"], "auto": ["auto"], "other": ["made outside Datamark"], "imported": ["imported"]}.get(
        snapshot.origin, []
    )
    if snapshot.omitted:
        found.append(number(snapshot.omitted, "file not as it was", "files not as they were"))
    return found


def ready(snapshot: Snapshot) -> str:
    """`ready in 1.8 s` where we waited for it, else its state."""
    if snapshot.state.phase == "ready" and snapshot.ready_in_ms is not None:
        return f"ready in {duration(snapshot.ready_in_ms)}"
    words = state(snapshot.state, snapshot.as_of)
    return words[0].lower() + words[1:]


def notebook(snapshot: Snapshot) -> str:
    """File name of the notebook that asked for it."""
    return snapshot.notebook.rsplit("/", 1)[-1] if snapshot.notebook else UNKNOWN


def restore_state(restore: Restore) -> str:
    """Where a restore stands, with the reason if it failed."""
    words = _PHASES.get(restore.phase, restore.phase)
    if restore.phase in ("failed", "rolled-back") and restore.problem:
        return f"{words}. {restore.problem['detail']}"
    return words


def operation_state(operation: Operation) -> str:
    """What an operation does now."""
    return f"{operation.state}: {operation.text}" if operation.text else operation.state


def plan_lines(restore: Restore) -> list[str]:
    """What a planned restore would do, one sentence a line."""
    plan = restore.plan
    if plan is None:
        return [restore.message]
    changes = plan["changes"]
    lines = []
    if changes["known"]:
        counts = {name: changes[name]["files"] for name in ("reverted", "returned", "removed")}
        kept = "(kept for Undo)" if restore.strategy == "swap" else "(kept in the safety snapshot)"
        if counts["reverted"]:
            lines.append(number(counts["reverted"], "file goes back", "files go back") + " to older content")
        if counts["returned"]:
            lines.append(number(counts["returned"], "deleted file comes back", "deleted files come back"))
        if counts["removed"]:
            gone = number(counts["removed"], "file made since then goes away", "files made since then go away")
            lines.append(f"{gone} {kept}")
        if not lines:
            lines.append("No file differs: nothing would change")
    else:
        lines.append(changes["reason"] if restore.strategy == "files" else f"{UNKNOWN} {changes['reason']}")
    lines += list(plan["warnings"])
    if plan["blockers"]:
        lines += [f"{blocker['message']} {blocker['fix']}".rstrip() for blocker in plan["blockers"]]
        return lines
    if restore.strategy == "files":
        return [*lines, "Nothing stands in the way."]
    if plan["stopsServer"]:
        lines.append("Your server has to stop for it.")
    lines += [f"{one['cost']} {one['risk']}" for one in plan.get("options", [])[:1]]
    last = plan["lastDurationMs"]
    if restore.undo_of:
        took = "" if last is None else f" The last restore here took {duration(last)}."
        return [*lines, f"Nothing blocks this undo.{took}"]
    took = "No earlier restore to compare with." if last is None else f"The last one here took {duration(last)}."
    return [*lines, f"Nothing blocks this restore. {took}"]
