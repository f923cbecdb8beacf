"""A namespace on the cluster of KUBECONFIG: one claim, an account with a role of deploy/rbac, a sidecar for it."""

import http.client
import json
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditLog import AuditLog
from sidecarProcess import PREFIX, SidecarProcess

ROOT = Path(__file__).resolve().parent.parent.parent
CLAIM = "claim-bench"
SNAPSHOT_CLASS = "cow"
ACCOUNT = "datamark-singleuser"
READY_SECONDS = 120


def kubectl(*words: str, given: str = "") -> str:
    """Runs kubectl as the administrator of KUBECONFIG."""
    done = subprocess.run(["kubectl", *words], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"kubectl {' '.join(words)}: {done.stderr}")
    return done.stdout


def audit_log() -> AuditLog:
    """The audit log of the test bed."""
    bed = os.environ.get("DATAMARK_BED_DIR")
    if bed is None:
        raise RuntimeError(
            "DATAMARK_BED_DIR is not set: the benchmarks read the API server's audit log (make bench-cluster)."
        )
    return AuditLog(Path(bed) / "logs" / "audit.log")


@dataclass(frozen=True)
class BenchNamespace:
    """The namespace, and a kubeconfig of the account in it."""

    name: str
    kubeconfig: Path

    @property
    def user(self) -> str:
        """The account, as the audit log names it."""
        return f"system:serviceaccount:{self.name}:{ACCOUNT}"


@contextmanager
def bench_namespace(folder: Path) -> Iterator[BenchNamespace]:
    """Made, and removed with all that is in it."""
    name = f"datamark-bench-{secrets.token_hex(3)}"
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "deploy" / "rbac" / "roles.yaml"))
    kubectl("create", "namespace", name)
    try:
        kubectl("-n", name, "create", "serviceaccount", ACCOUNT)
        binding = ["create", "rolebinding", "datamark", "--clusterrole=datamark-manager"]
        kubectl("-n", name, *binding, f"--serviceaccount={name}:{ACCOUNT}")
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": CLAIM},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
        kubectl("-n", name, "create", "-f", "-", given=json.dumps(claim))
        kubectl("-n", name, "wait", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s", f"pvc/{CLAIM}")
        yield BenchNamespace(name, _account_kubeconfig(name, folder))
    finally:
        for kind in ("volumesnapshot", "pvc"):
            kubectl("-n", name, "delete", kind, "--all", "--wait=true", "--timeout=120s")
        kubectl("delete", "namespace", name, "--wait=true", "--timeout=120s")


def _account_kubeconfig(namespace: str, folder: Path) -> Path:
    config = json.loads(kubectl("config", "view", "--raw", "--minify", "--flatten", "--output=json"))
    token = kubectl("-n", namespace, "create", "token", ACCOUNT).strip()
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
    config["contexts"][0]["context"]["namespace"] = namespace
    path = folder / "account.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    return path


def cluster_sidecar(place: BenchNamespace, folder: Path) -> SidecarProcess:
    """A sidecar for the claim, as the account."""
    mount = folder / "volume"
    mount.mkdir(exist_ok=True)
    settings = {
        "kubeconfig": str(place.kubeconfig),
        "namespace": place.name,
        "volumes": f"{mount}={CLAIM}",
        "home": str(mount),
        "snapshotClass": SNAPSHOT_CLASS,
    }
    return SidecarProcess(folder, provider="kubernetes", kubernetes=settings)


def wait_until_current(sidecar: SidecarProcess) -> None:
    """Returns when the sidecar knows the cluster."""
    sidecar.wait_for_first_answer()
    end = time.monotonic() + READY_SECONDS
    while True:
        status = sidecar.ask("GET", "/status")
        if status["freshness"]["current"] and status["capabilities"]["clone"]["available"]:
            return
        if time.monotonic() > end:
            raise TimeoutError(json.dumps(status))
        time.sleep(0.02)


class EventReader:
    """Follows the sidecar's events and notes when each came."""

    def __init__(self, path: str) -> None:
        connection = http.client.HTTPConnection("localhost", timeout=600)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(path)
        connection.request("GET", f"{PREFIX}/events")
        self._connection = connection
        self._response = connection.getresponse()
        self._seen: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the stream."""
        if self._connection.sock:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)

    def when_ready(self, kind: str, key: str) -> float:
        """When the object was told to be ready, in seconds since 1970."""
        end = time.monotonic() + READY_SECONDS
        looked = 0
        with self._changed:
            while True:
                for at, event in self._seen[looked:]:
                    thing = event.get("object", {})
                    if thing.get("kind") == kind and key in (thing.get("name"), thing.get("id")):
                        phase = thing["state"]["phase"]
                        if phase == "ready":
                            return at
                        if phase == "failed":
                            raise RuntimeError(json.dumps(thing["state"]))
                looked = len(self._seen)
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(f"{kind} {key} did not become ready")

    def when(self, fits: Callable[[dict[str, Any]], bool], what: str, seconds: float) -> float:
        """When the first event that fits was told, in seconds since 1970."""
        end = time.monotonic() + seconds
        looked = 0
        with self._changed:
            while True:
                for at, event in self._seen[looked:]:
                    if fits(event):
                        return at
                looked = len(self._seen)
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(f"not told within {seconds:.0f} s: {what}")

    def _read(self) -> None:
        try:
            for line in self._response:
                if line.startswith(b"data:"):
                    now = time.time()
                    event = json.loads(line.removeprefix(b"data:"))
                    with self._changed:
                        self._seen.append((now, event))
                        self._changed.notify_all()
        except (OSError, ValueError, http.client.HTTPException):
            # The stream was closed.
            return
