"""The peer, netapp-dataops-k8s, in a Python environment of its own (testbed/peer)."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

PEER = Path(__file__).resolve().parent.parent.parent / "testbed" / "peer"


def peer_environment() -> Path:
    """The folder of its programs; installed where it is not."""
    done = subprocess.run([str(PEER / "install")], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


class Peer:
    """Its functions in a process that has imported them already; a context manager that ends it."""

    def __init__(self, programs: Path) -> None:
        """As the administrator of KUBECONFIG: it needs more rights than ours."""
        self._programs = programs
        descriptor, path = tempfile.mkstemp(prefix="datamark-bench-")
        self._errors = Path(path)
        self._process = subprocess.Popen(
            [str(programs / "python"), str(PEER / "peerActions.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=descriptor,
            text=True,
        )
        os.close(descriptor)

    def __enter__(self) -> "Peer":
        self._read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._errors.unlink()

    def seconds(self, action: str, **arguments: str) -> float:
        """How long one call takes. Raises what it has raised."""
        if self._process.stdin is None:
            raise RuntimeError("The peer has no input.")
        self._process.stdin.write(json.dumps(["call", action, arguments]) + "\n")
        self._process.stdin.flush()
        while "seconds" not in (told := self._read()):
            pass
        if told["error"] is not None:
            raise RuntimeError(f"The peer’s {action} failed: {told['error']}")
        return float(told["seconds"])

    def list_seconds(self, namespace: str) -> float:
        """How long its command takes to list the snapshots."""
        command = [
            str(self._programs / "netapp_dataops_k8s_cli.py"),
            "list",
            "volume-snapshots",
            f"--namespace={namespace}",
        ]
        started = time.perf_counter()
        subprocess.run(
            [str(self._programs / "python"), *command],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - started

    def _read(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("The peer has no output.")
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(30)
            raise RuntimeError(f"The peer ended with exit code {code}: {self._errors.read_text()[-3000:]}")
        told: dict[str, Any] = json.loads(line)[1]
        return told
