"""The life of the sidecar: started by a connection, started again after it died, never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from jsonschema import Draft202012Validator

from .conftest import MakeServer
from .fake_node import StandIn, crashing_node, too_old_node
from .live_server import BASE_URL, TOKEN, LiveServer, eventually
from .unix_client import ask_socket


def _socket(server: LiveServer) -> str:
    (directory,) = server.socket_directories()
    return str(directory / "api.sock")


def _assert_unavailable(status: dict[str, Any], openapi: dict[str, Any], cause: str) -> None:
    schema = {**openapi["components"]["schemas"]["Status"], "components": openapi["components"]}
    Draft202012Validator(schema).validate(status)
    assert (status["state"], status["cause"]) == ("unavailable", cause), status
    assert status["detail"]
    assert status["fix"]


def test_the_real_sidecar_starts_with_the_first_request_only(make_server: MakeServer) -> None:
    server = make_server()
    (directory,) = server.socket_directories()
    assert directory.name == f"datamark-{server.process.pid}"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "api.sock").stat().st_mode & 0o777 == 0o600
    assert server.children() == []
    status = server.api("GET", "/status")
    assert (status.status, status.document["state"]) == (200, "running")
    assert [child.pid for child in server.children()] == [status.document["pid"]]
    assert server.api("GET", "/volumes").status == 200


def test_a_connection_of_a_kernel_starts_it_too(make_server: MakeServer) -> None:
    server = make_server()
    status, _, document = ask_socket(_socket(server), "GET", "/status")
    assert (status, document["state"]) == (200, "running")
    assert server.api("GET", "/status").document["pid"] == document["pid"]


def test_kernels_inherit_the_socket_and_node_no_token(make_server: MakeServer, stand_in: StandIn) -> None:
    server = make_server({"node": stand_in.node}, environment={"DATAMARK_SOCKET": "/of/another", "JUPYTER_TOKEN": "s"})
    token = {"Authorization": f"token {TOKEN}"}
    kernel = server.request("POST", f"{BASE_URL}api/kernels", token, b'{"name":"python3"}')
    assert kernel.status == 201, kernel

    def inherited() -> list[str]:
        found = []
        for child in psutil.Process(server.process.pid).children():
            with contextlib.suppress(psutil.Error):
                found.append(child.environ().get("DATAMARK_SOCKET", ""))
        return [path for path in found if path == _socket(server)]

    eventually("a kernel has the socket's path", inherited)
    server.api("GET", "/status")
    (start,) = stand_in.records("start")
    assert "JUPYTER_TOKEN" not in start["environment"]


def test_the_sidecar_is_told_the_volumes(make_server: MakeServer, stand_in: StandIn) -> None:
    settings = {"node": stand_in.node, "volumes": {"data": "sub/data", "scratch": "/scratch"}, "exclude": ["*.tmp"]}
    faults = {"DATAMARK_TEST_FAULTS": '{"slowMs": 5}', "JUPYTERHUB_USER": "alice"}
    server = make_server(settings, environment=faults)
    server.api("GET", "/status")
    configuration = stand_in.records("start")[0]["configuration"]
    root = str(server.root.resolve())
    assert configuration.pop("automatic")["mode"] == "off"
    assert configuration == {
        "provider": "local",
        "volumes": [{"name": "data", "path": f"{root}/sub/data"}, {"name": "scratch", "path": "/scratch"}],
        "serverRoot": root,
        "exclude": ["*.tmp"],
        "user": "alice",
        "logLevel": "info",
        "lineage": {"mlflow": None, "cluster": None, "kernels": str(Path(_socket(server)).parent.parent)},
        "faults": {"slowMs": 5},
        "socket": _socket(server),
    }


def test_in_a_pod_the_sidecar_is_told_what_it_needs_of_the_environment(
    make_server: MakeServer, stand_in: StandIn
) -> None:
    settings = {
        **{"node": stand_in.node, "snapshot_class": "gold", "allow_shared_snapshots": True, "isolation": "policy"},
        **{"controller_files": "/there", "max_data_age": {"arrivals": "1h"}},
    }
    pod = {
        "DATAMARK_PROVIDER": "",
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": "1",
        "HOSTNAME": "jupyter-ann",
        "JUPYTERHUB_USER": "ann",
        "JUPYTERHUB_BASE_URL": "/hubs/",
        "DATAMARK_VOLUMES": "/home/ann=claim-ann",
        "DATAMARK_CONTROLLER_URL": "https://datamark-controller.datamark.svc",
    }
    server = make_server(settings, environment=pod)
    server.api("GET", "/status")
    configuration = stand_in.records("start")[0]["configuration"]
    told = configuration["kubernetes"]
    assert (configuration["provider"], configuration["user"]) == ("kubernetes", "ann")
    assert (configuration["serverRoot"], told["home"]) == (str(server.root), str(server.home))
    assert (told["podName"], told["volumes"]) == ("jupyter-ann", "/home/ann=claim-ann")
    assert (told["snapshotClass"], told["allowSharedSnapshots"], told["isolation"]) == ("gold", True, "policy")
    assert told["apiServer"] == {"host": "127.0.0.1", "port": "1"}
    assert told["jupyterHub"]["baseUrl"] == "/hubs/"
    url = "https://datamark-controller.datamark.svc"
    controller = {"url": url, "caFile": "/there/ca.crt", "tokenFile": "/there/token"}
    assert configuration["ingest"] == {"controller": controller, "maxAge": {"arrivals": "1h"}}


def test_a_setting_keeps_a_pod_with_its_directories(make_server: MakeServer, stand_in: StandIn) -> None:
    pod = {"DATAMARK_PROVIDER": "", "DATAMARK_VOLUMES": "/home/ann=claim-ann"}
    server = make_server({"node": stand_in.node, "provider": "local"}, environment=pod)
    server.api("GET", "/status")
    assert stand_in.records("start")[0]["configuration"]["provider"] == "local"


def test_after_a_kill_the_next_request_is_answered(make_server: MakeServer) -> None:
    server = make_server()
    first = server.api("GET", "/status").document["pid"]
    os.kill(first, signal.SIGKILL)
    again = server.api("GET", "/volumes")
    assert again.status == 200
    assert server.api("GET", "/status").document["pid"] != first


def test_a_hung_sidecar_is_reported_then_ended_and_started_again(
    make_server: MakeServer, openapi: dict[str, Any]
) -> None:
    server = make_server({"status_timeout": 0.5, "hang_timeout": 2.0})

    def running() -> int:
        status = server.api("GET", "/status").document
        return int(status["pid"]) if status["state"] == "running" else 0

    first = eventually("the first sidecar answers", running)
    os.kill(first, signal.SIGSTOP)
    _assert_unavailable(server.api("GET", "/status").document, openapi, "hung")
    assert eventually("a new sidecar answers", running) != first
    assert not psutil.pid_exists(first)


def test_a_magic_alone_finds_out_that_it_is_hung(make_server: MakeServer) -> None:
    server = make_server({"hang_timeout": 2.0})
    first = server.api("GET", "/status").document["pid"]
    os.kill(first, signal.SIGSTOP)
    # Waits in the backlog until another sidecar takes it.
    code, _, again = ask_socket(_socket(server), "GET", "/status")
    assert code == 200
    assert again["pid"] != first


def test_a_busy_sidecar_is_not_taken_for_a_hung_one(make_server: MakeServer, stand_in: StandIn) -> None:
    server = make_server({"node": stand_in.node, "answer_timeout": 0.5, "hang_timeout": 10.0})
    pid = server.api("GET", "/status").document["pid"]
    assert server.api("GET", "/volumes/silent").status == 504

    def probed() -> bool:
        return len([one for one in stand_in.records("request") if one["url"].endswith("/status")]) > 1

    eventually("it is asked whether it still answers", probed)
    assert server.api("GET", "/status").document["pid"] == pid


def test_without_node_status_tells_what_to_install(
    make_server: MakeServer, openapi: dict[str, Any], short_path: Path
) -> None:
    node = short_path / "node"
    server = make_server({"node": str(node)})
    answer = server.api("GET", "/status")
    assert answer.status == 200
    _assert_unavailable(answer.document, openapi, "node-missing")
    assert str(node) in answer.document["detail"]
    refused = server.api("POST", "/snapshots", {})
    assert (refused.status, refused.document["type"].rsplit("/", 1)[1]) == (503, "sidecar-unavailable")
    assert refused.document["next"] == answer.document["fix"]
    # Whoever installs it needs no restart.
    node.symlink_to(StandIn.make(short_path).node)
    eventually("it runs", lambda: server.api("GET", "/status").document["state"] == "running")


def test_a_too_old_node_is_named_and_not_used(
    make_server: MakeServer, openapi: dict[str, Any], short_path: Path
) -> None:
    server = make_server({"node": too_old_node(short_path)})
    status = server.api("GET", "/status").document
    _assert_unavailable(status, openapi, "node-too-old")
    assert "18.20.4" in status["detail"]
    assert not (short_path / "used").exists()


def test_magics_are_told_the_reason_on_the_socket(make_server: MakeServer, openapi: dict[str, Any]) -> None:
    server = make_server({"node": "/nowhere/node"})
    code, kind, problem = ask_socket(_socket(server), "POST", "/snapshots", b"x" * 100_000)
    assert (code, kind) == (503, "application/problem+json")
    schema = {**openapi["components"]["schemas"]["Problem"], "components": openapi["components"]}
    Draft202012Validator(schema).validate(problem)
    assert "/nowhere/node" in problem["detail"]
    assert problem["next"]
    code, kind, status = ask_socket(_socket(server), "GET", "/status?x=1")
    assert (code, kind) == (200, "application/json")
    _assert_unavailable(status, openapi, "node-missing")


def test_a_sidecar_that_can_not_live_is_started_ever_more_rarely(
    make_server: MakeServer, openapi: dict[str, Any], short_path: Path
) -> None:
    server = make_server({"node": crashing_node(short_path)})
    starts = short_path / "starts"
    begun = time.monotonic()
    asked = 0

    def third_start() -> bool:
        nonlocal asked
        asked += 1
        status = server.api("GET", "/status").document
        _assert_unavailable(status, openapi, "crashed")
        assert "exit code 3" in status["detail"]
        assert "the last words" in status["log"]
        return len(starts.read_text(encoding="utf-8").splitlines()) >= 3

    eventually("three starts", third_start)
    # One second, then two.
    assert time.monotonic() - begun >= 3.0
    assert asked > 10
    status = server.api("GET", "/status").document
    assert status["retryAt"] > "2020"


def test_waiting_for_the_next_start_costs_nothing(make_server: MakeServer, short_path: Path) -> None:
    server = make_server({"node": crashing_node(short_path), "max_restart_delay": 60.0})
    assert server.api("GET", "/status").document["state"] == "unavailable"
    process = psutil.Process(server.process.pid)
    # Says nothing, so that nobody can answer it.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as idle:
        idle.connect(_socket(server))
        before = sum(process.cpu_times()[:2])
        idle.settimeout(20)
        # Closed by the server after its deadline: several seconds have passed.
        assert idle.recv(1) == b""
    assert sum(process.cpu_times()[:2]) - before < 1.0


def test_a_refused_configuration_is_told(make_server: MakeServer, openapi: dict[str, Any]) -> None:
    server = make_server(environment={"DATAMARK_TEST_FAULTS": '{"slowMs": "much"}'})
    status = server.api("GET", "/status").document
    _assert_unavailable(status, openapi, "bad-configuration")
    assert "slowMs" in status["detail"]
    broken = make_server(environment={"DATAMARK_TEST_FAULTS": "{"}, name="broken")
    _assert_unavailable(broken.api("GET", "/status").document, openapi, "bad-configuration")


def test_a_socket_directory_that_is_none_does_not_stop_the_server(make_server: MakeServer, short_path: Path) -> None:
    not_a_directory = short_path / "file"
    not_a_directory.touch()
    environment = {"TMPDIR": str(short_path)}
    server = make_server({"socket_dir": str(not_a_directory / "x")}, environment=environment)
    # Falls back to a temporary directory.
    assert server.api("GET", "/status").document["state"] == "running"
    assert server.socket_directories() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_sidecar_ends_with_the_server(make_server: MakeServer, number: signal.Signals) -> None:
    server = make_server()
    pid = server.api("GET", "/status").document["pid"]
    server.stop(number)
    eventually("the sidecar is gone", lambda: not psutil.pid_exists(pid))
    left = server.socket_directories()
    assert len(left) == (1 if number == signal.SIGKILL else 0)
    server.start()
    assert [path.name for path in server.socket_directories()] == [f"datamark-{server.process.pid}"]
    assert server.api("GET", "/status").document["state"] == "running"


def test_a_sidecar_that_does_not_end_is_killed(make_server: MakeServer) -> None:
    server = make_server({"stop_timeout": 0.5})
    pid = server.api("GET", "/status").document["pid"]
    os.kill(pid, signal.SIGSTOP)
    server.stop()
    assert not psutil.pid_exists(pid)


def test_two_servers_of_one_user_do_not_touch_each_other(make_server: MakeServer) -> None:
    first = make_server({"socket_dir": "~/sockets"})
    second = make_server({"socket_dir": str(first.home / "sockets")}, name="second")
    assert len(list((first.home / "sockets").iterdir())) == 2
    pids = {server.api("GET", "/status").document["pid"] for server in (first, second)}
    assert len(pids) == 2
    second.stop()
    assert first.api("GET", "/volumes").status == 200


def test_a_long_path_falls_back_to_a_temporary_directory(make_server: MakeServer, short_path: Path) -> None:
    temporary = short_path / "tmp"
    temporary.mkdir()
    server = make_server({"socket_dir": str(short_path / ("d" * 100))}, environment={"TMPDIR": str(temporary)})
    assert server.api("GET", "/status").document["state"] == "running"
    (directory,) = temporary.glob("datamark-*")
    assert directory.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not directory.exists()


@pytest.mark.parametrize("setting", [{"volumes": 3}, {"sidecar_log_level": "loud"}])
def test_a_wrong_setting_is_told_and_nothing_else_is_served(
    make_server: MakeServer, openapi: dict[str, Any], setting: dict[str, object]
) -> None:
    server = make_server(setting)
    (name,) = setting
    status = server.api("GET", "/status")
    assert status.status == 200
    _assert_unavailable(status.document, openapi, "bad-configuration")
    assert name in status.document["detail"]
    refused = server.api("GET", "/volumes")
    assert (refused.status, refused.document["type"].rsplit("/", 1)[1]) == (503, "sidecar-unavailable")
    assert server.socket_directories() == []
