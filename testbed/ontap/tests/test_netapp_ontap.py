"""NetApp's own client drives the emulator: what it sends is answered so that it understands it."""

from __future__ import annotations

import base64
import json

import pytest
from netapp_ontap import HostConnection, NetAppRestError, config
from netapp_ontap.resources import (
    CLI,
    Cluster,
    Schedule,
    SnapmirrorPolicy,
    SnapmirrorRelationship,
    SnapmirrorTransfer,
    Snapshot,
    Svm,
    Volume,
)
from ontap_process import OntapProcess

MIB = 2**20
pytestmark = pytest.mark.usefixtures("connection")


def told(uuid: str) -> SnapmirrorRelationship:
    """The relationship with everything."""
    relationship = SnapmirrorRelationship(uuid=uuid)
    relationship.get()
    return relationship


def test_the_cluster_its_svms_policies_and_schedules_are_listed(ontap: OntapProcess) -> None:
    ontap.add("src:data", "dst:data_copy", sourceCluster="far")
    cluster = Cluster()
    cluster.get(fields="version")
    assert (cluster.version.generation, cluster.version.major, cluster.version.minor) == (9, 15, 1)
    assert {svm.name for svm in Svm.get_collection()} == {"src", "dst"}
    policies = {policy.name: policy.type for policy in SnapmirrorPolicy.get_collection(fields="type")}
    assert policies["Asynchronous"] == "async"
    assert policies["Sync"] == "sync"
    hourly = Schedule.find(name="hourly", fields="cron,type")
    assert (hourly.type, hourly.cron.minutes) == ("cron", [5])


def test_a_list_has_keys_alone_unless_fields_are_asked_for(ontap: OntapProcess) -> None:
    ontap.add("src:data", "dst:data_copy", schedule="hourly", exported={"name": "s1", "ageSeconds": 183_600})
    (bare,) = SnapmirrorRelationship.get_collection()
    assert set(bare.to_dict()) == {"uuid", "_links"}
    (full,) = SnapmirrorRelationship.get_collection(fields="state,healthy,lag_time,exported_snapshot,policy,source")
    assert (full.state, full.healthy, full.lag_time) == ("snapmirrored", True, "P2DT3H")
    assert (full.exported_snapshot, full.policy.name, full.source.path) == ("s1", "Asynchronous", "src:data")


def test_filters_choose_by_health_path_and_age(ontap: OntapProcess) -> None:
    ontap.add("src:new", "dst:new", exported={"ageSeconds": 60})
    old = ontap.add("src:old", "dst:old", exported={"ageSeconds": 40_000})
    why = {"code": "6621444", "message": "Failed to complete update operation on one or more item relationships."}
    broken = ontap.add("src:sick", "dst:sick", healthy=False, reasons=[why], exported=None)

    def found(**query: str) -> set[str]:
        return {one.uuid for one in SnapmirrorRelationship.get_collection(**query)}

    assert found(lag_time=">PT10H") == {old}
    assert found(healthy="false") == {broken}
    assert found(**{"destination.path": "dst:old|dst:sick"}) == {old, broken}
    assert found(**{"destination.path": "*:s*"}) == {broken}
    assert found(**{"destination.path": "!dst:new"}) == {old, broken}
    assert told(broken).unhealthy_reason[0].message == why["message"]
    assert SnapmirrorRelationship.count_collection(healthy="true") == 2


def test_pages_are_followed_to_the_end(ontap: OntapProcess) -> None:
    added = {ontap.add(f"src:v{number}", f"dst:v{number}") for number in range(25)}
    found = [one.uuid for one in SnapmirrorRelationship.get_collection(max_records=10)]
    assert len(found) == 25
    assert set(found) == added
    assert len(ontap.asked()) == 3


