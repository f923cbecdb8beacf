"""Who may ask: every route refuses the stranger, every changing one a page of another site."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from datamark.sidecar_process import sidecar_bundle

from .conftest import MakeServer
from .fake_node import StandIn
from .live_server import API, BASE_URL, TOKEN, Answer, LiveServer

Server = tuple[LiveServer, StandIn]


def _routes() -> list[tuple[str, str]]:
    paths = json.loads(sidecar_bundle().with_name("openapi.json").read_text(encoding="utf-8"))["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", "-id"))
        for path, item in paths.items()
        for method in item
        # Its answer has no end; test_event_stream.py looks at it.
        if method in {"get", "post", "patch", "delete"}
    ]


ROUTES = _routes()
FINITE = [route for route in ROUTES if route != ("GET", "/events")]
CHANGING = [route for route in ROUTES if route[0] != "GET"]


def _assert_problem(answer: Answer, openapi: dict[str, Any], status: int, slug: str) -> None:
    assert answer.status == status, answer
    assert answer.headers.get_content_type() == "application/problem+json"
    schema = {**openapi["components"]["schemas"]["Problem"], "components": openapi["components"]}
    Draft202012Validator(schema).validate(answer.document)
    assert answer.document["type"].endswith(f"/{slug}")


def test_there_are_routes_of_both_kinds() -> None:
    assert len(CHANGING) >= 10
    assert len(ROUTES) - len(CHANGING) >= 8


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_login_nothing_reaches_the_sidecar(
    stand_in_server: Server, openapi: dict[str, Any], method: str, path: str
) -> None:
    server, stand_in = stand_in_server
    before = len(stand_in.relayed())
    answer = server.request(method, API + path)
    # A change is refused before the login is looked at: it lacks the XSRF token, too.
    _assert_problem(answer, openapi, 403, "login-needed" if method == "GET" else "forbidden")
    assert server.request(method, API + path, {"Authorization": "token wrong"}).status == 403
    assert len(stand_in.relayed()) == before


@pytest.mark.parametrize(("method", "path"), FINITE)
def test_a_token_opens_it(stand_in_server: Server, method: str, path: str) -> None:
    server, stand_in = stand_in_server
    answer = server.request(method, API + path, {"Authorization": f"token {TOKEN}"})
    assert answer.status == 200
    last = stand_in.relayed()[-1]
    assert (last["method"], last["url"]) == (method, f"/datamark/api/v1{path}")


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_with_a_cookie_a_change_needs_the_xsrf_token(
    stand_in_server: Server, openapi: dict[str, Any], method: str, path: str
) -> None:
    server, stand_in = stand_in_server
    cookie, xsrf = server.login()
    before = len(stand_in.relayed())
    refused = server.request(method, API + path, cookie, b"{}")
    _assert_problem(refused, openapi, 403, "forbidden")
    wrong = server.request(method, API + path, {**cookie, "X-XSRFToken": "wrong"}, b"{}")
    _assert_problem(wrong, openapi, 403, "forbidden")
    assert len(stand_in.relayed()) == before
    done = server.request(method, API + path, {**cookie, "X-XSRFToken": xsrf}, b"{}")
    assert done.status == 200, done
    assert len(stand_in.relayed()) == before + 1


def test_a_cookie_alone_reads(stand_in_server: Server) -> None:
    server, _ = stand_in_server
    cookie, _xsrf = server.login()
    assert server.request("GET", f"{API}/volumes", cookie).status == 200


def test_another_site_can_not_read(stand_in_server: Server) -> None:
    server, _ = stand_in_server
    cookie, _xsrf = server.login()
    answer = server.request("GET", f"{API}/volumes", {**cookie, "Origin": "https://elsewhere.example"})
    assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/volumes/",
        "/volumes/v/",
        "/volumes/..",
        "/volumes/%2e%2e",
        "/volumes/a%2fb",
        "/volumes/v/snapshots/x",
        "",
        "/status/",
        "/volumes/%00",
    ],
)
def test_what_is_not_listed_is_not_relayed(stand_in_server: Server, openapi: dict[str, Any], path: str) -> None:
    server, stand_in = stand_in_server
    before = len(stand_in.relayed())
    _assert_problem(server.api("GET", path), openapi, 404, "route-not-found")
    assert len(stand_in.relayed()) == before


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_another_method_is_no_such_address(stand_in_server: Server, openapi: dict[str, Any], method: str) -> None:
    server, _ = stand_in_server
    _assert_problem(server.api(method, "/status"), openapi, 404, "route-not-found")


def test_nothing_stands_without_the_base_url(stand_in_server: Server) -> None:
    server, stand_in = stand_in_server
    before = len(stand_in.relayed())
    path = f"{API}/volumes".removeprefix(BASE_URL.rstrip("/"))
    assert server.request("GET", path, {"Authorization": f"token {TOKEN}"}).status == 404
    assert len(stand_in.relayed()) == before


READ_ONLY = """
from jupyter_server.auth import Authorizer

class ReadOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "datamark" or action == "read"
"""


def test_the_authorizer_decides_per_action(make_server: MakeServer, short_path: Path, openapi: dict[str, Any]) -> None:
    (short_path / "read_only_authorizer.py").write_text(READ_ONLY, encoding="utf-8")
    stand_in = StandIn.make(short_path)
    server = make_server(
        {"node": stand_in.node},
        {"ServerApp": {"authorizer_class": "read_only_authorizer.ReadOnly"}},
        {"PYTHONPATH": os.pathsep.join([str(short_path), os.environ.get("PYTHONPATH", "")])},
    )
    # Twice, in this order: a check that remembers its first action would let the second change pass.
    for _ in range(2):
        assert server.api("GET", "/volumes").status == 200
        _assert_problem(server.api("POST", "/snapshots", {}), openapi, 403, "forbidden")
        _assert_problem(server.api("PATCH", "/snapshots/s", {}), openapi, 403, "forbidden")
        _assert_problem(server.api("DELETE", "/snapshots/s"), openapi, 403, "forbidden")
    assert {one["method"] for one in stand_in.relayed()} == {"GET"}


def test_a_server_that_allows_handlers_without_login_still_asks_for_one_here(
    make_server: MakeServer, stand_in: StandIn
) -> None:
    server = make_server({"node": stand_in.node}, {"ServerApp": {"allow_unauthenticated_access": True}})
    for method, path in (("GET", "/volumes"), ("GET", "/events")):
        assert server.request(method, API + path).status == 403
    # A stranger's XSRF token is a good one, so the login alone has to refuse these.
    xsrf = server.xsrf_of_a_stranger()
    for method, path in (("POST", "/snapshots"), ("PATCH", "/snapshots/s"), ("DELETE", "/snapshots/s")):
        answer = server.request(method, API + path, {"Cookie": f"_xsrf={xsrf}", "X-XSRFToken": xsrf})
        assert answer.status == 403
        assert "not logged in" in answer.document["detail"]
    assert stand_in.records("start") == []
