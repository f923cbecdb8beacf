"""Records as text, HTML and JSON: what a cell shows, what a terminal prints, what a saved notebook keeps.

HTML is for places that know nothing of Datamark (GitHub, VS Code, nbconvert): no scripts, no classes, all escaped.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from html import escape
from typing import Any
from unicodedata import combining, east_asian_width

from . import words
from .lineage.lineage_records import LinkedRun
from .lineage.reproduction_records import Reproduced
from .primitives import Record, Tabular
from .records import Clone, DeletePlan, Done, Listing, Operation, Restore, Snapshot, Status, Volume
from .report import Report, finding_lines, report_lines, report_rows, summary_line

SNAPSHOT_MIME = "application/vnd.datamark.snapshot.v1+json"
SNAPSHOTS_MIME = "application/vnd.datamark.snapshots.v1+json"
# Saved notebooks keep what is shown for years.
SHOWN_ROWS = 50
SHOWN_MESSAGE = 500

Table = tuple[list[str], list[list[str]]]

# What would move the cursor, recolour the terminal or turn the reading direction of what follows.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BORDER = "1px solid rgba(128,128,128,.4)"
_CELL = f"padding:3px 10px;border-bottom:{_BORDER};text-align:left"


def bundle(record: Record) -> dict[str, Any]:
    """All ways a cell can show a record, by MIME type."""
    shown: dict[str, Any] = {"text/plain": plain(record), "text/html": html(record)}
    if isinstance(record, Snapshot):
        shown[SNAPSHOT_MIME] = {"kind": "snapshot", "version": 1, **_data(record), "asOf": record.as_of}
    elif isinstance(record, Listing) and record.kind == "snapshot" and record.volume:
        items = [_data(one) for one in record.items[:SHOWN_ROWS]]
        volume = {"id": record.volume.id, "name": record.volume.name}
        shown[SNAPSHOTS_MIME] = {
            "kind": "snapshots",
            "version": 1,
            "volume": volume,
            "total": record.total,
            "items": items,
            "asOf": record.as_of,
        }
    return shown


def plain(record: Record, *, width: int | None = None) -> str:
    """A record as text, tables no wider than `width` (default: the terminal)."""
    if isinstance(record, Listing):
        head, rows = table(record)
        if not rows:
            return clean(empty(record))
        note = [clean(caption(record))] if record.kind == "snapshot" else []
        return "\n".join([*note, *_aligned(head, rows, width or terminal_width())])
    if isinstance(record, Tabular):
        head, rows = record.table()
        lines = _aligned(head, rows, width or terminal_width()) if rows else []
        return "\n".join([*map(clean, record.caption()), *lines, *map(clean, record.remarks())])
    if isinstance(record, Status):
        rows = [[volume.name, last_snapshot(volume), words.space(volume)] for volume in record.volumes]
        lines = _aligned([], rows, width or terminal_width())
        return "\n".join([*lines, *map(clean, status_lines(record))])
    if isinstance(record, Report):
        return "\n".join(map(clean, report_lines(record)))
    return "\n".join(clean(line) for line in sentences(record))


def terminal_width() -> int:
    """Columns of the terminal (or COLUMNS); where the text goes to a notebook, file or pipe, nothing is cut off."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if is_terminal or os.environ.get("COLUMNS") else sys.maxsize


def html(record: Record) -> str:
    """A record as HTML that reads in light and dark and without any style at all."""
    if isinstance(record, Listing):
        head, rows = table(record)
        if not rows:
            return f"<p>{_text(empty(record))}</p>"
        shown = rows[:SHOWN_ROWS]
        heading = f"<p>{_text(caption(record))}</p>" if record.kind == "snapshot" else ""
        return heading + _html_table(head, shown)
    if isinstance(record, Tabular):
        head, rows = record.table()
        before, after = (
            "".join(f"<p>{_text(one)}</p>" for one in part) for part in (record.caption(), record.remarks())
        )
        left = len(rows) - SHOWN_ROWS
        more = f"<p>and {left:,} more, which print() shows</p>" if left > 0 else ""
        return before + (_html_table(head, rows[:SHOWN_ROWS]) if rows else "") + more + after
    if isinstance(record, Status):
        rows = [[volume.name, last_snapshot(volume), words.space(volume)] for volume in record.volumes]
        return _html_table([], rows) + "".join(f"<p>{_text(line)}</p>" for line in status_lines(record))
    if isinstance(record, Report):
        return f"<p>{_text(summary_line(record))}</p>" + _html_table([], report_rows(record))
    if isinstance(record, Snapshot):
        mark = {"ready": "✓", "failed": "✗"}.get(record.state.phase, "…")
        facts = " · ".join([words.ready(record), *words.badges(record)])
        name = f'<bdi><strong title="{_text(record.name)}">{_text(record.label)}</strong></bdi>'
        return (
            f'<div style="border:{_BORDER};padding:6px 10px">{mark} Snapshot {name} of '
            f'<bdi>{_text(record.volume_name)}</bdi> <span style="opacity:.8">{_text(facts)}</span></div>'
        )
    first, *rest = sentences(record)
    lines = "".join(f"<br>{_text(line)}" for line in rest)
    return f'<div style="border:{_BORDER};padding:6px 10px"><strong>{_text(first)}</strong>{lines}</div>'


