"""The peer, netapp-dataops-k8s, in a virtual environment of its own below .build."""

import hashlib
import json
import os
import subprocess
import tempfile
import time
import venv
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "peer-requirements.txt"


def peer_environment(build: Path) -> Path:
    """The folder of its programs; installed where it is not."""
    name = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    place = build / f"peer-{name}"
    if not (place / "installed").exists():
        venv.create(place, clear=True, with_pip=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
        (place / "installed").touch()
    return place / "bin"


class Peer:
    """Its functions in a process that has imported them already; a context manager that ends it."""

    def __init__(self, programs: Path) -> None:
        """As the administrator of KUBECONFIG: it needs more rights than ours."""
        self._programs = programs
        descriptor, path = tempfile.mkstemp(prefix="datamark-bench-")
        self._errors = Path(path)
        self._process = subprocess.Popen(
            [str(programs / "python"), str(HERE / "peerActions.py")],
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
        """How long one call takes."""
        if self._process.stdin is None:
            raise RuntimeError("The peer has no input.")
        self._process.stdin.write(json.dumps([action, arguments]) + "\n")
        self._process.stdin.flush()
        return float(self._read())

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

    def _read(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("The peer has no output.")
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(30)
            raise RuntimeError(f"The peer ended with exit code {code}: {self._errors.read_text()[-3000:]}")
        return line
