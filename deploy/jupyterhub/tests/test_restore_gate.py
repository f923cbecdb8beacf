"""The hub’s hook that waits for a restore, read as the hub reads it; the API and tornado’s error are stand-ins."""

import ast
import asyncio
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml
from traitlets.config import Config

DEPLOY = Path(__file__).resolve().parents[2]
HOOK = DEPLOY / "jupyterhub" / "restore_gate.py"


class ApiException(Exception):
    """As kubernetes_asyncio’s."""


class ClientError(Exception):
    """As aiohttp’s."""


class HTTPError(Exception):
    """As tornado’s."""

    def __init__(self, status_code: int, log_message: str) -> None:
        super().__init__(log_message)
        self.status_code = status_code


class Restores:
    """The restores of the namespace, at each look."""

    def __init__(self) -> None:
        self.looks: list[list[dict[str, Any]] | Exception] = [[]]
        self.asked: list[tuple[object, ...]] = []

    async def list_namespaced_custom_object(self, *resource: object, _request_timeout: int) -> dict[str, Any]:
        assert _request_timeout > 0
        self.asked.append(resource)
        items = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(items, Exception):
            raise items
        return {"items": items}


@pytest.fixture
def restores(monkeypatch: pytest.MonkeyPatch) -> Restores:
    """What the hook imports, and what it is answered."""
    api = Restores()
    contents: dict[str, dict[str, Any]] = {
        "aiohttp": {"ClientError": ClientError},
        "kubernetes_asyncio": {},
        "kubernetes_asyncio.client": {},
        "kubernetes_asyncio.client.exceptions": {"ApiException": ApiException},
        "kubespawner": {},
        "kubespawner.clients": {"shared_client": lambda _: api},
        "tornado": {},
        "tornado.web": {"HTTPError": HTTPError},
    }
    for name, members in contents.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return api


class Hub:
    """A hub with the hook, and ann’s spawner of it."""

    def __init__(self, config: Config | None = None, wait: float = 0.0) -> None:
        self.config = config or Config()
        self.settings: dict[str, Any] = {}
        self.warnings: list[str] = []
        namespace = {"get_config": lambda: self.config, "GATE_WAIT": wait}
        text = HOOK.read_text().replace("\nGATE_WAIT = 20.0\nGATE_LOOK = 1.0\n", "\nGATE_LOOK = 0.0\n")
        assert "GATE_WAIT =" not in text
        exec(compile(text, HOOK, "exec"), namespace)  # noqa: S102

    def start(self, handler: bool = True) -> None:
        """Starts the server as far as the hook goes."""
        spawner = SimpleNamespace(
            pvc_name="claim-ann",
            namespace="jhub",
            handler=SimpleNamespace(settings=self.settings) if handler else None,
            log=SimpleNamespace(warning=lambda message, *values: self.warnings.append(message % values)),
        )
        asyncio.run(self.config.KubeSpawner.pre_spawn_hook(spawner))


