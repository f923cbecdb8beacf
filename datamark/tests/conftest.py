"""Fixtures: a directory with files, the command on it, and a kernel in it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from datamark.sidecar_process import sidecar_bundle
from datamark.tests.scene import Command, Kernel, kernel_in

# A shell starts what it runs in the background with interrupts ignored, and every process below inherits that: the
# commands and kernels that the tests interrupt would never notice.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with three files."""
    assert sidecar_bundle().is_file(), "Build the sidecar first: npm run build:sidecar"
    place = tmp_path / "work"
    (place / "data").mkdir(parents=True)
    (place / "a.txt").write_text("one\n")
    (place / "b.txt").write_text("two\n")
    (place / "data" / "c.txt").write_text("three\n")
    return place


@pytest.fixture
def datamark(root: Path) -> Command:
    """The command in that directory."""
    return Command(root)


@pytest.fixture
def kernel(root: Path) -> Iterator[Kernel]:
    """A kernel in the directory."""
    with kernel_in(root) as one:
        yield one
