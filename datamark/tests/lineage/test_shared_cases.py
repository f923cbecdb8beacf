"""What is written to MLflow, by the cases that the sidecar's tests read, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datamark.lineage.dataset_record import SOURCE_TYPE, dataset_record
from datamark.lineage.run_tags import TAGS, TooManySnapshots, run_tags
from datamark.lineage.snapshot_of_run import read_snapshots
from datamark.tests.scene import REPOSITORY

CASES = json.loads((REPOSITORY / "lineage-tests" / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_tags_and_datasets_are_those_of_the_sidecar(case: dict[str, Any]) -> None:
    snapshots = read_snapshots(case["snapshots"])
    assert snapshots is not None
    if case["tags"] is None:
        with pytest.raises(TooManySnapshots):
            run_tags(snapshots, case["notebook"])
    else:
        tags = run_tags(snapshots, case["notebook"], image=case["image"])
        assert tags == case["tags"]
        assert tags.keys() <= TAGS
        assert read_snapshots(json.loads(tags["datamark.github.io/volumes"])) == snapshots
    records = [dataset_record(one) for one in snapshots]
    expected = [one and (one["name"], one["digest"], one["source"]) for one in case["datasets"]]
    assert records == expected
    assert all(one is None or one["sourceType"] == SOURCE_TYPE for one in case["datasets"])


@pytest.mark.parametrize("notebook", ["caf\udce9.ipynb", "a\0b"])
def test_a_notebook_that_no_store_takes_is_left_out(notebook: str) -> None:
    snapshots = read_snapshots(CASES[0]["snapshots"])
    assert snapshots is not None
    assert run_tags(snapshots, notebook) == run_tags(snapshots, None)
