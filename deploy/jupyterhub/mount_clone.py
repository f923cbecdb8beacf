"""JupyterHub: starts a server with one of its user’s clones in it.

    https://<hub>/hub/spawn/<user>/<server>?clone=<claim>

mounts that claim at /home/jovyan/clones/<name> of the server. Zero to JupyterHub takes this file as
`hub.extraConfig`; elsewhere its text stands at the end of jupyterhub_config.py, behind the choice of the spawner.

A claim is mounted only if its name is a claim of this user, a dot, and a name: what Datamark calls clones. KubeSpawner
puts no dot into names it makes, so no other user’s claim can have such a name. The option is kept with the server: it
has the clone at each later start too, until the server is deleted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any, Protocol

from kubernetes_asyncio.client import (
    V1EnvVar,
    V1PersistentVolumeClaimVolumeSource,
    V1Pod,
    V1Volume,
    V1VolumeMount,
)
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner import KubeSpawner
from kubespawner.clients import shared_client
from traitlets.utils.importstring import import_item

# Where clones are mounted. Below the directory that the file browser shows, so that they can be seen there.
CLONES = "/home/jovyan/clones"
OPTION = "clone"


class User(Protocol):
    """What is used of JupyterHub’s user."""

    spawners: Mapping[str, Spawner]


class Spawner(Protocol):
    """What is used of KubeSpawner."""

    user: User
    user_options: Mapping[str, object]
    pvc_name: str
    namespace: str


Hook = Callable[[Spawner, V1Pod], "V1Pod | Awaitable[V1Pod]"]


class CloneRefused(Exception):
    """The start is refused; the hub shows the text to the user."""

    def __init__(self, message: str) -> None:
        """`message`: what is wrong, and what to do."""
        super().__init__(message)
        self.jupyterhub_message = message


def own_claims(spawner: Spawner) -> set[str]:
    """Names of the claims that the hub made, or found, for this user’s servers."""
    # [""] is the default server, also when it has never been started.
    servers = [spawner, spawner.user.spawners[""], *spawner.user.spawners.values()]
    return {server.pvc_name for server in servers if server.pvc_name}


def asked_claim(user_options: Mapping[str, object]) -> str | None:
    """The claim that was asked for; a form or an address gives a list, the API a text."""
    asked = user_options.get(OPTION)
    if isinstance(asked, (list, tuple)):
        asked = asked[0] if asked else None
    if not asked:
        return None
    if not isinstance(asked, str):
        raise CloneRefused(f"The option {OPTION} takes the name of a clone.")
    return asked


def clone_name(claim: str, own: set[str]) -> str | None:
    """The clone’s own name, or None where the claim is no clone of one of these."""
    for mine in own:
        if claim.startswith(f"{mine}.") and len(claim) > len(mine) + 1:
            return claim[len(mine) + 1 :]
    return None


def mounted(pod: V1Pod, claim: str, name: str) -> V1Pod:
    """The pod with the claim mounted and declared, and nothing else changed."""
    path = f"{CLONES}/{name}"
    source = V1PersistentVolumeClaimVolumeSource(claim_name=claim)
    pod.spec.volumes = [*(pod.spec.volumes or []), V1Volume(name="datamark-clone", persistent_volume_claim=source)]
    container = next(one for one in pod.spec.containers if one.name == "notebook")
    mount = V1VolumeMount(name="datamark-clone", mount_path=path)
    container.volume_mounts = [*(container.volume_mounts or []), mount]
    declared = next((one for one in container.env or [] if one.name == "DATAMARK_VOLUMES"), None)
    if declared is not None and declared.value:
        separator = "\n" if "\n" in declared.value.strip() else ","
        declared.value = f"{declared.value.rstrip()}{separator}{path}={claim}"
    return pod


async def mount_clone(spawner: Spawner, pod: V1Pod) -> V1Pod:
    """`modify_pod_hook` of KubeSpawner: works on this start’s pod alone, so nothing stays in the spawner."""
    pod = await _earlier(spawner, pod)
    container = next(one for one in pod.spec.containers if one.name == "notebook")
    # Tells the panel that it may offer such a start.
    container.env = [*(container.env or []), V1EnvVar(name="DATAMARK_CLONE_OPTION", value=OPTION)]
    claim = asked_claim(spawner.user_options)
    if claim is None:
        return pod
    name = clone_name(claim, own_claims(spawner))
    if name is None:
        raise CloneRefused(
            f"{claim} is not a clone of yours. Open one of the clones that Datamark lists in your server."
        )
    try:
        found = await shared_client("CoreV1Api").read_namespaced_persistent_volume_claim(claim, spawner.namespace)
    except ApiException as error:
        if error.status != 404:
            raise
        raise CloneRefused(
            f"There is no clone {name} any more. Start a server without it, or delete this one."
        ) from error
    if found.metadata.deletion_timestamp is not None:
        raise CloneRefused(f"Clone {name} is being deleted. Start a server without it, or delete this one.")
    return mounted(pod, claim, name)


async def _earlier(spawner: Spawner, pod: V1Pod) -> V1Pod:
    if HOOK_BEFORE is None:
        return pod
    changed = HOOK_BEFORE(spawner, pod)
    return await changed if isawaitable(changed) else changed


def with_clones(spawner_class: Any) -> Any:
    """A spawner that keeps the clone of an address; KubeSpawner keeps only what its profiles know."""

    def options_from_query(self: Any, query_data: Mapping[str, object]) -> dict[str, object]:
        options: dict[str, object] = spawner_class.options_from_query(self, query_data)
        claim = asked_claim(query_data)
        return options if claim is None else {**options, OPTION: claim}

    return type(spawner_class)("CloneSpawner", (spawner_class,), {"options_from_query": options_from_query})


# JupyterHub puts get_config into the namespace of its configuration files.
c: Any = globals()["get_config"]()
# A hook that the configuration has set already; it goes first.
HOOK_BEFORE: Hook | None = c.KubeSpawner.modify_pod_hook if "modify_pod_hook" in c.KubeSpawner else None
c.KubeSpawner.modify_pod_hook = mount_clone
# The spawner that the configuration has chosen already is built upon.
CHOSEN: Any = c.JupyterHub.spawner_class if "spawner_class" in c.JupyterHub else KubeSpawner
if isinstance(CHOSEN, str):
    CHOSEN = import_item(CHOSEN) if "." in CHOSEN else KubeSpawner
c.JupyterHub.spawner_class = with_clones(CHOSEN)
