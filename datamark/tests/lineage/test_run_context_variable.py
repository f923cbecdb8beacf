"""What is current in a process: put into MLFLOW_RUN_CONTEXT, and taken out again without touching what others wrote."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from datamark.lineage.run_context_variable import VARIABLE, RunContextVariable
from datamark.lineage.run_tags import TooManySnapshots, run_tags
from datamark.tests.lineage.samples import DATA, HOME

# `data_volume_name` is what somebody writes who follows NetApp's recipe by hand.
OTHERS = '{ "team": "vision", "n": 3, "data_volume_name": "vol7" }'


@pytest.mark.parametrize("before", [None, "{}", OTHERS, "not JSON", "[1]", ""])
def test_afterwards_all_is_as_before_to_the_letter(before: str | None) -> None:
    environment = {} if before is None else {VARIABLE: before}
    variable = RunContextVariable(environment)
    with variable.during([HOME], None):
        assert variable.snapshots() == (HOME,)
    assert environment.get(VARIABLE) == before
    variable.pin([HOME], None)
    variable.pin([DATA], "train.ipynb")
    variable.unpin()
    assert environment.get(VARIABLE) == before


def test_also_where_the_cell_fails() -> None:
    environment = {VARIABLE: OTHERS}

    def cell() -> None:
        with RunContextVariable(environment).during([HOME], None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cell()
    assert environment == {VARIABLE: OTHERS}


def test_what_others_wrote_is_kept_beside_ours_and_ours_tell_one_thing() -> None:
    environment = {VARIABLE: OTHERS}
    with RunContextVariable(environment).during([HOME], "a.ipynb"):
        assert json.loads(environment[VARIABLE]) == {"team": "vision", "n": 3, **run_tags([HOME], "a.ipynb")}


def test_nothing_of_an_earlier_snapshot_is_left_beside_a_new_one() -> None:
    environment: dict[str, str] = {}
    variable = RunContextVariable(environment)
    variable.pin([HOME], "a.ipynb")
    variable.pin([DATA], None)
    assert json.loads(environment[VARIABLE]) == run_tags([DATA], None)


def test_what_the_cell_itself_writes_stays() -> None:
    environment = {VARIABLE: OTHERS}
    with RunContextVariable(environment).during([HOME], None):
        environment[VARIABLE] = json.dumps({**json.loads(environment[VARIABLE]), "stage": "dev"})
    assert json.loads(environment[VARIABLE]) == {**json.loads(OTHERS), "stage": "dev"}


@pytest.mark.parametrize("own", [None, '{"stage": "dev"}', "broken"])
def test_what_the_cell_puts_in_place_of_ours_stays(own: str | None) -> None:
    environment: dict[str, str] = {}
    with RunContextVariable(environment).during([HOME], None):
        if own is None:
            del environment[VARIABLE]
        else:
            environment[VARIABLE] = own
    assert environment.get(VARIABLE) == own


def test_a_cell_inside_a_pin_gives_the_pin_back() -> None:
    environment = {VARIABLE: OTHERS}
    variable = RunContextVariable(environment)
    variable.pin([HOME], None)
    pinned = environment[VARIABLE]
    with variable.during([DATA, HOME], None):
        assert variable.snapshots() == (DATA, HOME)
        environment[VARIABLE] = json.dumps({**json.loads(environment[VARIABLE]), "stage": "dev"})
    assert json.loads(environment[VARIABLE]) == {**json.loads(pinned), "stage": "dev"}
    assert variable.snapshots() == (HOME,)
    variable.unpin()
    assert json.loads(environment[VARIABLE]) == {**json.loads(OTHERS), "stage": "dev"}


def test_a_pin_made_or_ended_inside_a_cell_holds_after_it() -> None:
    environment: dict[str, str] = {}
    variable = RunContextVariable(environment)
    with variable.during([HOME], None):
        variable.pin([DATA], None)
    assert variable.snapshots() == (DATA,)
    with variable.during([HOME], None):
        variable.unpin()
    assert environment == {}


def test_what_a_parent_process_pinned_can_be_unpinned() -> None:
    environment = {VARIABLE: json.dumps({"team": "vision", **run_tags([HOME], None)})}
    RunContextVariable(environment).unpin()
    assert json.loads(environment[VARIABLE]) == {"team": "vision"}


def test_unpinning_takes_nothing_of_others() -> None:
    environment = {VARIABLE: OTHERS}
    RunContextVariable(environment).unpin()
    assert environment == {VARIABLE: OTHERS}


@pytest.mark.parametrize(
    ("told", "image"),
    [
        ({"JUPYTER_IMAGE_SPEC": "lab:2", "JUPYTER_IMAGE": "lab:1"}, "lab:2"),
        ({"JUPYTER_IMAGE_SPEC": "", "JUPYTER_IMAGE": "lab:1"}, "lab:1"),
        ({}, None),
    ],
)
def test_the_image_of_the_pod_is_told_with_the_snapshot_and_goes_with_it(
    told: dict[str, str], image: str | None
) -> None:
    environment = dict(told)
    variable = RunContextVariable(environment)
    with variable.during([HOME], None):
        assert json.loads(environment[VARIABLE]) == run_tags([HOME], None, image=image)
        assert ("datamark.github.io/image" in environment[VARIABLE]) is (image is not None)
    assert environment == told


def test_too_many_snapshots_change_nothing() -> None:
    environment = {VARIABLE: OTHERS}
    many = [replace(HOME, volume=f"volume-{number}") for number in range(40)]
    with pytest.raises(TooManySnapshots):
        RunContextVariable(environment).pin(many, None)
    assert environment == {VARIABLE: OTHERS}


def test_the_variable_is_plain_ascii_in_every_encoding() -> None:
    environment: dict[str, str] = {}
    RunContextVariable(environment).pin([replace(HOME, volume="Äpfel 😀")], None)
    assert environment[VARIABLE].isascii()
    assert RunContextVariable(environment).snapshots()[0].volume == "Äpfel 😀"
