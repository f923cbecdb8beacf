"""10,000 claims and 50,000 snapshots of 1,000 users in one namespace: what one user's sidecar makes of them.

They are written with their status into an API server of its own, without controllers; nothing is stored behind them.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from auditLog import AuditLog, Entry
from controlPlane import ADMIN, ControlPlane
from figure import Figure
from sidecarProcess import NODE, SidecarProcess

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAMESPACE = "hub"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:datamark-singleuser"
GROUPS = ["system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}", "system:authenticated"]
ROUNDS = 5

CLASSES = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {NAMESPACE}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: cow}}
provisioner: cow.csi.test
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: {{name: cow, annotations: {{snapshot.storage.kubernetes.io/is-default-class: "true"}}}}
driver: cow.csi.test
deletionPolicy: Delete
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: datamark, namespace: {NAMESPACE}}}
subjects: [{{kind: User, name: "{ACCOUNT}", apiGroup: rbac.authorization.k8s.io}}]
roleRef: {{kind: ClusterRole, name: datamark-user, apiGroup: rbac.authorization.k8s.io}}
"""


def _definitions() -> list[Path]:
    server = shutil.which("kube-apiserver")
    folder = Path(server or "").resolve().parent.parent / "manifests"
    return sorted(folder.glob("snapshot.storage.k8s.io_*.yaml"))


def _write(plane: ControlPlane, users: int, claims_each: int, snapshots_each: int) -> float:
    """Writes all objects; seconds."""
    for path in _definitions():
        text = path.read_text()
        if path.name.endswith("_volumesnapshots.yaml"):
            # Without a status of its own, so that one write is enough for each.
            whole = text
            text = text.replace("    subresources:\n      status: {}\n", "")
            if text == whole:
                raise RuntimeError(f"{path} has no status of its own any more.")
        plane.kubectl("create", "-f", "-", given=text)
    plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
    plane.kubectl("apply", "-f", str(ROOT / "deploy" / "rbac" / "roles.yaml"))
    plane.kubectl("create", "-f", "-", given=CLASSES)
    started = time.perf_counter()
    counts = [str(number) for number in (users, claims_each, snapshots_each)]
    command = [str(NODE), str(HERE / "writeObjects.mjs"), plane.server, str(plane.certificate), ADMIN, NAMESPACE]
    done = subprocess.run([*command, *counts], check=True, capture_output=True, text=True)
    _expect("objects written", users * (claims_each + snapshots_each), int(done.stdout))
    return time.perf_counter() - started


def _expect(what: str, wanted: object, found: object) -> None:
    if found != wanted:
        raise RuntimeError(f"{what}: {found} instead of {wanted}")


def _sidecar(plane: ControlPlane, folder: Path, claims: list[str]) -> SidecarProcess:
    declared = "\n".join(f"{folder}/{claim}={claim}" for claim in claims)
    settings = {
        "kubeconfig": str(plane.kubeconfig(ACCOUNT, NAMESPACE)),
        "namespace": NAMESPACE,
        "volumes": declared,
        "home": str(folder),
    }
    return SidecarProcess(folder, provider="kubernetes", kubernetes=settings)


def _first_page(sidecar: SidecarProcess, claim: str, expected: int) -> float:
    """Seconds from the start of the process to the first page of a timeline, asked for as the panel does."""
    sidecar.wait_for_first_answer()
    while True:
        try:
            page = sidecar.ask("GET", f"/volumes/{claim}/snapshots?timeZone=Europe/Berlin")
        except RuntimeError:
            # Still starting.
            continue
        _expect("snapshots in the timeline", expected, page["total"])
        return time.perf_counter() - sidecar.started


def one_of_many_users(folder: Path) -> list[Figure]:
    """One user of a thousand."""
    users, claims_each, snapshots_each = 1000, 10, 50
    with ControlPlane({ACCOUNT: GROUPS}) as plane:
        written = _write(plane, users, claims_each, snapshots_each)
        audit = AuditLog(plane.audit_log)
        claims = [f"claim-user-0500-{index}" for index in range(claims_each)]
        seconds, resident = [], []
        for _ in range(ROUNDS):
            audit.skip()
            with _sidecar(plane, folder, claims) as sidecar:
                seconds.append(_first_page(sidecar, claims[0], snapshots_each // claims_each))
                resident.append(sidecar.resident_bytes())
        calls = audit.of_account(ACCOUNT)
        owners = _owners(plane, folder, users * snapshots_each)
    objects = f"{users * claims_each:,} claims, {users * snapshots_each:,} snapshots, written in {written:.0f} s"
    return [
        Figure(
            "first page of one user's timeline, sidecar started for it", "s", 1, statistics.median(seconds), objects
        ),
        Figure("sidecar's memory with it", "MB", 150, max(resident) / 1e6, f"most of {ROUNDS} starts"),
        Figure("API calls of that start", "", 3 * claims_each, len(calls), _counted(calls)),
        owners,
    ]


def _owners(plane: ControlPlane, folder: Path, expected: int) -> Figure:
    """`datamark list --all-owners` over all of it: its time, with the most memory its Node held."""
    environment = {**os.environ, "KUBECONFIG": str(plane.kubeconfig(ADMIN)), "DATAMARK_PROVIDER": "kubernetes"}
    command = [sys.executable, "-m", "datamark", "list", "--all-owners", "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    text, _ = process.communicate(timeout=300)
    seconds = time.perf_counter() - started
    found = json.loads(text)
    _expect("snapshots and owners", [expected, 1000], [found["snapshots"], len(found["items"])])
    return Figure("datamark list --all-owners over all of them", "s", 30, seconds, f"{expected // 500} pages")


def many_volumes(folder: Path) -> list[Figure]:
    """One account with 200 volumes and 1,000 snapshots: the calls that the first list takes."""
    with ControlPlane({ACCOUNT: GROUPS}) as plane:
        _write(plane, 1, 200, 1000)
        audit = AuditLog(plane.audit_log)
        claims = [f"claim-user-0000-{index}" for index in range(200)]
        with _sidecar(plane, folder, claims) as sidecar:
            seconds = _first_page(sidecar, claims[0], 5)
            entries = audit.of_account(ACCOUNT)
    pages = [one for one in entries if one.resource == "volumesnapshots" and one.verb == "list"]
    return [
        Figure(
            "1,000 snapshots of 200 volumes: first page", "s", 2, seconds, "from the start of the sidecar's process"
        ),
        Figure(
            "1,000 snapshots of 200 volumes: lists of snapshots",
            "",
            4,
            len(pages),
            "two pages of 500; how many there are; those made elsewhere",
        ),
        Figure("1,000 snapshots of 200 volumes: all API calls", "", 20, len(entries), _counted(entries)),
    ]


def _counted(entries: list[Entry]) -> str:
    counts = Counter(f"{one.verb} {one.resource or one.uri}" for one in entries)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
