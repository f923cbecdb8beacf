"""Plans, results and comparisons of runs, as contract/reproductions.ts and contract/runDifferences.ts tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import words
from ..primitives import Document, Record, Tabular
from .lineage_records import version_words

_STATES = {
    "same": "the same snapshot",
    "other": "another snapshot",
    "only-from": "only the first run names one",
    "only-to": "only the second run names one",
    "unsure": "can’t be told",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class ReproductionPlan(Tabular):
    """What of a run can be brought back."""

    run: str
    version: str | None
    possible: bool
    parts: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, document: Document, as_of: str) -> ReproductionPlan:
        """From the contract's ReproductionPlan."""
        run, version = document["run"], document["version"]
        return cls(
            json=document,
            as_of=as_of,
            run=f"{run['name'] or run['id']} ({run['id']})",
            version=None if version is None else version_words(version),
            possible=document["possible"],
            parts=tuple(document["parts"]),
        )

    def caption(self) -> list[str]:
        """What it is a plan of."""
        of = f"{self.version}, run {self.run}" if self.version else f"Run {self.run}"
        verdict = "can be cloned here" if self.possible else "can’t all be cloned here"
        return [f"{of}: its data {verdict}. Nothing was changed."]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per part."""
        rows = [[" ".join(filter(None, (one["part"], one["of"]))), one["can"], one["message"]] for one in self.parts]
        return ["What", "Brought back", "Because"], rows


@dataclass(frozen=True, kw_only=True, repr=False)
class Reproduced(Record):
    """What was made for a reproduction, and what is to be done now."""

    name: str
    state: str
    notebook: str | None
    text: str

    @classmethod
    def read(cls, document: Document, as_of: str) -> Reproduced:
        """From the contract's Reproduction, which waits for nothing any more."""
        outcome, name = document["outcome"], document["name"]
        clones = ", ".join(f"{one['id']} ({one['path'] or 'not mounted here'})" for one in document["clones"])
        lines = [outcome["message"], *([f"Clones: {clones}"] if clones else [])]
        if outcome["state"] == "written":
            lines.append(f"Notebook: {outcome['path']}")
            lines += ["What is otherwise than in the original:", *(f"  {one}" for one in outcome["substitutions"])]
        elif outcome["state"] == "mount" and outcome["server"]:
            lines.append(f"Start it here: {outcome['server']}")
        missing = [one["message"] for one in document["plan"]["parts"] if one["can"] == "no"]
        if missing:
            lines += ["What can’t be brought back:", *(f"  {one}" for one in missing)]
        return cls(
            json=document,
            as_of=as_of,
            name=name,
            state=outcome["state"],
            notebook=outcome.get("path"),
            text="\n".join(lines),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class RunDifferences(Tabular):
    """What data two runs name differently, volume by volume."""

    labels: tuple[str, str]
    message: str
    data: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, document: Document, as_of: str) -> RunDifferences:
        """From the contract's RunDifferences."""
        first, second = (document[side]["name"] or document[side]["id"] for side in ("from", "to"))
        return cls(
            json=document,
            as_of=as_of,
            labels=(first, second),
            message=document["message"],
            data=tuple(document["data"]),
        )

    def caption(self) -> list[str]:
        """Of which runs, and all in all."""
        return [f"{self.labels[0]}, then {self.labels[1]}: {self.message}"]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per volume."""
        head = ["Volume", self.labels[0], self.labels[1], "Is", "Files"]
        rows = [
            [one["volume"], _side(one["from"]), _side(one["to"]), _STATES[one["state"]], _files(one["files"])]
            for one in self.data
        ]
        return head, rows

    def remarks(self) -> list[str]:
        """Why something can't be told, and which files differ."""
        lines = [one["message"] for one in self.data if one["state"] != "same"]
        for one in self.data:
            files = one["files"]
            if files is not None and files["known"]:
                lines += [f"{found['change']:<9} {one['volume']}/{found['path']}" for found in files["examples"]]
            elif files is not None:
                lines.append(files["reason"])
        return lines


def _side(side: Mapping[str, Any] | None) -> str:
    return words.UNKNOWN if side is None else str(side["link"]["snapshot"])


def _files(files: Mapping[str, Any] | None) -> str:
    if files is None or not files["known"]:
        return words.UNKNOWN
    counts = [f"{files[name]:,} {name}" for name in ("changed", "added", "removed", "undecided") if files[name]]
    whole = "" if files["complete"] else " so far"
    return (", ".join(counts) or "none differ") + whole
