"""From a change of Trident’s object to the row: an API server of its own, a real sidecar and its event stream.

Nothing works on the objects: the status is written here as Trident writes it. Needs the test bed’s binaries on PATH.
"""

import http.client
import json
import shutil
import ssl
import statistics
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from controlPlane import ADMIN, ControlPlane
from figure import Figure
from realCluster import EventReader
from sidecarProcess import SidecarProcess

NAMESPACE, CLAIM, MIRROR = "hub", "claim-climate", "climate"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:datamark-singleuser"
GROUPS = ["system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}", "system:authenticated"]
ROOT = Path(__file__).resolve().parent.parent.parent
GROUP = "trident.netapp.io"
ROUNDS, READY_SECONDS, ROW_SECONDS = 20, 60, 30
NAME = "a mirror's object changes: its row changes"

_KINDS = {
    "tridentmirrorrelationships": "TridentMirrorRelationship",
    "tridentactionmirrorupdates": "TridentActionMirrorUpdate",
    "tridentsnapshotinfos": "TridentSnapshotInfo",
}


def _definition(plural: str, kind: str) -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    if kind == "TridentMirrorRelationship":
        version["subresources"] = {"status": {}}
    names = {"plural": plural, "singular": kind.lower(), "kind": kind}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _objects() -> list[dict[str, Any]]:
    rules = [
        {"apiGroups": [GROUP], "resources": list(_KINDS), "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["get", "list", "watch"]},
    ]
    place = {"name": "mirrors", "namespace": NAMESPACE}
    role = {"kind": "Role", "name": "mirrors", "apiGroup": "rbac.authorization.k8s.io"}
    subject = {"kind": "User", "name": ACCOUNT, "apiGroup": "rbac.authorization.k8s.io"}
    mapping = {"localPVCName": CLAIM, "remoteVolumeHandle": "svm_prod:climate"}
    return [
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": place, "rules": rules},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": place,
            "subjects": [subject],
            "roleRef": role,
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": CLAIM, "namespace": NAMESPACE},
            "spec": {
                "accessModes": ["ReadWriteMany"],
                "volumeName": "pv-climate",
                "resources": {"requests": {"storage": "10Gi"}},
            },
        },
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "TridentMirrorRelationship",
            "metadata": {"name": MIRROR, "namespace": NAMESPACE},
            "spec": {"state": "established", "volumeMappings": [mapping]},
        },
    ]


class _StatusWriter:
    """Writes the condition of the mirror over one kept connection."""

    def __init__(self, plane: ControlPlane) -> None:
        trust = ssl.create_default_context(cafile=str(plane.certificate))
        self._connection = http.client.HTTPSConnection(
            "localhost", int(plane.server.rsplit(":", 1)[1]), timeout=30, context=trust
        )

    def write(self, when: datetime) -> float:
        """A condition that changed then; when it was sent, in seconds since 1970."""
        condition = {
            "state": "established",
            "message": "Desired state reached",
            "lastTransitionTime": when.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "observedGeneration": 1,
            "localPVCName": CLAIM,
            "localVolumeHandle": "svm_lab:trident_pvc_1",
            "remoteVolumeHandle": "svm_prod:climate",
        }
        path = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/tridentmirrorrelationships/{MIRROR}/status"
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/merge-patch+json"}
        sent = time.time()
        self._connection.request("PATCH", path, json.dumps({"status": {"conditions": [condition]}}), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"PATCH {path}: {answer.status} {text.decode()}")
        return sent

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def mirror_row(folder: Path) -> list[Figure]:
    """The median and the slowest of twenty changes."""
    if shutil.which("kube-apiserver") is None:
        note = "the binaries of the test bed are not on PATH: make cluster-up, then `export $(testbed/env)`"
        return [Figure(NAME, "s", 2, None, note)]
    mount = folder / "climate"
    mount.mkdir()
    with ControlPlane({ACCOUNT: GROUPS}) as plane:
        _write_objects(plane)
        settings = {
            "kubeconfig": str(plane.kubeconfig(ACCOUNT, NAMESPACE)),
            "namespace": NAMESPACE,
            "volumes": f"{mount}={CLAIM}",
            "home": str(mount),
        }
        with SidecarProcess(folder, provider="kubernetes", kubernetes=settings) as sidecar:
            seconds = _changes(plane, sidecar)
    note = "the request that writes Trident's status → `upsert` on the event stream of the sidecar"
    return [
        Figure(NAME, "s", 2, statistics.median(seconds), f"{note}, median of {ROUNDS}"),
        Figure("the slowest of these changes", "s", 2, max(seconds)),
    ]


def _write_objects(plane: ControlPlane) -> None:
    definitions = [_definition(plural, kind) for plural, kind in _KINDS.items()]
    _create(plane, definitions)
    plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
    plane.kubectl("apply", "-f", str(ROOT / "deploy" / "rbac" / "roles.yaml"))
    plane.kubectl("create", "namespace", NAMESPACE)
    _create(plane, _objects())
    bound = {"status": {"phase": "Bound", "accessModes": ["ReadWriteMany"], "capacity": {"storage": "10Gi"}}}
    status = ["--subresource=status", "--type=merge", f"--patch={json.dumps(bound)}"]
    plane.kubectl("-n", NAMESPACE, "patch", "pvc", CLAIM, *status)


def _create(plane: ControlPlane, objects: list[dict[str, Any]]) -> None:
    plane.kubectl("create", "-f", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def _changes(plane: ControlPlane, sidecar: SidecarProcess) -> list[float]:
    """Seconds of each change, from the request that writes it to the row."""
    _wait_for_mirror(sidecar)
    events = EventReader(sidecar.socket)
    writer = _StatusWriter(plane)
    seconds = []
    try:
        start = datetime.now(timezone.utc) - timedelta(hours=1)
        for number in range(ROUNDS):
            when = (start + timedelta(seconds=number)).replace(microsecond=0)
            sent = writer.write(when)
            seconds.append(_told(events, when) - sent)
    finally:
        writer.close()
        events.close()
    return seconds


def _wait_for_mirror(sidecar: SidecarProcess) -> None:
    sidecar.wait_for_first_answer()
    end = time.monotonic() + READY_SECONDS
    answer: object = None
    while time.monotonic() < end:
        try:
            answer = sidecar.ask("GET", "/ingest/mirrors")
        except RuntimeError as refusal:
            # Still starting.
            answer = str(refusal)
        if isinstance(answer, dict) and [one["id"] for one in answer["items"]] == [MIRROR]:
            return
        time.sleep(0.05)
    raise TimeoutError(f"The mirror is not listed: {answer}")


def _told(events: EventReader, when: datetime) -> float:
    """When the row was told with this change, in seconds since 1970."""

    def fits(event: dict[str, Any]) -> bool:
        thing = event.get("object", {})
        at = thing.get("toldAt") if thing.get("kind") == "mirror" else None
        return at is not None and datetime.fromisoformat(at.replace("Z", "+00:00")) == when

    return events.when(fits, f"the mirror as of {when}", ROW_SECONDS)
