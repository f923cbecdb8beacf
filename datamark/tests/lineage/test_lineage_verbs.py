"""`runs`, `lineage`, `link` and deleting by force, with the real command, the real sidecar and the real MLflow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from datamark.tests.lineage.mlflow_server import MlflowServer
from datamark.tests.scene import Command, wait_until


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


def test_a_linked_run_is_told_in_both_directions(asking: Command, server: MlflowServer) -> None:
    made = asking.json("snapshot", "good")
    run = server.new_run()
    server.register("churn", run, "champion")
    linked = asking("link", run, "--snapshot", "good")
    assert linked.returncode == 0, linked.stderr
    assert linked.stdout == f"Run {run} names {made['name']} of work (made after the run had begun)\n"
    assert server.tags(run)["snapshot_name"] == made["name"]
    assert server.digests(run) == [made["uid"]]

    found = asking("runs", "good")
    caption, head, row = found.stdout.splitlines()
    assert caption.startswith(f"Runs of {made['name']} · newest 1 of 1, in 1 experiment · MLflow at {server.address}")
    assert head.split()[:3] == ["Started", "Run", "Status"]
    assert "train" in row
    assert "churn/1 @champion" in row
    assert "made after the run had begun  by uid" in row
    assert row.endswith(run)

    for asked in (run, "models:/churn/1", "models:/churn@champion"):
        text = asking("lineage", asked).stdout
        assert f"Run train ({run})" in text
        assert "churn/1 @champion" in text
        assert made["name"] in text
        assert "exists" in text
    assert asking.json("lineage", run)["snapshots"][0]["link"]["uid"] == made["uid"]


def test_what_runs_used_is_deleted_by_force_or_by_typing_its_title_and_a_version_stands_in_the_way(
    asking: Command, server: MlflowServer
) -> None:
    asking.json("snapshot", "first")
    asking.json("snapshot", "second")
    for title in ("first", "second"):
        assert asking("link", server.new_run(f"run of {title}"), "--snapshot", title, "--exact").returncode == 0
    refused = asking("delete", "first", "--yes")
    assert refused.returncode == 3
    assert "Runs or models depend on the snapshot" in refused.stderr
    assert "1 run used it: run of first." in refused.stderr
    assert "--yes --force" in refused.stderr
    assert asking("delete", "first", "--yes", "--force").returncode == 0
    assert asking("delete", "second", typed="other\n").returncode == 3
    done = asking("delete", "second", typed="second\n")
    assert (done.returncode, "1 run used it" in done.stderr) == (0, True)

    asking.json("snapshot", "third")
    run = server.new_run()
    server.register("kept", run, "champion")
    assert asking("link", run, "--snapshot", "third").returncode == 0
    refused = asking("delete", "third", "--yes", "--force")
    assert refused.returncode == 3
    assert "Version 1 of the model kept (@champion) comes from the run train, which used it." in refused.stderr


def test_that_no_run_uses_a_snapshot_is_not_said(asking: Command) -> None:
    asking.json("snapshot", "lonely")
    text = asking("runs", "lonely").stdout
    assert text.startswith("No run of work.")
    assert "was found in the 1 experiment this account may read" in text


def test_names_that_mlflow_does_not_know_are_told_as_that(asking: Command) -> None:
    asking.json("snapshot", "good")
    unknown = asking("lineage", "0123456789abcdef0123456789abcdef")
    assert (unknown.returncode, "Run or model version not found" in unknown.stderr) == (1, True)
    assert asking("link", "0123456789abcdef0123456789abcdef", "--snapshot", "good").returncode == 1
    assert asking("lineage", "models:/none@champion").returncode == 1
    wrong = asking("lineage", "models:/none")
    assert (wrong.returncode, "Write models:/name/3 or models:/name@alias." in wrong.stderr) == (2, True)


def test_with_mlflow_down_the_link_waits_and_is_written_when_it_answers_again(
    asking: Command, server: MlflowServer
) -> None:
    asking.json("snapshot", "kept")
    run = server.new_run()
    server.kill()
    try:
        waiting = asking("link", run, "--snapshot", "kept")
        assert waiting.returncode == 0, waiting.stderr
        assert f"The link of run {run} waits: " in waiting.stdout
        assert asking("runs", "kept").returncode == 4
        refused = asking("delete", "kept", "--yes")
        assert refused.returncode == 3
        assert "Can’t check runs and models: MLflow does not answer." in refused.stderr
    finally:
        server.start()
    assert "snapshot_name" not in server.tags(run)
    # Whatever is asked here next has a sidecar again, which writes what waits.
    wait_until(lambda: asking.json("runs", "kept")["total"] == 1, "the link is written")
    assert "snapshot_name" in server.tags(run)


def test_without_mlflow_it_is_said_what_to_set(datamark: Command) -> None:
    datamark.json("snapshot", "good")
    for words in (["runs", "good"], ["lineage", "models:/a/1"], ["link", "a" * 32, "--snapshot", "good"]):
        done = datamark(*words)
        assert done.returncode == 3
        assert "MLFLOW_TRACKING_URI" in done.stderr


def test_a_secret_of_mlflow_is_in_no_output(datamark: Command, root: Path) -> None:
    datamark.json("snapshot", "good")
    datamark.more.update(
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
        MLFLOW_TRACKING_USERNAME="ann",
        MLFLOW_TRACKING_PASSWORD="canary-of-ann",
    )
    for words in (["runs", "good"], ["link", "a" * 32, "--snapshot", "good"], ["status", "--json"], ["delete", "good"]):
        done = datamark(*words)
        assert "canary-of-ann" not in done.stdout + done.stderr
    found = [path for path in (root / ".datamark").rglob("*") if path.is_file()]
    assert not [path for path in found if b"canary-of-ann" in path.read_bytes()]
    assert json.loads(datamark("status", "--json").stdout)["lineage"] is True
