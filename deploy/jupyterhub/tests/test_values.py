"""The values for Zero to JupyterHub fit the manifests, and the texts in them what KubeSpawner makes of them."""

from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parents[2]
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "jupyterhub" / "values.yaml").read_text())


def test_the_servers_run_as_the_account_that_the_manifests_bind() -> None:
    """Both name it."""
    bindings = list(yaml.safe_load_all((DEPLOY / "rbac" / "bindings.yaml").read_text()))
    account = VALUES["singleuser"]["serviceAccountName"]
    assert {item["metadata"]["name"] for item in bindings if item["kind"] == "ServiceAccount"} == {account}
    assert [s["name"] for item in bindings if item["kind"] == "RoleBinding" for s in item["subjects"]] == [account]


def test_the_volumes_are_filled_in_by_str_format() -> None:
    """KubeSpawner 7 expands each text of the environment so."""
    text = VALUES["singleuser"]["extraEnv"]["DATAMARK_VOLUMES"]
    assert text.format(pvc_name="claim-ann--gpu") == "/home/jovyan=claim-ann--gpu"


def test_every_way_out_names_a_target_and_a_port() -> None:
    """An empty `to` would let everything out."""
    for rule in VALUES["singleuser"]["networkPolicy"]["egress"]:
        assert rule["to"]
        assert all(port["protocol"] == "TCP" and port["port"] for port in rule["ports"])
