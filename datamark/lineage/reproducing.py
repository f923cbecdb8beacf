"""The verbs that go from a run or a model back to its data: `card`, `compare` and `reproduce`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from ..client import now
from ..primitives import Record
from ..problem import DatamarkError, error
from ..records import Clone, Done
from ..verbs import cloned
from ..waiting import Wait
from ..workplace import Workplace
from .reproduction_records import Reproduced, ReproductionPlan, RunDifferences


def card(work: Workplace, arguments: Namespace) -> Record:
    """Which data a model version, or a run, was made with, as Markdown."""
    asked = str(arguments.of)
    found = work.client.get("/lineage/card", {"model" if asked.startswith("models:") else "run": asked})
    return Done(json=found, as_of=now(), text=str(found["markdown"]).rstrip("\n"))


def compare(work: Workplace, arguments: Namespace) -> Record:
    """What data differs between two runs or model versions."""
    found = work.client.get("/lineage/differences", {"from": arguments.first, "to": arguments.second})
    return work.client.read(RunDifferences.read, found)


def reproduce(work: Workplace, arguments: Namespace) -> Record:
    """Clones the data of a run and writes a notebook that runs it again; with `--plan` only says what can be done."""
    of = str(arguments.of)
    if arguments.plan:
        return work.client.read(ReproductionPlan.read, work.client.get("/lineage/reproductions", {"of": of}))
    body: dict[str, Any] = {"of": of, "data": [_data(one) for one in arguments.data]}
    for name in ("name", "notebook"):
        if (value := getattr(arguments, name)) is not None:
            body[name] = value
    begun: str | None = None
    while True:
        found = _asked(work, body, begun)
        outcome = found["outcome"]
        if outcome["state"] == "failed":
            raise DatamarkError(dict(outcome["problem"]))
        if outcome["state"] != "cloning":
            return work.client.read(Reproduced.read, found)
        # From here on it is this one, however often it is asked for.
        body["name"] = begun = found["name"]
        for document in found["clones"]:
            _wait(work, document)


def _asked(work: Workplace, body: Mapping[str, Any], begun: str | None) -> dict[str, Any]:
    """The answer. What goes wrong after something was made names it, so that it is not made twice."""
    try:
        return dict(work.client.post("/lineage/reproductions", body))
    except DatamarkError as failure:
        if begun is None:
            raise
        told = failure.problem
        raise DatamarkError({**told, "next": f"{told['next']} Then go on with --name {begun}."}) from failure


def _data(text: str) -> dict[str, str]:
    volume, separator, path = text.partition("=")
    if not volume or not separator or not path:
        raise error("invalid-request", f"“{text}” names no volume and path.", "Write --data VOLUME=PATH.")
    return {"volume": volume, "path": path}


def _wait(work: Workplace, document: Mapping[str, Any]) -> None:
    clone = Clone.read(document, now())
    if not cloned(document):
        wait = Wait(work.client, "clone", clone.id, f"“{clone.name}”", work.progress())
        if wait.until(cloned, work.say) is None:
            raise wait.loss()