def table(listing: Listing) -> Table:
    """Heading and rows of a listing."""
    rows: list[list[str]]
    if listing.kind == "volume":
        volumes: tuple[Volume, ...] = listing.items
        head = ["Volume", "Path", "Space", "Snapshots", "Last snapshot", "Stored by"]
        rows = [
            [one.name, one.path, words.space(one), str(one.snapshot_count), last_snapshot(one), one.driver]
            for one in volumes
        ]
    elif listing.kind == "snapshot":
        head = ["Taken", "Title", "Notebook", "State", "Name"]
        rows = [_snapshot_row(one) for one in listing.items]
    elif listing.kind == "clone":
        clones: tuple[Clone, ...] = listing.items
        head = ["Made", "Clone", "From", "Size", "State", "Path"]
        rows = [
            [
                words.moment(one.created_at),
                one.name,
                f"{one.source_label} of {one.volume_name}" + ("" if one.source_exists else " (deleted since)"),
                words.size(one.size),
                words.state(one.state, one.as_of),
                one.path or "not mounted here",
            ]
            for one in clones
        ]
    elif listing.kind == "restore":
        restores: tuple[Restore, ...] = listing.items
        head = ["Asked", "Volume", "To", "State", "Undo", "Id"]
        rows = [
            [
                words.moment(one.created_at),
                one.volume_name,
                words.moment(one.snapshot_created_at),
                words.restore_state(one),
                "possible" if one.can_undo else words.UNKNOWN,
                one.id,
            ]
            for one in restores
        ]
    else:
        operations: tuple[Operation, ...] = listing.items
        head = ["Begun", "What", "Object", "Volume", "State", "Id"]
        rows = [
            [
                words.moment(one.started_at),
                one.verb,
                one.object_label,
                one.volume_name,
                words.operation_state(one),
                one.id,
            ]
            for one in operations
        ]
    return head, rows


def _snapshot_row(one: Snapshot) -> list[str]:
    title = " · ".join([one.title or words.UNKNOWN, *words.badges(one)])
    return [words.moment(one.created_at), title, words.notebook(one), words.state(one.state, one.as_of), one.name]


def caption(listing: Listing) -> str:
    """`home · 6 of 38 snapshots · as of 14:20:06, 19 Nov 2026`."""
    volume = f"{listing.volume.name} · " if listing.volume else ""
    snapshots = words.number(listing.total, "snapshot", "snapshots")
    return f"{volume}{len(listing)} of {snapshots} · {words.as_of(listing.as_of)}"


def empty(listing: Listing) -> str:
    """What stands in place of a list without rows."""
    if listing.kind == "snapshot" and listing.volume:
        found = "match" if listing.volume.snapshot_count else "yet"
        return f"No snapshots of {listing.volume.name} {found}"
    return {"volume": "No volumes found", "clone": "No clones yet", "restore": "No restores yet"}.get(
        listing.kind, "Nothing is running"
    )


def last_snapshot(volume: Volume) -> str:
    """`snapshot 12 min ago`, `no snapshots`."""
    return f"snapshot {words.ago(volume.last_snapshot_at, volume.as_of)}" if volume.last_snapshot_at else "no snapshots"


_VERBS = {"files": "copying files back"}


def status_lines(status: Status) -> list[str]:
    """Who answers, and what is off or wrong."""
    who = f"Datamark {status.version} · {status.label} · {words.as_of(status.as_of)}"
    if status.report is not None:
        problems = [line for one in status.report.problems for line in finding_lines(one)]
        return [who, f"Check: {summary_line(status.report)}", *problems, *status.current]
    return [
        who,
        *[f"{_VERBS.get(verb, verb)} is off: {can.reason} {can.fix}".rstrip() for verb, can in status.off.items()],
        *status.notices,
    ]


