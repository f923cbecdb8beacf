"""What the environment of MLflow's client says, as the sidecar is told it; and that nothing else tells a secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datamark.mlflow_settings import lineage_settings

CANARY = "canary-5ecret"
HERE = "http://mlflow:5000"
TOKEN = Path("/run/account/token")


def told(home: Path, setting: str = "", **environment: str) -> dict[str, Any]:
    return lineage_settings(tracking_uri=setting, environment=environment, token=TOKEN, home=home)


def mlflow(home: Path, setting: str = "", **environment: str) -> dict[str, Any]:
    found: dict[str, Any] = told(home, setting, **environment)["mlflow"]
    return found


def test_where_nothing_is_set_mlflow_is_not_set_up(tmp_path: Path) -> None:
    assert told(tmp_path) == {"kernels": None, "cluster": None, "mlflow": None}
    assert told(tmp_path, MLFLOW_TRACKING_URI="  ")["mlflow"] is None


def test_an_address_alone_is_asked_without_credentials(tmp_path: Path) -> None:
    expected = {"trackingUri": f"{HERE}/behind/it", "auth": {"kind": "none"}, "workspace": None, "caFile": None}
    assert mlflow(tmp_path, MLFLOW_TRACKING_URI=f" {HERE}/behind/it ") == expected


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("mlruns", "a directory"),
        ("file:///home/ann/mlruns", "a directory"),
        ("sqlite:////home/ann/mlflow.db", "a database"),
        (f"postgresql://ann:{CANARY}@db/mlflow", "a database"),
        ("databricks", "a directory"),
        ("databricks://profile", "Databricks"),
        ("s3://bucket", "something else"),
        (f"http://ann:{CANARY}@", "no host"),
        (f"http://ann:{CANARY}@host:port", "can’t be read"),
        (f"http://ann:{CANARY} @host", "characters"),
        (f"http://ann:{CANARY}@[host", "can’t be read"),
    ],
)
def test_another_address_is_told_as_one_that_can_not_be_asked(tmp_path: Path, address: str, word: str) -> None:
    found = told(tmp_path, MLFLOW_TRACKING_URI=address)
    assert word in found["unusable"]
    assert "mlflow" not in found
    assert CANARY not in json.dumps(found)


@pytest.mark.parametrize(
    ("environment", "auth"),
    [
        (
            {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": CANARY, "MLFLOW_TRACKING_TOKEN": "t"},
            {"kind": "basic", "username": "ann", "password": CANARY},
        ),
        (
            {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_TOKEN": CANARY},
            {"kind": "bearer", "token": CANARY},
        ),
        ({"MLFLOW_TRACKING_USERNAME": "ann"}, {"kind": "none"}),
        (
            {"MLFLOW_TRACKING_AUTH": "kubernetes", "MLFLOW_TRACKING_TOKEN": CANARY},
            {"kind": "kubernetes", "tokenFile": str(TOKEN)},
        ),
        (
            {"MLFLOW_TRACKING_AUTH": "kubernetes-namespaced"},
            {
                "kind": "kubernetes-namespaced",
                "tokenFile": str(TOKEN),
                "namespaceFile": str(TOKEN.with_name("namespace")),
            },
        ),
    ],
)
def test_who_asks_is_decided_in_the_order_of_mlflows_client(
    tmp_path: Path, environment: dict[str, str], auth: dict[str, str]
) -> None:
    assert mlflow(tmp_path, MLFLOW_TRACKING_URI=HERE, **environment)["auth"] == auth


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_AUTH", "MLFLOW_TRACKING_AWS_SIGV4"])
def test_ways_of_asking_that_are_not_known_are_told(tmp_path: Path, name: str) -> None:
    assert name in told(tmp_path, MLFLOW_TRACKING_URI=HERE, **{name: "true"})["unusable"]


def test_credentials_in_the_address_are_taken_out_of_it(tmp_path: Path) -> None:
    found = mlflow(tmp_path, MLFLOW_TRACKING_URI=f"https://ann:{CANARY}%40@mlflow/m?token={CANARY}")
    assert found["trackingUri"] == "https://mlflow/m"
    assert found["auth"] == {"kind": "basic", "username": "ann", "password": f"{CANARY}@"}


def test_mlflows_own_file_of_credentials_is_read_and_the_environment_counts_before_it(tmp_path: Path) -> None:
    (tmp_path / ".mlflow").mkdir()
    file = tmp_path / ".mlflow" / "credentials"
    file.write_text(f"[mlflow]\nmlflow_tracking_username = ann\nmlflow_tracking_password = {CANARY}%x\n")
    expected = {"kind": "basic", "username": "ann", "password": f"{CANARY}%x"}
    assert mlflow(tmp_path, MLFLOW_TRACKING_URI=HERE)["auth"] == expected
    found = mlflow(tmp_path, MLFLOW_TRACKING_URI=HERE, MLFLOW_TRACKING_USERNAME="bob")
    assert found["auth"] == {**expected, "username": "bob"}
    file.write_text("no section")
    assert mlflow(tmp_path, MLFLOW_TRACKING_URI=HERE)["auth"] == {"kind": "none"}


def test_credentials_of_the_environment_go_to_no_other_server_than_its_own(tmp_path: Path) -> None:
    secret = {"MLFLOW_TRACKING_TOKEN": CANARY, "MLFLOW_WORKSPACE": "team"}
    elsewhere = mlflow(tmp_path, "http://elsewhere:5000", MLFLOW_TRACKING_URI=HERE, **secret)
    assert CANARY not in json.dumps(elsewhere)
    for environment in ({}, {"MLFLOW_TRACKING_URI": "http://mlflow:5000/path"}):
        found = mlflow(tmp_path, HERE, **environment, **secret)
        assert found["auth"] == {"kind": "bearer", "token": CANARY}
        assert found["workspace"] == "team"


def test_the_authority_is_told_where_the_sidecar_finds_it(tmp_path: Path) -> None:
    found = mlflow(tmp_path, MLFLOW_TRACKING_URI=HERE, MLFLOW_TRACKING_SERVER_CERT_PATH="certs/ca.pem")
    assert found["caFile"] == str(Path.cwd() / "certs" / "ca.pem")


def test_the_alias_is_a_setting_then_the_environments(tmp_path: Path) -> None:
    assert told(tmp_path, DATAMARK_CLUSTER=" prod ")["cluster"] == "prod"
    found = lineage_settings(alias="dev", environment={"DATAMARK_CLUSTER": "prod"}, home=tmp_path)
    assert found["cluster"] == "dev"
    assert "alias" in told(tmp_path, DATAMARK_CLUSTER="a b")["unusable"]


def test_the_image_of_the_pod_is_told_where_the_hub_tells_it(tmp_path: Path) -> None:
    assert told(tmp_path, JUPYTER_IMAGE_SPEC="hub/lab:1", JUPYTER_IMAGE="lab")["image"] == "hub/lab:1"
    assert "image" not in told(tmp_path, JUPYTER_IMAGE_SPEC="")
