"""The pin of the panel: found from the kernel's command line, and never in the way of a run."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from datamark.lineage.panel_pin import FOLDER
from datamark.lineage.run_context import SnapshotContext
from datamark.lineage.run_context_variable import VARIABLE, RunContextVariable
from datamark.lineage.run_tags import run_tags
from datamark.tests.lineage.samples import DATA, HOME, pin_file
from datamark.tests.scene import clean_environment

LIMIT_MS = 2
LOOKS = 200

_TAG = "from datamark.lineage.run_context import SnapshotContext; print(SnapshotContext().tags().get('snapshot_name'))"


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime directory, in a process that seems to be the kernel `one` of it."""
    monkeypatch.setattr(
        sys, "orig_argv", ["python", "-m", "ipykernel_launcher", "-f", str(tmp_path / "kernel-one.json")]
    )
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def test_without_a_pin_there_are_no_tags(runtime: Path) -> None:
    context = SnapshotContext()
    assert context.in_context()
    assert context.tags() == {}


def test_a_pin_reaches_a_kernel_that_runs_and_ends_there(runtime: Path) -> None:
    context = SnapshotContext()
    assert context.tags() == {}
    pin_file(runtime, "one", HOME.document(), DATA.document(), notebook="train.ipynb")
    assert context.tags() == run_tags([HOME, DATA], "train.ipynb")
    (runtime / FOLDER / "kernel-one.json").unlink()
    assert context.tags() == {}


def test_the_pin_of_another_kernel_is_not_ours(runtime: Path) -> None:
    pin_file(runtime, "two", HOME.document())
    assert SnapshotContext().tags() == {}


def test_what_the_kernel_itself_has_pinned_comes_first(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin_file(runtime, "one", HOME.document())
    environment: dict[str, str] = {}
    RunContextVariable(environment).pin([DATA], None)
    monkeypatch.setenv(VARIABLE, environment[VARIABLE])
    # MLflow puts the tags of the variable on the run.
    assert SnapshotContext().tags() == {}


def test_what_others_wrote_into_the_variable_hides_no_pin(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin_file(runtime, "one", HOME.document())
    for text in ("broken", "[]", '{"data_volume_name": "vol7"}', '{"datamark.github.io/volumes": "[]"}'):
        monkeypatch.setenv(VARIABLE, text)
        assert SnapshotContext().tags() == run_tags([HOME], None)


def _write(text: str) -> Callable[[Path], object]:
    return lambda place: place.write_text(text)


BROKEN: dict[str, Callable[[Path], object]] = {
    "half written": _write('{"version": 1, "snap'),
    "no text": lambda place: place.write_bytes(b"\xff\xfe\x00"),
    "empty": _write(""),
    "of another version": _write(json.dumps({"version": 2, "snapshots": [HOME.document()]})),
    "without snapshots": _write('{"version": 1, "snapshots": []}'),
    "with half a snapshot": _write('{"version": 1, "snapshots": [{"volume": "home"}]}'),
    "with half a character": lambda place: pin_file(
        place.parent.parent, "one", {**HOME.document(), "volume": "a\ud800"}
    ),
    "with another relation": lambda place: pin_file(place.parent.parent, "one", {**HOME.document(), "relation": "?"}),
    "with another time": lambda place: pin_file(place.parent.parent, "one", {**HOME.document(), "time": "Monday"}),
    "with too many": lambda place: pin_file(place.parent.parent, "one", *[HOME.document()] * 40),
    "deep": _write("[" * 60_000),
    "large": _write(" " * 70_000),
    "a directory": lambda place: place.mkdir(),
    "a pipe": lambda place: os.mkfifo(place),
    "a link to itself": lambda place: place.symlink_to(place),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_pin_file_is_told_once_and_fails_no_run(
    how: str, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = runtime / FOLDER / "kernel-one.json"
    place.parent.mkdir()
    BROKEN[how](place)
    context = SnapshotContext()
    with caplog.at_level(logging.WARNING):
        assert [context.tags(), context.tags()] == [{}, {}]
    (told,) = caplog.messages
    assert told.startswith("Runs are not tagged with the snapshot pinned in the panel: ")


def test_what_a_kernel_starts_has_its_pin_also_at_second_hand(tmp_path: Path) -> None:
    connection_file = pin_file(tmp_path, "one", HOME.document())
    for started in (_TAG, _nested(_TAG)):
        words = [sys.executable, "-c", _nested(started), "-f", str(connection_file)]
        done = subprocess.run(words, env=clean_environment(), capture_output=True, text=True, check=True)
        assert done.stdout.strip() == HOME.snapshot
    done = subprocess.run(
        [sys.executable, "-c", _TAG], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"


def _nested(code: str) -> str:
    return f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}], check=True)"


def test_a_run_waits_at_most_2_ms(runtime: Path) -> None:
    pin_file(runtime, "one", HOME.document(), DATA.document(), notebook="train.ipynb")
    context = SnapshotContext()
    taken = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        assert context.in_context()
        assert context.tags()
        taken.append((time.perf_counter() - start) * 1000)
    assert sorted(taken)[LOOKS // 2] <= LIMIT_MS


def test_it_loads_no_mlflow_and_little_else() -> None:
    code = (
        "import sys; import datamark.lineage.run_context; print('mlflow' in sys.modules, 'http.client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_loading_the_plugin_takes_at_most_30_ms_of_the_processor() -> None:
    # Of what MLflow itself has loaded when it asks for plugins.
    code = (
        "import contextlib, dataclasses, json, logging, pathlib, re, time, typing; began = time.process_time(); "
        "from datamark.lineage.run_context import SnapshotContext; SnapshotContext(); "
        "print((time.process_time() - began) * 1000)"
    )
    words = [sys.executable, "-c", code]
    done = [
        subprocess.run(words, env=clean_environment(), capture_output=True, text=True, check=True) for _ in range(3)
    ]
    assert min(float(one.stdout) for one in done) <= 30
