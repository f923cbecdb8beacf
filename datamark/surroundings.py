"""Where this process runs: which provider serves it, and what the sidecar is told of a pod.

Standard library only; the server extension and the client decide with it alike. Nothing is asked of the network, and
the sidecar reads no environment itself: everything it needs of ours is passed on here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Provider = Literal["local", "kubernetes"]

# Where Kubernetes mounts the token of the pod's account, unless it is told not to.
TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
# What an administrator writes into the pod template, where a setting of the server is not at hand.
PROVIDER_VARIABLE = "DATAMARK_PROVIDER"


def choose_provider(
    setting: str = "auto",
    *,
    directories: bool = False,
    environment: Mapping[str, str] = os.environ,
    token: Path = TOKEN,
) -> Provider:
    """The provider for a setting `auto`, `local` or `kubernetes`; `directories`: somebody named directories to serve.

    `auto`: DATAMARK_PROVIDER; else local for named directories; else kubernetes where DATAMARK_VOLUMES is set, or in
    a pod that has an account's token or belongs to JupyterHub or Kubeflow; else local.
    """
    for wanted in (setting, environment.get(PROVIDER_VARIABLE, "").strip()):
        if wanted == "local":
            return "local"
        if wanted == "kubernetes":
            return "kubernetes"
    if directories:
        return "local"
    if environment.get("DATAMARK_VOLUMES", "").strip():
        return "kubernetes"
    if not environment.get("KUBERNETES_SERVICE_HOST"):
        return "local"
    hosted = environment.get("JUPYTERHUB_USER") or environment.get("NB_PREFIX")
    return "kubernetes" if hosted or token.exists() else "local"


def kubernetes_settings(
    *,
    snapshot_class: str = "",
    allow_shared_snapshots: bool = False,
    isolation: str = "",
    environment: Mapping[str, str] = os.environ,
) -> dict[str, object]:
    """`kubernetes` of the sidecar's configuration; see server/src/kubernetesSettings.ts."""

    def given(name: str) -> str | None:
        return environment.get(name) or None

    in_pod = given("KUBERNETES_SERVICE_HOST") is not None
    return {
        "kubeconfig": given("KUBECONFIG"),
        "apiServer": {
            "host": environment["KUBERNETES_SERVICE_HOST"],
            "port": environment.get("KUBERNETES_SERVICE_PORT") or "443",
        }
        if in_pod
        else None,
        "namespace": given("DATAMARK_NAMESPACE"),
        "podName": given("DATAMARK_POD_NAME") or (given("HOSTNAME") or socket.gethostname() if in_pod else None),
        "volumes": given("DATAMARK_VOLUMES"),
        "home": given("HOME"),
        "jupyterHub": _jupyterhub(environment),
        "notebookPrefix": given("NB_PREFIX"),
        "snapshotClass": snapshot_class or given("DATAMARK_SNAPSHOT_CLASS"),
        "allowSharedSnapshots": allow_shared_snapshots,
        "isolation": isolation or given("DATAMARK_ISOLATION") or "auto",
    }


def _jupyterhub(environment: Mapping[str, str]) -> dict[str, object] | None:
    user = environment.get("JUPYTERHUB_USER")
    if not user:
        return None
    return {
        "user": user,
        "serverName": environment.get("JUPYTERHUB_SERVER_NAME", ""),
        "publicHubUrl": environment.get("JUPYTERHUB_PUBLIC_HUB_URL") or None,
        "host": environment.get("JUPYTERHUB_HOST", ""),
        "baseUrl": environment.get("JUPYTERHUB_BASE_URL") or "/",
        "cloneOption": environment.get("DATAMARK_CLONE_OPTION") or None,
    }


def cluster_alias(
    provider: Provider, *, environment: Mapping[str, str] = os.environ, token: Path = TOKEN
) -> str | None:
    """What lineage calls the cluster or this computer: DATAMARK_CLUSTER; else of the computer its name, and of a
    cluster 8 hex digits of its certificate authority, as the pod's account has it. None: nothing tells it.
    """
    named = environment.get("DATAMARK_CLUSTER", "").strip()
    if named:
        return named
    if provider == "local":
        return socket.gethostname()
    from hashlib import sha256

    try:
        authority = token.with_name("ca.crt").read_bytes()
    except OSError:
        return None
    return sha256(authority).hexdigest()[:8] if authority else None


def current_user(environment: Mapping[str, str] = os.environ) -> str | None:
    """Who works here: the hub's user, else the account of this process; None where neither is a person's name."""
    hub_user = environment.get("JUPYTERHUB_USER")
    if hub_user:
        return hub_user
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        # A number without a name, as in many containers.
        return None