def test_an_update_runs_and_succeeds(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy", bytesPerTransfer=600 * MIB, bytesPerSecond=MIB)
    before = told(uuid).exported_snapshot
    transfer = SnapmirrorTransfer(uuid)
    assert transfer.post(poll=False).http_response.status_code == 201
    ontap.tell(advance=150)
    (running,) = SnapmirrorTransfer.get_collection(uuid, fields="*")
    assert (running.uuid, running.state, running.bytes_transferred) == (transfer.uuid, "transferring", 150 * MIB)
    relationship = told(uuid)
    assert (relationship.transfer.state, relationship.exported_snapshot) == ("transferring", before)
    ontap.tell(advance=450)
    relationship = told(uuid)
    assert (relationship.transfer.state, relationship.last_transfer_type) == ("success", "update")
    assert (relationship.total_transfer_bytes, relationship.total_transfer_duration) == (600 * MIB, "PT10M")
    assert relationship.exported_snapshot != before
    assert list(SnapmirrorTransfer.get_collection(uuid)) == []


def test_a_second_update_meanwhile_is_refused(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy")
    SnapmirrorTransfer(uuid).post(poll=False)
    with pytest.raises(NetAppRestError, match="Another transfer is in progress") as refused:
        SnapmirrorTransfer(uuid).post(poll=False)
    assert refused.value.http_err_response.http_response.json()["error"]["code"] == "13303812"


def test_an_abort_ends_the_transfer_and_readers_see_what_they_saw(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy")
    before = told(uuid).exported_snapshot
    transfer = SnapmirrorTransfer(uuid)
    transfer.post(poll=False)
    ontap.tell(advance=2)
    transfer.state = "aborted"
    assert transfer.patch(poll=False).http_response.status_code == 200
    relationship = told(uuid)
    assert (relationship.transfer.state, relationship.exported_snapshot) == ("aborted", before)


def test_break_and_resync_by_jobs(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy")
    relationship = told(uuid)
    relationship.state = "broken_off"
    # 202 and a job, which the client follows.
    assert relationship.patch(poll=True).http_response.json()["state"] == "success"
    assert (told(uuid).state, told(uuid).healthy) == ("broken_off", True)
    with pytest.raises(NetAppRestError, match="Update failed"):
        SnapmirrorTransfer(uuid).post(poll=False)
    relationship = told(uuid)
    relationship.state = "snapmirrored"
    relationship.patch(poll=True)
    assert told(uuid).transfer.type == "resync"
    ontap.tell(advance=60)
    assert (told(uuid).state, told(uuid).last_transfer_type) == ("snapmirrored", "resync")


def test_pause_and_resume(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy", schedule="5min")
    for state in ("paused", "snapmirrored"):
        relationship = told(uuid)
        relationship.state = state
        relationship.patch(poll=True)
        assert told(uuid).state == state


def test_a_job_that_fails_raises_with_its_message(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy")
    ontap.tell(failJobs={"code": "13303808", "message": "Break failed."})
    relationship = told(uuid)
    relationship.state = "broken_off"
    with pytest.raises(NetAppRestError, match="Break failed"):
        relationship.patch(poll=True)
    assert told(uuid).state == "snapmirrored"


def test_a_relationship_is_made_initialized_and_deleted(ontap: OntapProcess) -> None:
    endpoints = {"source": {"path": "src:data"}, "destination": {"path": "dst:data_copy"}}
    made = SnapmirrorRelationship.from_dict(endpoints)
    made.post(poll=True)
    (made,) = SnapmirrorRelationship.get_collection(fields="state", **{"destination.path": "dst:data_copy"})
    assert made.state == "uninitialized"
    made.state = "snapmirrored"
    made.patch(poll=True)
    ontap.tell(advance=60)
    assert (told(made.uuid).state, told(made.uuid).last_transfer_type) == ("snapmirrored", "initialize")
    made.delete(poll=True)
    with pytest.raises(NetAppRestError, match="entry doesn't exist") as missing:
        told(made.uuid)
    assert missing.value.status_code == 404


def test_a_replicated_snapshot_is_cloned_while_replication_goes_on(ontap: OntapProcess) -> None:
    uuid = ontap.add("src:data", "dst:data_copy")
    volume = Volume.find(name="data_copy", fields="type,svm.name")
    assert (volume.type, volume.svm.name) == ("dp", "dst")
    (snapshot,) = Snapshot.get_collection(volume.uuid)
    with pytest.raises(NetAppRestError, match="read/write"):
        Snapshot.from_dict({"name": "mine", "volume": {"uuid": volume.uuid}}).post(poll=True)
    clone = {"is_flexclone": True, "parent_volume": {"name": "data_copy"}, "parent_snapshot": {"name": snapshot.name}}
    Volume.from_dict({"name": "fixed", "svm": {"name": "dst"}, "clone": clone}).post(poll=True)
    made = Volume.find(name="fixed", fields="clone,type")
    assert (made.type, made.clone.parent_snapshot.name) == ("rw", snapshot.name)
    for _ in range(3):
        SnapmirrorTransfer(uuid).post(poll=False)
        ontap.tell(advance=60)
    kept = [one.name for one in Snapshot.get_collection(volume.uuid)]
    assert snapshot.name in kept
    assert len(kept) == 3


def test_snapshots_of_a_source_are_made_and_deleted() -> None:
    relationship = SnapmirrorRelationship.from_dict(
        {"source": {"path": "src:data"}, "destination": {"path": "dst:data_copy"}}
    )
    relationship.post(poll=True)
    source = Volume.find(name="data")
    Snapshot.from_dict({"name": "mine", "volume": {"uuid": source.uuid}}).post(poll=True)
    (mine,) = Snapshot.get_collection(source.uuid)
    assert mine.name == "mine"
    mine.delete(poll=True)
    assert list(Snapshot.get_collection(source.uuid)) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [({"username": "admin", "password": "wrong"}, 401), ({"username": "status", "password": "status-password"}, 403)],
)
def test_who_may_not_is_refused(ontap: OntapProcess, who: dict[str, str], status: int) -> None:
    place = ontap.place
    with HostConnection("127.0.0.1", port=place["port"], verify=place["ca"], **who):
        config.CONNECTION = None
        with pytest.raises(NetAppRestError) as refused:
            list(Volume.get_collection())
    assert refused.value.status_code == status


def test_a_client_certificate_or_a_token_is_let_in(ontap: OntapProcess) -> None:
    ontap.add("src:data", "dst:data_copy")
    place = ontap.place
    config.CONNECTION = None
    certificate = {"cert": f"{place['folder']}/client.crt", "key": f"{place['folder']}/client.key"}
    with HostConnection("127.0.0.1", port=place["port"], verify=place["ca"], **certificate):
        assert len(list(SnapmirrorRelationship.get_collection())) == 1
    parts = ({"alg": "none"}, {"sub": "oauth-user"})
    head, claims = (base64.b64encode(json.dumps(part, separators=(",", ":")).encode()).decode() for part in parts)
    bearer = {"Authorization": f"Bearer {head}.{claims}.c2ln"}
    with HostConnection("127.0.0.1", port=place["port"], verify=place["ca"], headers=bearer):
        assert len(list(SnapmirrorRelationship.get_collection())) == 1


def test_what_is_no_api_is_not_found() -> None:
    with pytest.raises(NetAppRestError) as missing:
        CLI().execute("snapmirror show")
    assert missing.value.status_code == 404
