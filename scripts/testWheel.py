"""Installs the built wheel into an empty environment next to JupyterLab and uses it there, with no repository around.

Part of `make test`, after `make wheel`. Contents first, then the command line, then a live Jupyter server.
"""

import contextlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "jupyterlab-datamark"
SHARED = "share/jupyter/labextensions/jupyterlab-datamark"
TOKEN = "token-of-the-wheel-test"  # noqa: S105
DEADLINE_SECONDS = 60


def _wheel() -> Path:
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    assert len(wheels) == 1, "Run `make wheel` first."
    return wheels[0]


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    """Every file of the wheel; names without the `.data/data` part."""
    with zipfile.ZipFile(_wheel()) as wheel:
        return {re.sub(r"^[^/]*\.data/data/", "", name): wheel.read(name) for name in wheel.namelist()}


def test_wheel_holds_all_parts(contents: dict[str, bytes]) -> None:
    needed = {
        "jupyterlab_datamark/__init__.py",
        "jupyterlab_datamark/sidecar/sidecar.mjs",
        "jupyterlab_datamark/sidecar/openapi.json",
        "datamark/__init__.py",
        "etc/jupyter/jupyter_server_config.d/jupyterlab_datamark.json",
        f"{SHARED}/package.json",
        f"{SHARED}/install.json",
    }
    assert needed <= contents.keys()
    assert any(name.startswith(f"{SHARED}/static/remoteEntry") for name in contents)
    assert any(name.startswith(f"{SHARED}/schemas/") for name in contents)
    assert any(name.endswith("LICENSE") for name in contents)


def test_wheel_declares_the_plugins_of_mlflow(contents: dict[str, bytes]) -> None:
    (declared,) = (data.decode() for name, data in contents.items() if name.endswith(".dist-info/entry_points.txt"))
    for group in ("mlflow.run_context_provider", "mlflow.dataset_source"):
        file = declared.partition(f"[{group}]\n")[2].partition("\n")[0].partition(" = ")[2].partition(":")[0]
        assert f"{file.replace('.', '/')}.py" in contents


def test_wheel_holds_nothing_else(contents: dict[str, bytes]) -> None:
    unwanted = re.compile(r"build_log\.json|node_modules|(^|/)tests?/|\.test\.|(^|/)\.|\.tsbuildinfo|__pycache__")
    assert [name for name in contents if unwanted.search(name)] == []


def test_wheel_names_no_path_of_the_machine_it_was_built_on(contents: dict[str, bytes]) -> None:
    paths = [str(ROOT).encode(), sys.prefix.encode(), str(Path.home()).encode() + b"/"]
    assert [(name, path) for name, data in contents.items() for path in paths if path in data] == []


class Installation:
    """An empty environment with JupyterLab and the wheel, and a folder to work in, both far from the repository."""

    def __init__(self, folder: Path) -> None:
        self.environment = folder / "environment"
        self.work = folder / "work"
        self.work.mkdir()
        # Nothing of the caller's Python or Jupyter may leak in; Node must come from the wheel's own dependency.
        self.variables = {
            "PATH": f"{self.environment / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            **{key: value for key, value in os.environ.items() if key.startswith("PIP_")},
        }
        (folder / "home").mkdir()

    def run(self, program: str, *arguments: str, folder: Path | None = None, seconds: float = 120) -> str:
        """Runs a program of the environment in a folder, else in the work folder; returns all it printed."""
        done = subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=folder or self.work,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, f"{program} {' '.join(arguments)}\n{done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel, installed with pip as a person would."""
    installation = Installation(tmp_path_factory.mktemp("wheel"))
    subprocess.run([sys.executable, "-m", "venv", str(installation.environment)], check=True)
    pins = ROOT / "requirements" / "development.txt"
    # pip's cache is the caller's: what `make` fetched before is not fetched again.
    cache = subprocess.check_output([sys.executable, "-m", "pip", "cache", "dir"], text=True).strip()
    pip = ["install", "--quiet", "--cache-dir", cache, "--constraint", str(pins), "jupyterlab", str(_wheel())]
    installation.run("pip", *pip, seconds=600)
    return installation


def test_pip_finds_no_conflict(installed: Installation) -> None:
    assert "No broken requirements" in installed.run("pip", "check")


def test_labextension_is_enabled(installed: Installation) -> None:
    listed = installed.run("jupyter", "labextension", "list")
    line = next(line for line in listed.splitlines() if NAME in line)
    assert "enabled" in line
    assert "OK" in line
    assert "X" not in line.replace("OK", "")


def test_server_extension_is_enabled(installed: Installation) -> None:
    listed = re.sub(r"\x1b\[[0-9;]*m", "", installed.run("jupyter", "server", "extension", "list"))
    assert re.search(r"jupyterlab_datamark enabled\s", listed)
    assert re.search(r"jupyterlab_datamark\s+(\S+\s+)?OK\s", listed)


def test_command_line_makes_a_snapshot(installed: Installation) -> None:
    volume = installed.work / "by-hand"
    volume.mkdir()
    (volume / "data.csv").write_text("a,b\n1,2\n")
    made = json.loads(installed.run("datamark", "snapshot", "--title", "first", "--json", folder=volume))
    assert made["title"] == "first"
    assert made["state"]["phase"] == "ready"
    assert (Path(made["path"]) / "data.csv").read_text() == "a,b\n1,2\n"
    kept = json.loads(installed.run("datamark", "retention", "--keep-last", "1", "--json", folder=volume))
    assert [one["decision"] for one in kept["items"]] == ["keep"]


def _free_port() -> int:
    # Below those that the system gives to connections, which would take it before the server listens.
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def _ask(address: str, body: dict[str, object] | None = None) -> Any:
    request = urllib.request.Request(address, None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", f"token {TOKEN}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _wait_for(address: str, done: Any) -> Any:
    """Asks until the answer is as wanted; every miss waits for the next answer, at most a minute in all."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    last: Any = None
    while time.monotonic() < deadline:
        try:
            last = _ask(address)
            if done(last):
                return last
        except (urllib.error.URLError, ConnectionError) as error:
            last = error
        # Not a wait for an outcome but the pace of asking.
        time.sleep(0.1)
    raise AssertionError(f"{address}: {last}")


@pytest.fixture
def server(installed: Installation) -> Iterator[str]:
    """Address of a live Jupyter server with the wheel, whose root is the folder `served`."""
    root = installed.work / "served"
    root.mkdir()
    (root / "notes.txt").write_text("kept")
    port = _free_port()
    options = [
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        f"--IdentityProvider.token={TOKEN}",
    ]
    log = (installed.work / "server.log").open("wb")
    process = subprocess.Popen(
        [str(installed.environment / "bin" / "jupyter-lab"), *options],
        cwd=installed.work,
        env=installed.variables,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        shutil.rmtree(root)


def test_live_server_answers_and_makes_a_snapshot(server: str) -> None:
    api = f"{server}/datamark/api/v1"
    status = _wait_for(f"{api}/status", lambda answer: answer["state"] == "running")
    assert status["provider"]["kind"] == "local"
    assert int(status["node"].lstrip("v").split(".")[0]) >= 22
    [volume] = _ask(f"{api}/volumes")["items"]

    made = _ask(f"{api}/volumes/{volume['id']}/snapshots", {"title": "from the wheel"})

    ready = _wait_for(f"{api}/snapshots/{made['name']}", lambda answer: answer["state"]["phase"] != "pending")
    assert ready["state"]["phase"] == "ready"
    assert (Path(ready["path"]) / "notes.txt").read_text() == "kept"