def at(seconds: float) -> str:
    """That many seconds from now, as the controller writes times."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def restore(claim: str = "claim-ann", **status: object) -> dict[str, Any]:
    """A restore with this status."""
    return {"spec": {"claimName": claim}, "status": status}


CLOSED = {"phase": "Restoring", "strategy": "swap", "gateClosedUntil": at(3600)}


def test_a_start_ends_with_409_and_says_what_to_do(restores: Restores) -> None:
    """The hub shows jupyterhub_message."""
    restores.looks = [[restore(**CLOSED, message="Step 2 of 3: the volumes are exchanged.")]]
    with pytest.raises(HTTPError) as refused:
        Hub().start()
    assert refused.value.status_code == 409
    assert vars(refused.value)["jupyterhub_message"] == (
        "Your volume claim-ann is being restored. That mostly takes some seconds. Start the server again after that."
        " Step 2 of 3: the volumes are exchanged."
    )
    assert restores.asked == [("datamark.github.io", "v1alpha1", "jhub", "volumerestores")]


def test_it_is_not_counted_among_the_hubs_failures(restores: Restores) -> None:
    """The hub adds one for it."""
    restores.looks = [[restore(**CLOSED)]]
    hub = Hub()
    hub.settings["failure_count"] = 3
    with pytest.raises(HTTPError):
        hub.start()
    assert hub.settings["failure_count"] + 1 == 3
    with pytest.raises(HTTPError):
        hub.start(handler=False)


@pytest.mark.parametrize(
    "restored",
    [
        restore("claim-bob", **CLOSED),
        restore("claim-anna", **CLOSED),
        {"spec": {"claimName": "claim-ann"}},
        restore(phase="Planned"),
        restore(phase="WaitingForRelease", strategy="swap", gateClosedUntil=None),
        restore(phase="Restoring", strategy="swap", gateClosedUntil=at(-1)),
        restore(phase="Securing", strategy="copy", gateClosedUntil=at(-1)),
        *[restore(**{**CLOSED, "phase": phase}) for phase in ("Succeeded", "RolledBack", "Failed", "Cancelled")],
    ],
)
def test_what_the_cluster_lets_through_starts(restores: Restores, restored: dict[str, Any]) -> None:
    """Restores of others, over, not begun, or of a controller that has gone."""
    restores.looks = [[restored]]
    Hub().start()


@pytest.mark.parametrize("phase", ["Restoring", "Verifying"])
@pytest.mark.parametrize("until", [at(-3600), None])
def test_while_files_are_written_it_is_refused_at_once(restores: Restores, phase: str, until: str | None) -> None:
    """However long ago the controller was seen."""
    restores.looks = [[restore(phase=phase, strategy="copy", gateClosedUntil=until)]]
    with pytest.raises(HTTPError, match="some minutes"):
        Hub(wait=3600).start()
    assert len(restores.asked) == 1


def test_a_start_goes_on_when_the_restore_is_over(restores: Restores) -> None:
    """Within the time that it waits."""
    restores.looks = [[restore(**CLOSED)], [restore(**CLOSED)], [restore(**{**CLOSED, "phase": "Succeeded"})]]
    Hub(wait=3600).start()
    assert len(restores.asked) == 3


@pytest.mark.parametrize("error", [ApiException("no right"), ClientError("unreachable"), TimeoutError("too long")])
def test_where_the_cluster_does_not_say_the_start_goes_on(restores: Restores, error: Exception) -> None:
    """The policy refuses the pod then; the log says why nobody was told."""
    restores.looks = [error]
    hub = Hub()
    hub.start()
    assert hub.warnings == [f"Datamark can’t see whether claim-ann is being restored: {error}"]


@pytest.mark.parametrize("section", ["KubeSpawner", "Spawner"])
@pytest.mark.parametrize("waits", [True, False])
def test_the_hubs_own_hook_goes_first(restores: Restores, section: str, waits: bool) -> None:
    """Whichever way it is set."""
    seen: list[str] = []

    def now(spawner: SimpleNamespace) -> None:
        seen.append(spawner.pvc_name)

    async def later(spawner: SimpleNamespace) -> None:
        seen.append(spawner.pvc_name)

    config = Config()
    config[section].pre_spawn_hook = later if waits else now
    restores.looks = [[restore(**CLOSED)]]
    with pytest.raises(HTTPError):
        Hub(config).start()
    assert seen == ["claim-ann"]


def test_both_files_fit_into_one_configuration() -> None:
    """Zero to JupyterHub runs all of hub.extraConfig in one namespace: a name of one must not be the other’s too."""

    def own(file: str) -> set[str]:
        defined: set[str] = set()
        for node in ast.parse((DEPLOY / "jupyterhub" / file).read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                defined.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                defined.update(target.id for target in targets if isinstance(target, ast.Name))
        return defined

    assert own("mount_clone.py") & own("restore_gate.py") == {"c"}


def test_the_hubs_account_may_list_what_the_hook_lists() -> None:
    """And nothing else."""
    role, binding = yaml.safe_load_all((DEPLOY / "jupyterhub" / "restore-gate-rbac.yaml").read_text())
    assert role["rules"] == [
        {"apiGroups": ["datamark.github.io"], "resources": ["volumerestores"], "verbs": ["list"]},
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
