"""The hub’s hook, read as the hub reads it; the Kubernetes models and the API are stand-ins."""

import asyncio
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from traitlets.config import Config

HOOK = Path(__file__).resolve().parents[1] / "mount_clone.py"


class ApiException(Exception):
    """As kubernetes_asyncio’s."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Claims:
    """The claims of the namespace, with the time since which each is being deleted."""

    def __init__(self, deleting: dict[str, str | None]) -> None:
        self.deleting = deleting

    async def read_namespaced_persistent_volume_claim(self, name: str, namespace: str) -> SimpleNamespace:
        assert namespace == "hub"
        if name not in self.deleting:
            raise ApiException(404)
        return SimpleNamespace(metadata=SimpleNamespace(deletion_timestamp=self.deleting[name]))


class OnlyProfiles:
    """Keeps of an address what KubeSpawner keeps."""

    def options_from_query(self, query_data: dict[str, list[str]]) -> dict[str, str]:
        return {name: given[0] for name, given in query_data.items() if name == "profile"}


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Config:
    """The hub’s configuration, with what the hook imports."""
    claims = Claims({"claim-ann.try": None, "claim-ann.old": "2026-11-22T10:00:00Z", "claim-bob.try": None})
    models = ["V1EnvVar", "V1PersistentVolumeClaimVolumeSource", "V1Pod", "V1Volume", "V1VolumeMount"]
    contents: dict[str, dict[str, Any]] = {
        "kubernetes_asyncio": {},
        "kubernetes_asyncio.client": dict.fromkeys(models, SimpleNamespace),
        "kubernetes_asyncio.client.exceptions": {"ApiException": ApiException},
        "kubespawner": {"KubeSpawner": OnlyProfiles},
        "kubespawner.clients": {"shared_client": lambda _: claims},
    }
    for name, members in contents.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return Config()


def load(config: Config) -> Any:
    """Reads the file as a configuration file; returns the hook that KubeSpawner would call."""
    exec(compile(HOOK.read_text(), HOOK, "exec"), {"get_config": lambda: config})  # noqa: S102
    return config.KubeSpawner.modify_pod_hook


def spawner(options: dict[str, object], server: str = "gpu") -> SimpleNamespace:
    """Ann’s spawner of that server."""
    user = SimpleNamespace(spawners={"": SimpleNamespace(pvc_name="claim-ann")})
    mine = SimpleNamespace(user=user, user_options=options, namespace="hub")
    mine.pvc_name = f"claim-ann--{server}" if server else "claim-ann"
    user.spawners[server] = mine
    return mine


def pod(volumes: str | None = "/home/jovyan=claim-ann--gpu") -> SimpleNamespace:
    """A pod as KubeSpawner makes it, with another container before the notebook’s."""
    env = None if volumes is None else [SimpleNamespace(name="DATAMARK_VOLUMES", value=volumes)]
    notebook = SimpleNamespace(name="notebook", volume_mounts=None, env=env)
    return SimpleNamespace(spec=SimpleNamespace(volumes=None, containers=[SimpleNamespace(name="proxy"), notebook]))


def start(config: Config, options: dict[str, object], made: SimpleNamespace | None = None) -> SimpleNamespace:
    """What becomes of the pod at a start with these options."""
    changed: SimpleNamespace = asyncio.run(load(config)(spawner(options), made or pod()))
    return changed


def environment(made: SimpleNamespace) -> dict[str, str]:
    """The variables of the notebook’s container."""
    return {variable.name: variable.value for variable in made.spec.containers[1].env}


@pytest.mark.parametrize("asked", ["claim-ann.try", ["claim-ann.try"]])
def test_an_own_clone_is_mounted_and_declared(config: Config, asked: object) -> None:
    """By the API a text, by an address a list."""
    made = start(config, {"clone": asked})
    (volume,) = made.spec.volumes
    assert volume.persistent_volume_claim.claim_name == "claim-ann.try"
    (mount,) = made.spec.containers[1].volume_mounts
    assert (mount.name, mount.mount_path) == (volume.name, "/home/jovyan/clones/try")
    declared = "/home/jovyan=claim-ann--gpu,/home/jovyan/clones/try=claim-ann.try"
    assert environment(made)["DATAMARK_VOLUMES"] == declared


def test_lines_stay_lines(config: Config) -> None:
    """DATAMARK_VOLUMES with an entry on each line gets another line."""
    made = start(config, {"clone": "claim-ann.try"}, pod("/a=one\n/b=two\n"))
    assert environment(made)["DATAMARK_VOLUMES"] == "/a=one\n/b=two\n/home/jovyan/clones/try=claim-ann.try"


@pytest.mark.parametrize("options", [{}, {"clone": ""}, {"clone": []}, {"profile": "big"}])
def test_without_the_option_nothing_is_mounted(config: Config, options: dict[str, object]) -> None:
    """The server starts as ever, and is told that it could be asked for."""
    made = start(config, options)
    assert made.spec.volumes is None
    assert environment(made)["DATAMARK_CLONE_OPTION"] == "clone"


@pytest.mark.parametrize(
    "claim",
    [
        "claim-bob.try",
        "claim-bob",
        "claim-ann",
        "claim-ann.",
        "claim-anna.try",
        "claim-an.try",
        ".try",
        "jupyterhub-shared-volume",
        "claim-ann--other.try",
    ],
)
def test_what_is_no_clone_of_hers_is_refused(config: Config, claim: str) -> None:
    """The hub shows the text."""
    with pytest.raises(Exception, match="is not a clone of yours") as refused:
        start(config, {"clone": claim})
    assert vars(refused.value)["jupyterhub_message"] == str(refused.value)


def test_a_clone_of_the_named_servers_own_claim_is_hers_too(config: Config) -> None:
    """That it does not exist is found out only for a claim that is hers."""
    with pytest.raises(Exception, match="There is no clone x any more"):
        start(config, {"clone": "claim-ann--gpu.x"})


@pytest.mark.parametrize(
    ("claim", "message"), [("claim-ann.gone", "no clone gone any more"), ("claim-ann.old", "old is being deleted")]
)
def test_a_clone_that_is_not_there_is_refused_before_the_pod_waits_for_it(
    config: Config, claim: str, message: str
) -> None:
    """A pod with such a claim would wait until the start times out."""
    with pytest.raises(Exception, match=message):
        start(config, {"clone": claim})


def test_something_that_is_no_name_is_refused(config: Config) -> None:
    """The API takes any JSON."""
    with pytest.raises(Exception, match="takes the name of a clone"):
        start(config, {"clone": {"name": "claim-ann.try"}})


def test_the_hubs_own_hook_goes_first(config: Config) -> None:
    """Its pod is the one that is changed."""
    other = pod("/other=claim-ann--gpu")

    async def before(_: object, __: object) -> SimpleNamespace:
        return other

    config.KubeSpawner.modify_pod_hook = before
    assert start(config, {"clone": "claim-ann.try"}) is other
    assert len(other.spec.volumes) == 1


@pytest.mark.parametrize("chosen", [None, "kubespawner.KubeSpawner", "kubespawner", OnlyProfiles])
def test_an_address_keeps_the_clone_besides_what_the_spawner_keeps(config: Config, chosen: object) -> None:
    if chosen is not None:
        config.JupyterHub.spawner_class = chosen
    load(config)
    spawner = config.JupyterHub.spawner_class()
    assert isinstance(spawner, OnlyProfiles)
    query = {"profile": ["small"], "clone": ["claim-ann.try"], "other": ["x"]}
    assert spawner.options_from_query(query) == {"profile": "small", "clone": "claim-ann.try"}
    assert spawner.options_from_query({"profile": ["small"]}) == {"profile": "small"}
