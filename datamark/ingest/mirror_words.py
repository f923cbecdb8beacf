"""Parts of a mirror in words. What is not told is “–” or said to be unknown, never a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .. import words
from ..primitives import Document

# Clocks of two machines differ by this without anything being wrong.
CLOCKS_DIFFER = 60.0
_SOURCES = {"trident": "Trident", "ontap": "ONTAP"}


class DataAge(NamedTuple):
    """Seconds since the exported snapshot was made; None and the reason where that is not known."""

    seconds: float | None
    reason: str = ""


def data_age(data: Document, clock: str) -> DataAge:
    """The age at a moment of the clock that the mirror was told by."""
    if not data["known"]:
        return DataAge(None, data["reason"])
    seconds = (words.local(clock) - words.local(data["asOf"])).total_seconds()
    if seconds < -CLOCKS_DIFFER:
        return DataAge(None, f"By its time it was made {span(-seconds)} from now: a clock is wrong.")
    return DataAge(max(0.0, seconds))


def span(seconds: float | None) -> str:
    """`42 s`, `12 min`, `3 h 5 min`, `2 d 3 h`; “–” for None."""
    if seconds is None:
        return words.UNKNOWN
    if seconds < 60:
        return words.duration(seconds * 1000)
    for size, unit, less, lesser in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if seconds >= size:
            rest = int(seconds % size // less)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {lesser}" if rest else "")
    return f"{int(seconds // 60)} min"


def bytes_told(count: float | None) -> str:
    """An amount, or “–”."""
    return words.UNKNOWN if count is None else words.amount(count)


def state(known: str, as_told: str | None) -> str:
    """`mirrored`, `broken off`; a state that is new to Datamark stands in the words of who told it."""
    if known == "unknown":
        return f"“{as_told}”" if as_told else "unknown"
    return known.replace("-", " ")


def reason(one: Document) -> str:
    """As the storage says it, with its code."""
    return f"{one['message']} ({one['code']})" if one["code"] else str(one["message"])


def reasons(all_of_them: Sequence[Document]) -> str:
    """Some of them in one line."""
    return " ".join(reason(one) for one in all_of_them)


def health(known: Document) -> str:
    """`healthy`, `unhealthy`, `unknown`."""
    return str(known["state"])


def health_reasons(known: Document) -> list[str]:
    """Why it is not known to be healthy."""
    if known["state"] == "unhealthy":
        return [reason(one) for one in known["reasons"]] or ["unhealthy, and the storage does not say why."]
    return [f"its health is not known. {known['reason']}"] if known["state"] == "unknown" else []


def age_cell(data: Document, guard: Document | None, clock: str) -> str:
    """`12 min`, `3 h 5 min (1 h allowed)`, `not known`."""
    age = data_age(data, clock)
    told = "not known" if age.seconds is None else span(age.seconds)
    stale = guard is not None and (guard["state"] != "fresh" or age.seconds is None)
    return f"{told} ({span(guard['maxAgeSeconds'])} allowed)" if stale and guard else told


def running(transfer: Document) -> str:
    """`update queued`; `update running: 4.20 GiB so far, for 3 min, 25.0 MiB/s`. There is no total to divide by."""
    if transfer["state"] == "queued":
        return f"{_type(transfer)} queued"
    facts = [f"{bytes_told(transfer['bytes'])} so far" if transfer["bytes"] is not None else ""]
    facts.append(f"for {span(transfer['seconds'])}" if transfer["seconds"] is not None else "")
    facts.append(_rate(transfer))
    told = ", ".join(one for one in facts if one)
    return f"{_type(transfer)} running" + (f": {told}" if told else "")


def ended(transfer: Document, clock: str) -> str:
    """`update, 1.20 GiB in 42 s, 29.0 MiB/s, 12 min ago`; one that did not succeed says so first."""
    outcome = {"succeeded": "", "unknown": ", outcome not told"}.get(transfer["state"], f" {transfer['state']}")
    facts = [bytes_told(transfer["bytes"]) if transfer["bytes"] is not None else ""]
    if transfer["seconds"] is not None:
        facts[0] = f"{facts[0]} in {span(transfer['seconds'])}".strip()
    facts.append(_rate(transfer))
    facts.append(words.ago(transfer["endedAt"], clock) if transfer["endedAt"] else "")
    why = reasons(transfer["reasons"])
    return ", ".join(one for one in (f"{_type(transfer)}{outcome}", *facts) if one) + (f": {why}" if why else "")


def transfers(now: Document | None, last: Document | None, clock: str) -> str:
    """The one that runs, else the last."""
    if now is not None:
        return running(now)
    return words.UNKNOWN if last is None else ended(last, clock)


def next_transfer(schedule: Document | None, clock: str) -> str:
    """`in 12 min`, `due for 3 min`, `by schedule hourly, time not told`; “–” without a schedule."""
    if schedule is None:
        return words.UNKNOWN
    if schedule["nextAt"] is None:
        return f"by schedule {schedule['name']}, time not told"
    left = (words.local(schedule["nextAt"]) - words.local(clock)).total_seconds()
    return f"in {span(left)}" if left >= 0 else f"due for {span(-left)}"


def source(name: str, told: Document) -> str:
    """Why a source tells nothing, or nothing new; empty where it answers."""
    who = _SOURCES.get(name, name)
    if told["state"] == "absent":
        return f"{who}: {told['reason']}"
    if told["state"] == "refuses":
        then = f"What is shown is of {words.moment(told['asOf'])}." if told["asOf"] else "It has told nothing yet."
        return f"{who} can’t be asked. {told['problem']['detail']} {told['problem']['next']} {then}"
    return ""


def _type(transfer: Document) -> str:
    return "transfer" if transfer["type"] == "unknown" else str(transfer["type"])


def _rate(transfer: Document) -> str:
    rate = transfer["bytesPerSecond"]
    return "" if rate is None else f"{words.amount(rate)}/s"