def sentences(record: Record) -> list[str]:
    """One record in a few lines; the first says what it is."""
    if isinstance(record, Snapshot):
        facts = " · ".join([words.ready(record), *words.badges(record)])
        return [f"Snapshot {record.label} of {record.volume_name} · {facts}"]
    if isinstance(record, Clone):
        ready = record.state.phase == "ready"
        work = f"Work in {record.path}" if record.path else f"Ready: a new server can mount {record.id}"
        where = work if ready else words.state(record.state, record.as_of)
        return [f"Clone {record.name} of {record.source_label} · {where}"]
    if isinstance(record, Volume):
        return [f"{record.name} · {record.path} · {words.space(record)}"]
    if isinstance(record, DeletePlan):
        lines = [f"Delete {record.what} “{record.label}”?" if record.allowed else f"{record.label} can’t be deleted"]
        lines += [f"{blocker['message']} {blocker['fix']}".rstrip() for blocker in record.blockers]
        if record.allowed:
            what = f"Files that only this {record.what} holds are lost"
            reason = "" if record.lost.bytes is not None else f" ({record.lost.reason})"
            lines += [*record.warnings, f"This can’t be undone. {what}: {words.size(record.lost)}{reason}."]
        return lines
    if isinstance(record, Restore):
        return restore_sentences(record)
    if isinstance(record, Operation):
        return [f"{record.verb} {record.object_label}: {words.operation_state(record)}"]
    return record.text.splitlines() if isinstance(record, (Done, LinkedRun, Reproduced)) else [repr(record)]


def restore_sentences(restore: Restore) -> list[str]:
    """A restore in words: its plan, or what became of it."""
    goal = words.moment(restore.snapshot_created_at)
    if restore.phase == "planned":
        if restore.plan and restore.plan["blockers"]:
            return [f"{restore.volume_name} can’t be restored yet", *words.plan_lines(restore)]
        undone = f"Undo the restore of {restore.volume_name}?"
        some = restore.strategy == "files"
        whole = f"Copy files of {restore.volume_name} back from {goal}?" if some else None
        question = undone if restore.undo_of else whole or f"Restore {restore.volume_name} to {goal}?"
        return [question, *words.plan_lines(restore)]
    if restore.phase == "succeeded" and restore.target:
        return [f"Files of {restore.volume_name} from {goal} are in {restore.target}"]
    if restore.phase == "succeeded":
        lines = [f"{restore.volume_name} is restored to {goal}"]
        took = [step["durationMs"] for step in restore.json["steps"]]
        if took and all(one is not None for one in took):
            lines[0] += f". It took {words.duration(sum(took))}."
        if restore.kept:
            lines.append(f"Files that changed during the restore are kept in {restore.kept}")
        return lines
    if restore.phase in ("failed", "rolled-back", "cancelled"):
        return [f"{restore.volume_name} was not restored", words.restore_state(restore)]
    return [f"{restore.volume_name}: {words.restore_state(restore)}", restore.message]


def clean(text: str) -> str:
    """Text that can’t steer a terminal: control and direction characters become a visible sign."""
    return _CONTROLS.sub("�", text)


def _data(one: Snapshot) -> dict[str, Any]:
    return {
        "name": one.name,
        "uid": one.uid,
        "volume": {"id": one.volume, "name": one.volume_name},
        "title": one.title,
        "createdAt": one.created_at,
        "origin": one.origin,
        "heldUntil": one.held_until,
        "notebook": one.notebook,
        "state": {"phase": one.state.phase, "at": one.state.at, "message": one.state.message[:SHOWN_MESSAGE]},
        "readyInMs": one.ready_in_ms,
    }


def _text(value: str) -> str:
    return escape(clean(value))


def _html_table(head: list[str], rows: list[list[str]]) -> str:
    heading = "".join(f'<th style="{_CELL}">{_text(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}"><bdi>{_text(cell)}</bdi></td>' for cell in row) + "</tr>" for row in rows
    )
    top = f"<thead><tr>{heading}</tr></thead>" if head else ""
    return f'<table style="border-collapse:collapse">{top}<tbody>{body}</tbody></table>'


def _columns(text: str) -> int:
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def _fit(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text + " " * (width - _columns(text))
    kept = ""
    for one in text:
        if _columns(kept + one) > width - 1:
            break
        kept += one
    return kept + "…" + " " * (width - 1 - _columns(kept))


def _aligned(head: list[str], rows: list[list[str]], width: int) -> list[str]:
    lines = [[clean(cell) for cell in row] for row in ([head] if head else []) + rows]
    widths = [max(_columns(cell) for cell in column) for column in zip(*lines, strict=True)]
    # The last column is a name or path that people copy: the widest other one gives way.
    while sum(widths) + 2 * (len(widths) - 1) > width:
        widest = max(range(len(widths) - 1 or 1), key=lambda index: widths[index])
        if widths[widest] <= 8:
            break
        widths[widest] -= 1
    shown = []
    for line in lines:
        cells = [_fit(cell, room) for cell, room in zip(line[:-1], widths[:-1], strict=True)]
        shown.append("  ".join([*cells, line[-1]]).rstrip())
    return shown
