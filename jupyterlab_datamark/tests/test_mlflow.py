"""The MLflow that the server's environment names, by way of the real sidecar: what is told of it, and what is not."""

from __future__ import annotations

import psutil

from .conftest import MakeServer
from .live_server import eventually

CANARY = "canary-5ecret"


def test_without_one_nothing_is_shown(make_server: MakeServer) -> None:
    server = make_server(environment={"MLFLOW_TRACKING_URI": ""})
    assert server.api("GET", "/lineage/status").document["state"] == "not-set-up"
    assert "lineage" not in server.api("GET", "/status").document


def test_one_that_is_no_server_is_told_with_the_reason(make_server: MakeServer) -> None:
    server = make_server(environment={"MLFLOW_TRACKING_URI": f"postgresql://ann:{CANARY}@db/mlflow"})
    told = server.api("GET", "/lineage/status").document
    assert told["state"] == "not-set-up"
    assert "a database" in told["reason"]
    assert CANARY not in str(told) + server.log


def test_a_password_is_in_no_answer_log_or_command_line(make_server: MakeServer) -> None:
    address = f"http://ann:{CANARY}@127.0.0.1:9/mlflow"
    environment = {"MLFLOW_TRACKING_URI": address, "MLFLOW_TRACKING_TOKEN": f"{CANARY}-token"}
    server = make_server({"sidecar_log_level": "debug"}, environment=environment)
    told = server.api("GET", "/lineage/status")
    assert (told.document["state"], told.document["server"]) == ("refuses", "http://127.0.0.1:9")
    assert "ECONNREFUSED" in told.document["problem"]["detail"]
    status = server.api("GET", "/status")
    everybody = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
    lines = [word for process in everybody for word in process.cmdline()]
    assert any("sidecar.mjs" in word for word in lines)
    eventually("the sidecar logs", lambda: "listening" in server.log)
    for text in (told.body.decode(), str(told.headers), status.body.decode(), server.log, *lines):
        assert CANARY not in text
