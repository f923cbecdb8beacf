"""An emulator for each test, and NetApp's client connected to it as its administrator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from netapp_ontap import HostConnection, config
from ontap_process import OntapProcess


@pytest.fixture
def ontap(monkeypatch: pytest.MonkeyPatch) -> Iterator[OntapProcess]:
    with OntapProcess() as process:
        # Where a machine names a bundle, requests takes it before the one that it is given.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", process.place["ca"])
        yield process


@pytest.fixture
def connection(ontap: OntapProcess) -> Iterator[HostConnection]:
    place = ontap.place
    who = {"username": "admin", "password": "admin-password"}
    # As short as it can be: a job is over at once.
    waits = {"poll_interval": 1, "poll_timeout": 10}
    made = HostConnection("127.0.0.1", port=place["port"], verify=place["ca"], **who, **waits)
    config.CONNECTION = made
    yield made
    config.CONNECTION = None
