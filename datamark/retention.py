"""The verb `retention`: shows what rules keep and delete, and why; with --apply it asks, then deletes.

What is decided is the sidecar's (server/src/features/retention). Only what was shown is deleted, by its uid.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import words
from .primitives import Document, Size, Tabular
from .problem import EXIT_OK, EXIT_REFUSED, DatamarkError, error
from .verbs import await_deletion
from .workplace import Workplace, choose_volume

# Options of the verb, by the rule of the contract.
RULES = ("last", "days", "hourly", "daily", "weekly", "monthly", "yearly")
# As many as one request takes.
_AT_ONCE = 500

Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class Retention(Tabular):
    """What becomes of each snapshot, and why; `command` does it."""

    items: tuple[Item, ...]
    command: str
    applied: bool = False

    @property
    def going(self) -> tuple[Item, ...]:
        """What no rule keeps and nothing protects."""
        return tuple(one for one in self.items if one["decision"] == "delete")

    @property
    def exit_code(self) -> int:
        """Whether something that was to go is still there."""
        return EXIT_REFUSED if any(_refusal(one) for one in self.items) else EXIT_OK

    def caption(self) -> list[str]:
        """How many of how many."""
        many = words.number(len(self.items), "snapshot", "snapshots")
        if self.applied:
            gone = sum(1 for one in self.items if _state(one) == "deleting")
            return [f"{gone:,} of {many} deleted · {words.as_of(self.as_of)}"]
        return [f"{len(self.going):,} of {many} would be deleted · {words.as_of(self.as_of)}"]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per snapshot."""
        head = ["", "Taken", "Volume", "Title", "Lost", "Why", "Name"]
        return head, [_row(one) for one in self.items]

    def remarks(self) -> list[str]:
        """What to do now."""
        if self.applied:
            return []
        unseen = sum(1 for one in self.going if not one["looked"])
        seen = [f"{unseen:,} of them are looked at for runs, models and clones only when it is done."] if unseen else []
        doing = f"To delete them: {self.command} --apply" if self.going else "There is nothing to delete."
        return [*seen, f"Nothing was deleted. {doing}" if self.going else doing]


def retention(work: Workplace, arguments: Namespace) -> Retention:
    """The plan of the rules; with --apply it asks and deletes."""
    rules = {name: value for name in RULES if (value := getattr(arguments, name)) is not None}
    if not rules:
        next_step = f"For example: {work.command} retention --keep-last 10 --keep-monthly 12"
        raise error("invalid-request", "No rule says what is kept.", next_step)
    request: dict[str, Any] = {"rules": rules}
    if not arguments.all_volumes:
        request["volume"] = choose_volume(work, arguments.volume).id
    given = " ".join(f"--keep-{name} {value:g}" for name, value in rules.items())
    place = "--all-volumes" if arguments.all_volumes else f"--volume {request['volume']}"
    command = f"{work.command} retention {given} {place}"
    plan = _asked(work, request, command)
    if not arguments.apply or not plan.going:
        return plan
    work.say(str(plan))
    question = f"Delete {words.number(len(plan.going), 'snapshot', 'snapshots')}? This can’t be undone."
    work.agree(question, yes=arguments.yes)
    outcomes = _delete(work, request, plan.going, command)
    items = [{**one, **outcomes.get(one["snapshot"], {})} for one in plan.items]
    return Retention(
        json={**plan.json, "items": items}, as_of=plan.as_of, items=tuple(items), command=command, applied=True
    )


def _delete(work: Workplace, request: Document, going: Sequence[Item], command: str) -> dict[str, Item]:
    """Asks until nothing is left undone, and waits for what was begun; answers with what became of each."""
    left = [{"name": one["snapshot"], "uid": one["uid"]} for one in going]
    outcomes: dict[str, Item] = {}
    while left:
        batch = left[:_AT_ONCE]
        asked = {one["name"] for one in batch}
        found = _asked(work, {**request, "apply": batch}, command)
        told = {one["snapshot"]: one for one in found.items if one["snapshot"] in asked}
        later = {name for name, one in told.items() if _state(one) == "not-begun"}
        if later == asked:
            raise error("sidecar-timeout", "Nothing more was deleted in time.", "Look at the state, then try again.")
        for name, one in told.items():
            if name not in later:
                outcomes[name] = _ended(work, one) if _state(one) == "deleting" else one
        left = [one for one in left if one["name"] in later or one["name"] not in asked]
    return outcomes


def _ended(work: Workplace, item: Item) -> Item:
    try:
        await_deletion(work, "snapshot", item["snapshot"], item["title"] or item["snapshot"], item["uid"])
    except DatamarkError as failure:
        return {**item, "outcome": {"state": "kept", "problem": failure.problem}}
    return item


def _asked(work: Workplace, request: Document, command: str) -> Retention:
    document = work.client.post("/retention", request)
    return work.client.read(
        lambda one, _: Retention(json=one, as_of=one["asOf"], items=tuple(one["items"]), command=command), document
    )


def _state(item: Item) -> str | None:
    return None if item["outcome"] is None else str(item["outcome"]["state"])


def _refusal(item: Item) -> str | None:
    return str(item["outcome"]["problem"]["detail"]) if _state(item) == "kept" else None


def _row(one: Item) -> list[str]:
    word = {"deleting": "deleted", "kept": "kept", "not-begun": "not begun"}.get(_state(one) or "", one["decision"])
    return [
        word,
        words.moment(one["createdAt"]),
        one["volumeName"],
        one["title"] or words.UNKNOWN,
        words.size(Size.read(one["lost"])),
        _refusal(one) or " ".join(one["reasons"]),
        one["snapshot"],
    ]
