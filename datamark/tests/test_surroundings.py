"""Which provider is chosen, and what the sidecar is told of a pod."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from datamark.surroundings import choose_provider, current_user, kubernetes_settings
from datamark.tests.scene import Command, clean_environment

POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
HUB = {"JUPYTERHUB_USER": "ann", "JUPYTERHUB_BASE_URL": "/hubs/one/", "JUPYTERHUB_SERVER_NAME": "gpu"}


def chosen(
    environment: dict[str, str], token: bool = False, *, setting: str = "auto", directories: bool = False
) -> str:
    """The provider in an environment, with or without an account's token."""
    place = Path(__file__) if token else Path("/nonexistent/token")
    return choose_provider(setting, directories=directories, environment=environment, token=place)


@pytest.mark.parametrize(
    ("environment", "token", "expected"),
    [
        ({}, False, "local"),
        # A laptop or a container with a stray token, but no cluster around it.
        ({}, True, "local"),
        ({"JUPYTERHUB_USER": "ann"}, False, "local"),
        ({"NB_PREFIX": "/notebook/ann/one"}, False, "local"),
        (POD, False, "local"),
        (POD, True, "kubernetes"),
        ({**POD, "JUPYTERHUB_USER": "ann"}, False, "kubernetes"),
        ({**POD, "NB_PREFIX": "/notebook/ann/one"}, False, "kubernetes"),
        ({"DATAMARK_VOLUMES": "/home/jovyan=claim-ann"}, False, "kubernetes"),
        ({"DATAMARK_VOLUMES": " \n"}, False, "local"),
        ({"DATAMARK_PROVIDER": "local", **POD, **HUB, "DATAMARK_VOLUMES": "/data=set"}, True, "local"),
        ({"DATAMARK_PROVIDER": "kubernetes"}, False, "kubernetes"),
        ({"DATAMARK_PROVIDER": "auto", **POD}, True, "kubernetes"),
    ],
)
def test_the_environment_decides(environment: dict[str, str], token: bool, expected: str) -> None:
    assert chosen(environment, token) == expected


def test_a_setting_outranks_the_environment_and_named_directories_what_is_guessed_from_it() -> None:
    everything = {**POD, **HUB, "DATAMARK_VOLUMES": "/home/jovyan=claim-ann"}
    assert chosen({**everything, "DATAMARK_PROVIDER": "kubernetes"}, True, setting="local") == "local"
    assert chosen({"DATAMARK_PROVIDER": "local"}, setting="kubernetes") == "kubernetes"
    assert chosen(everything, True, directories=True) == "local"
    assert chosen({**everything, "DATAMARK_PROVIDER": "kubernetes"}, True, directories=True) == "kubernetes"


def test_a_pod_of_a_hub_is_told_as_it_is() -> None:
    environment = {
        **POD,
        **HUB,
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_PUBLIC_HUB_URL": "https://example.org/hub/",
        "HOSTNAME": "jupyter-ann--gpu",
        "HOME": "/home/jovyan",
        "DATAMARK_VOLUMES": "/home/jovyan=claim-ann\n/data=set",
        "DATAMARK_CLONE_OPTION": "clone",
    }
    assert kubernetes_settings(environment=environment, snapshot_class="gold", allow_shared_snapshots=True) == {
        "kubeconfig": None,
        "apiServer": {"host": "10.96.0.1", "port": "443"},
        "namespace": None,
        "podName": "jupyter-ann--gpu",
        "volumes": "/home/jovyan=claim-ann\n/data=set",
        "home": "/home/jovyan",
        "jupyterHub": {
            "user": "ann",
            "serverName": "gpu",
            "publicHubUrl": "https://example.org/hub/",
            "host": "",
            "baseUrl": "/hubs/one/",
            "cloneOption": "clone",
        },
        "notebookPrefix": None,
        "snapshotClass": "gold",
        "allowSharedSnapshots": True,
        "isolation": "auto",
    }
    environment["DATAMARK_ISOLATION"] = "policy"
    assert kubernetes_settings(environment=environment)["isolation"] == "policy"
    assert kubernetes_settings(environment=environment, isolation="single-owner")["isolation"] == "single-owner"


def test_the_downward_api_outranks_the_host_name_which_outside_of_a_pod_is_none() -> None:
    assert kubernetes_settings(environment={**POD, "DATAMARK_POD_NAME": "p", "HOSTNAME": "node"})["podName"] == "p"
    assert kubernetes_settings(environment=POD)["podName"] == socket.gethostname()
    outside = kubernetes_settings(environment={"HOSTNAME": "laptop", "KUBECONFIG": "/c", "NB_PREFIX": ""})
    assert (outside["podName"], outside["apiServer"], outside["kubeconfig"]) == (None, None, "/c")
    assert (outside["jupyterHub"], outside["notebookPrefix"]) == (None, None)


def test_no_token_is_passed_on() -> None:
    secret = "not-for-the-sidecar"
    names = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN")
    assert secret not in json.dumps(kubernetes_settings(environment={**POD, **HUB, **dict.fromkeys(names, secret)}))


def test_the_user_of_the_hub_is_who_works_here() -> None:
    assert current_user({"JUPYTERHUB_USER": "ann"}) == "ann"
    assert current_user({}) != "ann"


def test_deciding_imports_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import datamark.surroundings; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(),
    )
    assert not {"ssl", "asyncio", "getpass", "tornado", "traitlets", "kubernetes"} & set(done.stdout.split())


def test_a_root_that_is_named_is_a_directory_also_in_a_pod(datamark: Command, root: Path) -> None:
    found = datamark.json(
        "status", "--root", str(root), env={**POD, "DATAMARK_VOLUMES": "/data=set", "DATAMARK_PROVIDER": ""}
    )
    assert found["provider"]["kind"] == "local"
