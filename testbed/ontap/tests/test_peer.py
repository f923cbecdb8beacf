"""The peer's own list of mirrors, of netapp-dataops-traditional, against the emulator."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from netapp_dataops.traditional import list_snap_mirror_relationships
from netapp_dataops.traditional.core import config as peer_config
from ontap_process import OntapProcess


class Memory(KeyringBackend):
    """Where the peer looks for its name and password."""

    priority = 1
    kept = {"username": "admin", "password": "admin-password"}  # noqa: RUF012

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username) if service == peer_config.KEYRING_SERVICE_NAME else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def peer(ontap: OntapProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".netapp_dataops"
    folder.mkdir()
    place = ontap.place
    settings = {"connectionType": "ONTAP", "hostname": f"127.0.0.1:{place['port']}", "sslCertPath": place["ca"]}
    (folder / "config.json").write_text(json.dumps(settings | {"svm": "dst"}))
    monkeypatch.setenv("HOME", str(tmp_path))
    keyring.set_keyring(Memory())


@pytest.mark.usefixtures("peer")
def test_the_peer_lists_mirrors_with_a_request_for_each(ontap: OntapProcess) -> None:
    healthy = ontap.add("src:sales", "dst:sales_copy", sourceCluster="far")
    sick = ontap.add("src:logs", "dst:logs_copy", sourceCluster="far", healthy=False)
    found = {one["UUID"]: one for one in list_snap_mirror_relationships()}
    assert found[healthy] == {
        "UUID": healthy,
        "Type": "async",
        "Healthy": True,
        "Current Transfer Status": None,
        "Source Cluster": "far",
        "Source SVM": "src",
        "Source Volume": "sales",
        "Dest Cluster": "user's cluster",
        "Dest SVM": "dst",
        "Dest Volume": "sales_copy",
    }
    assert found[sick]["Healthy"] is False
    paths = [path for method, path in ontap.asked()]
    assert len(paths) == 3
    assert paths[1:] == [f"/api/snapmirror/relationships/{uuid}" for uuid in (healthy, sick)]
