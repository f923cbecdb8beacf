"""A second etcd and API server without controllers: for more objects than a small cluster could really store.

The binaries are those of the test bed, found on PATH. Objects keep the status they are written with, as nothing works
on them.
"""

import base64
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

ADMIN = "bench-admin"
READY_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ControlPlane:
    """etcd and kube-apiserver on free ports of this machine; a context manager that ends and removes them."""

    def __init__(self, users: dict[str, list[str]]) -> None:
        """`users`: name to groups, each with its name as token."""
        self.folder = Path(tempfile.mkdtemp(prefix="datamark-bench-plane-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._users = {ADMIN: ["system:masters"], **users}
        self.server = f"https://localhost:{_free_port()}"
        self.audit_log = self.folder / "audit.log"

    def __enter__(self) -> "ControlPlane":
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The API server does not end while its etcd is gone, so it goes first.
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder)

    @property
    def certificate(self) -> Path:
        """What the API server is trusted by."""
        return self.folder / "server.crt"

    def resident_bytes(self) -> int:
        """Memory of the API server in RAM."""
        status = Path(f"/proc/{self._processes[-1].pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def kubeconfig(self, user: str, namespace: str = "default") -> Path:
        """A kubeconfig for one of the users."""
        path = self.folder / f"{user.replace(':', '-')}.kubeconfig"
        authority = base64.b64encode(self.certificate.read_bytes()).decode()
        cluster = {"server": self.server, "certificate-authority-data": authority}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "bench", "cluster": cluster}],
            "users": [{"name": "user", "user": {"token": user}}],
            "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "user", "namespace": namespace}}],
            "current-context": "bench",
        }
        path.write_text(json.dumps(document))
        return path

    def kubectl(self, *words: str, given: str = "") -> str:
        """Runs kubectl as the administrator."""
        command = [_binary("kubectl"), f"--kubeconfig={self.kubeconfig(ADMIN)}", *words]
        return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout

    def _start(self) -> None:
        etcd = f"http://127.0.0.1:{_free_port()}"
        peer = f"http://127.0.0.1:{_free_port()}"
        tokens = self.folder / "tokens.csv"
        tokens.write_text(
            "".join(f'{user},{user},{user},"{",".join(groups)}"\n' for user, groups in self._users.items())
        )
        tokens.chmod(0o600)
        key = self.folder / "sa.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        certificate = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        files = ["-keyout", str(self.folder / "server.key"), "-out", str(self.certificate)]
        names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        subprocess.run(["openssl", "req", *certificate, *files, *names], check=True, capture_output=True)
        policy = self.folder / "audit.yaml"
        policy.write_text(
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
            f'- {{level: None, users: ["{ADMIN}", "system:apiserver"]}}\n- {{level: Metadata}}\n'
        )
        self._run(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            *(f"--{name}={etcd}" for name in ("listen-client-urls", "advertise-client-urls")),
            *(f"--{name}={peer}" for name in ("listen-peer-urls", "initial-advertise-peer-urls")),
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--quota-backend-bytes=4294967296",
            "--log-level=error",
        )
        self._run(
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            # Not reached by anybody; without it the server looks for a default route.
            "--advertise-address=10.255.255.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.server.rsplit(':', 1)[1]}",
            f"--tls-cert-file={self.certificate}",
            f"--tls-private-key-file={self.folder / 'server.key'}",
            "--service-cluster-ip-range=10.97.0.0/24",
            "--authorization-mode=RBAC",
            f"--token-auth-file={tokens}",
            "--service-account-issuer=https://bench",
            f"--service-account-signing-key-file={key}",
            f"--service-account-key-file={key}",
            f"--audit-policy-file={policy}",
            f"--audit-log-path={self.audit_log}",
            # Writing all the objects is not what is measured.
            "--enable-priority-and-fairness=false",
            "--max-mutating-requests-inflight=1000",
        )
        self._wait_until_ready()

    def _run(self, name: str, *options: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [_binary(name), *options]
            self._processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                trust = ssl.create_default_context(cafile=str(self.certificate))
                port = int(self.server.rsplit(":", 1)[1])
                connection = http.client.HTTPSConnection("localhost", port, timeout=5, context=trust)
                connection.request("GET", "/readyz", headers={"Authorization": f"Bearer {ADMIN}"})
                if connection.getresponse().status == 200:
                    return
                raise OSError("not ready")
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > end or self._processes[-1].poll() is not None:
                    tail = (self.folder / "kube-apiserver.log").read_text()[-2000:]
                    raise RuntimeError(f"The API server did not become ready.\n{tail}") from error
                time.sleep(0.1)


def _binary(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(f"{name} is not on PATH: start the test bed first (make cluster-up).")
    return path
