"""JupyterHub: tells a user whose home is being restored so, in place of a start that the cluster refuses.

Zero to JupyterHub takes this file as `hub.extraConfig`; elsewhere its text stands at the end of jupyterhub_config.py.
The hub’s account needs restore-gate-rbac.yaml.

A start waits until the volume is whole again, for a short time. After that it ends with 409 and a message, and is not
counted among the failed starts after which a hub starts itself anew. The rule that nobody mounts such a volume is the
cluster’s own (deploy/policies/restore-gate.yaml): where this file can’t ask, it lets the start go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timezone
from inspect import isawaitable
from time import monotonic
from typing import Any, Protocol

from aiohttp import ClientError
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner.clients import shared_client
from tornado.web import HTTPError

# How long a start waits, and how often it looks, in seconds. 0: it is refused at once.
GATE_WAIT = 20.0
GATE_LOOK = 1.0
RESTORE_ENDS = ("Succeeded", "RolledBack", "Failed", "Cancelled")


class HubLog(Protocol):
    """What is used of the hub’s log."""

    def warning(self, message: str, *values: object) -> None: ...


class StartRequest(Protocol):
    """What is used of the request that starts a server."""

    settings: MutableMapping[str, Any]


class HomeSpawner(Protocol):
    """What is used of KubeSpawner."""

    pvc_name: str
    namespace: str
    handler: StartRequest | None
    log: HubLog


StartHook = Callable[[HomeSpawner], "Awaitable[None] | None"]


class VolumeIsBeingRestored(HTTPError):
    """409; the hub shows the text to the user."""

    def __init__(self, message: str) -> None:
        """`message`: what is going on, and what to do."""
        super().__init__(409, message)
        self.jupyterhub_message = message


def writes(restore: dict[str, Any]) -> bool:
    """Whether the volume’s own files are being written: then it stays closed until that is over."""
    status = restore.get("status") or {}
    return status.get("strategy") == "copy" and status.get("phase") in ("Restoring", "Verifying")


def is_closed(restore: dict[str, Any], now: datetime) -> bool:
    """Whether the cluster refuses pods that mount its claim: the rule of deploy/policies/restore-gate.yaml."""
    status = restore.get("status") or {}
    if status.get("phase") in RESTORE_ENDS:
        return False
    until = status.get("gateClosedUntil")
    return writes(restore) or (until is not None and now <= datetime.fromisoformat(until.replace("Z", "+00:00")))


async def closed_by(spawner: HomeSpawner) -> dict[str, Any] | None:
    """The restore that keeps this server’s home closed; None also where the cluster doesn’t say."""
    resource = ("datamark.github.io", "v1alpha1", spawner.namespace, "volumerestores")
    try:
        found = await shared_client("CustomObjectsApi").list_namespaced_custom_object(*resource, _request_timeout=5)
    except (ApiException, ClientError, TimeoutError, asyncio.TimeoutError) as error:
        spawner.log.warning("Datamark can’t see whether %s is being restored: %s", spawner.pvc_name, error)
        return None
    now = datetime.now(timezone.utc)
    own: list[dict[str, Any]] = [one for one in found["items"] if one["spec"]["claimName"] == spawner.pvc_name]
    return next((one for one in own if is_closed(one, now)), None)


def message_of(restore: dict[str, Any], claim: str) -> str:
    """What the user reads."""
    said = (restore.get("status") or {}).get("message") or ""
    when = "That can take some minutes." if writes(restore) else "That mostly takes some seconds."
    return f"Your volume {claim} is being restored. {when} Start the server again after that. {said}".rstrip()


async def refuse_while_restored(spawner: HomeSpawner) -> None:
    """`pre_spawn_hook` of KubeSpawner."""
    await _start_hook_before(spawner)
    end = monotonic() + GATE_WAIT
    while (restore := await closed_by(spawner)) is not None:
        if writes(restore) or monotonic() >= end:
            if spawner.handler is not None:
                # The hub counts a start that ends with an error, and after some in a row starts itself anew.
                counted = spawner.handler.settings
                counted["failure_count"] = counted.get("failure_count", 0) - 1
            raise VolumeIsBeingRestored(message_of(restore, spawner.pvc_name))
        await asyncio.sleep(GATE_LOOK)


async def _start_hook_before(spawner: HomeSpawner) -> None:
    if START_HOOK_BEFORE is not None:
        done = START_HOOK_BEFORE(spawner)
        if isawaitable(done):
            await done


# JupyterHub puts get_config into the namespace of its configuration files.
c: Any = globals()["get_config"]()
# A hook that the configuration has set already; it goes first.
START_HOOK_BEFORE: StartHook | None = next(
    (section.pre_spawn_hook for section in (c.KubeSpawner, c.Spawner) if "pre_spawn_hook" in section), None
)
c.KubeSpawner.pre_spawn_hook = refuse_while_restored
