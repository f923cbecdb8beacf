"""`reproduce`, `compare` and `card`, with the real command, the real sidecar and the real MLflow."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from datamark.lineage.reproducing import reproduce
from datamark.problem import DatamarkError, error
from datamark.tests.lineage.mlflow_server import MlflowServer
from datamark.tests.scene import Command
from datamark.workplace import Workplace


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """One server for all tests of the file, as it takes seconds to start."""
    one = MlflowServer(tmp_path_factory.mktemp("server"))
    try:
        yield one
    finally:
        one.kill()


@pytest.fixture
def asking(datamark: Command, server: MlflowServer) -> Command:
    """The command where MLflow is set up."""
    datamark.more["MLFLOW_TRACKING_URI"] = server.address
    return datamark


@pytest.fixture
def notebook(root: Path) -> Path:
    """A notebook with one cell."""
    path = root / "train.ipynb"
    cell = {"cell_type": "code", "source": f"open('{root}/a.txt')", "metadata": {}, "outputs": []}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}))
    return path


def linked_run(asking: Command, server: MlflowServer, title: str, *words: str) -> str:
    """A run that used a snapshot made now."""
    asking.json("snapshot", title)
    run = server.new_run(f"run of {title}")
    assert asking("link", run, "--snapshot", title, *words).returncode == 0
    return run


def test_a_run_comes_back_with_its_data_and_its_notebook(
    asking: Command, server: MlflowServer, root: Path, notebook: Path
) -> None:
    run = linked_run(asking, server, "good", "--exact")
    (root / "a.txt").write_text("changed\n")
    notebook.write_text("lost")

    planned = asking("reproduce", run, "--plan")
    assert planned.returncode == 0, planned.stderr
    assert f"Run run of good ({run}): its data can be cloned here. Nothing was changed." in planned.stdout
    assert "It is what the run read." in planned.stdout
    assert not (root / "datamark-clones").exists()

    made = asking.json("reproduce", run, "--notebook", str(notebook))
    assert made["outcome"]["state"] == "written"
    clone = Path(made["clones"][0]["path"])
    assert (clone / "a.txt").read_text() == "one\n"
    cells = json.loads(Path(made["outcome"]["path"]).read_text())["cells"]
    assert cells[3]["source"] == f"open('{clone}/a.txt')"

    again = asking("reproduce", run, "--notebook", str(notebook), "--name", made["name"])
    assert again.returncode == 0, again.stderr
    assert f"Notebook: {made['outcome']['path']}" in again.stdout
    assert "left as it is" in again.stdout
    assert "Which image it ran in was not written down." in again.stdout
    assert len(asking.json("clones")["items"]) == 1


def test_without_a_notebook_the_data_comes_back_and_that_is_said(asking: Command, server: MlflowServer) -> None:
    run = linked_run(asking, server, "alone")
    done = asking("reproduce", run)
    assert done.returncode == 0, done.stderr
    assert "Which notebook the run came from was not written down. Its data is in " in done.stdout


def test_what_can_not_be_reproduced_is_refused_with_the_way_out(asking: Command, server: MlflowServer) -> None:
    refused = asking("reproduce", server.new_run())
    assert refused.returncode == 3
    assert "names no snapshot" in refused.stderr
    assert "--data VOLUME=PATH" in refused.stderr
    wrong = asking("reproduce", "0" * 32, "--data", "nothing")
    assert (wrong.returncode, "names no volume and path" in wrong.stderr) == (2, True)


def test_the_data_of_two_runs_is_compared(asking: Command, server: MlflowServer, root: Path) -> None:
    first = linked_run(asking, server, "first")
    (root / "b.txt").write_text("other\n")
    second = linked_run(asking, server, "second")
    text = asking("compare", first, second).stdout
    assert "run of first, then run of second: 1 of 1 volume that the runs name differ" in text
    assert "another snapshot" in text
    assert "1 changed" in text
    assert "changed   work/b.txt" in text
    assert "the same snapshots" in asking("compare", first, first).stdout


def test_the_card_of_a_version_is_markdown(asking: Command, server: MlflowServer) -> None:
    run = linked_run(asking, server, "card")
    server.register("carded", run, "champion")
    card = asking("card", "models:/carded@champion").stdout
    assert card.startswith("# Data of carded, version 1\n")
    assert "- Aliases: @champion" in card
    assert "| made after the run had begun, which worked on the volume itself | exists |" in card
    assert asking.json("card", "models:/carded/1")["run"]["id"] == run


class Away:
    """A sidecar whose MLflow goes away after the clone was begun."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append({"path": path, **body})
        if len(self.asked) > 1:
            raise error("sidecar-timeout", "MLflow is away.", "Try again.")
        return {"name": "repro-1", "clones": [], "outcome": {"state": "cloning", "message": "Copying"}}


def test_where_mlflow_goes_away_in_the_middle_the_way_to_go_on_is_told() -> None:
    client = Away()
    arguments = Namespace(of="r1", plan=False, data=[], name=None, notebook=None)
    with pytest.raises(DatamarkError) as raised:
        reproduce(cast("Workplace", SimpleNamespace(client=client)), arguments)
    assert raised.value.problem["next"] == "Try again. Then go on with --name repro-1."
    assert [one.get("name") for one in client.asked] == [None, "repro-1"]
