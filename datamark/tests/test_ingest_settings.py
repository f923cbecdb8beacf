"""What the sidecar is told of ingest."""

from __future__ import annotations

from datamark.ingest_settings import ingest_settings

URL = "https://datamark-controller.datamark.svc"


def test_without_an_address_no_controller_is_asked() -> None:
    environment = {"DATAMARK_CONTROLLER_FILES": "/there", "DATAMARK_CONTROLLER_URL": " "}
    assert ingest_settings(environment=environment) == {"controller": None, "maxAge": {}}


def test_the_environment_names_the_controller_and_its_files_stand_where_manifests_mount_them() -> None:
    assert ingest_settings(environment={"DATAMARK_CONTROLLER_URL": URL})["controller"] == {
        "url": URL,
        "caFile": "/var/run/secrets/datamark/ca.crt",
        "tokenFile": "/var/run/secrets/datamark/token",
    }


def test_settings_come_before_the_environment() -> None:
    environment = {"DATAMARK_CONTROLLER_URL": "https://other", "DATAMARK_CONTROLLER_FILES": "/other"}
    given = ingest_settings(
        controller_url=URL, controller_files="/there", max_data_age={"sales": "1h"}, environment=environment
    )
    controller = {"url": URL, "caFile": "/there/ca.crt", "tokenFile": "/there/token"}
    assert given == {"controller": controller, "maxAge": {"sales": "1h"}}
