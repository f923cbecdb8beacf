"""What the tests work with: the real command and a real kernel, both with the real sidecar."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
DEADLINE = 90


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without anything that leads to another sidecar."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATAMARK_", "JPY_", "COLUMNS"))}
    # Wherever the tests run: they are about directories.
    kept["DATAMARK_PROVIDER"] = "local"
    return {**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1", **more}


def faults(**settings: object) -> dict[str, str]:
    """Environment that makes the local provider slow or failing."""
    return {"DATAMARK_CONFIG": json.dumps({"faults": settings})}


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Looks again until the condition holds; fails at the deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


@dataclass
class Command:
    """The command `datamark` in a directory."""

    root: Path
    more: dict[str, str] = field(default_factory=dict)

    def start(self, *words: str, **settings: Any) -> subprocess.Popen[str]:
        """Begins a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "datamark", *words],
            cwd=settings.pop("cwd", self.root),
            env=clean_environment(**{**self.more, **settings.pop("env", {})}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **settings,
        )

    def __call__(self, *words: str, typed: str = "", **settings: Any) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; `typed` is its standard input."""
        process = self.start(*words, **settings)
        out, err = process.communicate(typed, timeout=DEADLINE)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def json(self, *words: str, **settings: Any) -> Any:
        """Runs a command that must work; answers with what it wrote as JSON."""
        done = self(*words, "--json", **settings)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class Kernel:
    """A real kernel, told cells one after the other."""

    def __init__(self, client: Any, manager: Any) -> None:
        self.client = client
        self.manager = manager

    def begin(self, code: str) -> str:
        """Begins a cell; nobody answers its questions."""
        return str(self.client.execute(code, allow_stdin=False))

    def outputs(self, request: str, until: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Messages of a cell up to the one that `until` accepts."""
        found: list[dict[str, Any]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=DEADLINE)
            if message["parent_header"].get("msg_id") != request:
                continue
            found.append({"type": message["msg_type"], **message["content"]})
            if until(found[-1]):
                return found

    def end(self, request: str) -> list[dict[str, Any]]:
        """The rest of a cell's messages."""
        return self.outputs(request, lambda one: one["type"] == "status" and one["execution_state"] == "idle")

    def run_answering(self, code: str, answer: str) -> tuple[str, list[dict[str, Any]]]:
        """Runs a cell that asks one question; tells the question and what came of it."""
        request = str(self.client.execute(code, allow_stdin=True))
        question = self.client.get_stdin_msg(timeout=DEADLINE)["content"]["prompt"]
        self.client.input(answer)
        return str(question), self.end(request)

    def run(self, code: str) -> list[dict[str, Any]]:
        """Runs a cell to its end."""
        return self.end(self.begin(code))

    def text(self, code: str) -> str:
        """Everything a cell shows, as text."""
        return shown(self.run(code))


def shown(outputs: list[dict[str, Any]]) -> str:
    """Outputs of a cell as text."""
    parts = []
    for one in outputs:
        if one["type"] == "stream":
            parts.append(one["text"])
        elif one["type"] == "error":
            parts.append("\n".join(one["traceback"]))
        elif "data" in one:
            parts.append(one["data"]["text/plain"])
    return "\n".join(parts)


def kernel_in(root: Path, **environment: str) -> AbstractContextManager[Kernel]:
    """A kernel that runs in a directory, with the extension loaded."""
    return _started(root, None, environment)


def kernel_of_server(root: Path, connection_file: Path) -> AbstractContextManager[Kernel]:
    """The same with a connection file of a certain name: servers call it `kernel-<id>.json`."""
    return _started(root, connection_file, {})


@contextmanager
def _started(root: Path, connection_file: Path | None, environment: dict[str, str]) -> Iterator[Kernel]:
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    if connection_file is not None:
        manager.connection_file = str(connection_file)
    manager.start_kernel(cwd=str(root), env=clean_environment(**environment))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=DEADLINE)
        kernel = Kernel(client, manager)
        assert kernel.text("%load_ext datamark") == ""
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
