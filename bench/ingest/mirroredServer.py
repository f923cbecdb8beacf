"""A server for a claim that a mirror arrives in: an API server of its own, Trident’s object, a real sidecar.

Nothing works on the objects. Needs the test bed’s binaries on PATH.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlPlane import ControlPlane
from sidecarProcess import ROOT, SidecarProcess

NAMESPACE, CLAIM, MIRROR = "hub", "claim-0", "climate"
SOURCE, DESTINATION = "svm_prod:data_0", "svm_lab:trident_pvc_0"
GROUP = "trident.netapp.io"
NO_BINARIES = "the binaries of the test bed are not on PATH: make cluster-up, then `export $(testbed/env)`"

_ACCOUNT = f"system:serviceaccount:{NAMESPACE}:datamark-singleuser"
_GROUPS = ["system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}", "system:authenticated"]
_READY_SECONDS = 60
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
    subject = {"kind": "User", "name": _ACCOUNT, "apiGroup": "rbac.authorization.k8s.io"}
    mapping = {"localPVCName": CLAIM, "remoteVolumeHandle": SOURCE}
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


@dataclass(frozen=True)
class MirroredServer:
    """What runs."""

    plane: ControlPlane
    sidecar: SidecarProcess


@contextmanager
def mirrored_server(folder: Path, **configuration: object) -> Iterator[MirroredServer]:
    """Yields when the sidecar lists the mirror; `configuration` is more of the sidecar’s."""
    mount = folder / "climate"
    mount.mkdir()
    with ControlPlane({_ACCOUNT: _GROUPS}) as plane:
        _write_objects(plane)
        settings = {
            "kubeconfig": str(plane.kubeconfig(_ACCOUNT, NAMESPACE)),
            "namespace": NAMESPACE,
            "volumes": f"{mount}={CLAIM}",
            "home": str(mount),
        }
        with SidecarProcess(folder, provider="kubernetes", kubernetes=settings, **configuration) as sidecar:
            _wait_for_mirror(sidecar)
            yield MirroredServer(plane, sidecar)


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


def _wait_for_mirror(sidecar: SidecarProcess) -> None:
    sidecar.wait_for_first_answer()
    end = time.monotonic() + _READY_SECONDS
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
