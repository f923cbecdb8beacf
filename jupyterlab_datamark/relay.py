"""Relays the API below the Jupyter server's base URL to the sidecar's socket: checks who asks, passes the rest on.

Jupyter decides who may ask (login, authorizer, XSRF); the sidecar decides everything else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import responses
from typing import Protocol

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError

from .relay_problems import interrupted, problem_of, request_too_large, route_not_found, timed_out
from .relayed_routes import RelayedRoutes
from .sidecar_exchange import API_PREFIX, SidecarExchange, SidecarRequest, SidecarTimeout, SidecarUnreachable
from .unavailable import BROKEN_OFF, JsonObject

# As the sidecar's own limit.
LONGEST_BODY = 64 * 1024
# A page of a list is far below it; an answer above it is a defect.
_LONGEST_ANSWER = 32 * 1024 * 1024
_STATUS_PATH = "/status"
_EVENT_STREAM = "text/event-stream"
# Never Cookie or Authorization: the sidecar has no use for what opens this server.
_REQUEST_HEADERS = ("Accept", "Content-Type", "Idempotency-Key", "Last-Event-ID")
# Never Set-Cookie or anything of CORS.
_ANSWER_HEADERS = ("Content-Type", "Retry-After", "X-Request-Id")


class NoSocket(Exception):
    """There is no socket to connect to."""


class Sidecar(Protocol):
    """What the relay knows of the supervisor."""

    @property
    def socket_path(self) -> str | None:
        """Where to connect; None if there is no socket."""

    @property
    def routes(self) -> RelayedRoutes | None:
        """What may be asked; None if that can't be told."""

    @property
    def timeouts(self) -> Mapping[str, float]:
        """Seconds: `answer`, `status`, `idle`."""

    def status(self) -> JsonObject:
        """Why it can't answer, as `UnavailableStatus`."""

    def problem(self) -> JsonObject:
        """The same as a problem."""

    def note_answer(self) -> None:
        """It has answered."""

    def suspect(self) -> None:
        """It has not answered in time."""


@web.stream_request_body
class RelayHandler(APIHandler):
    """Every request below the prefix `datamark`."""

    auth_resource = "datamark"

    def initialize(self, sidecar: Sidecar) -> None:
        """Called by tornado for every request."""
        self._sidecar = sidecar
        self._body = bytearray()
        self._exchange: SidecarExchange | None = None
        self._answer = bytearray()
        self._streams = False
        self._client_gone = False
        # Whoever only looks, or lets a page look, is not active.
        self._track_activity = self.request.method not in {"GET", "HEAD", "OPTIONS"}

    async def prepare(self, *, _redirect_to_login: bool = False) -> None:
        """Jupyter's checks, before the body is read."""
        await super().prepare()
        if self._finished:
            return
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > LONGEST_BODY:
            self._send_problem(request_too_large(LONGEST_BODY))

    def data_received(self, chunk: bytes) -> None:
        """A part of the body; of a body that is too long only the beginning is kept."""
        if len(self._body) <= LONGEST_BODY:
            self._body += chunk

    # One method each: `authorized` keeps the action of the first request that came by it.
    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Reads, or streams events."""
        await self._relay()

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Makes something."""
        await self._relay()

    @web.authenticated
    @authorized
    async def patch(self) -> None:
        """Changes something."""
        await self._relay()

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Deletes or cancels something."""
        await self._relay()

    async def _relay(self) -> None:
        path = self._path()
        method = self.request.method or ""
        routes = self._sidecar.routes
        if routes is None and path is not None:
            self._refuse(method == "GET" and path == _STATUS_PATH, self._sidecar.status(), self._sidecar.problem())
        elif routes is None or path is None or not routes.allow(method, path):
            self._send_problem(route_not_found(method, self.request.path))
        elif len(self._body) > LONGEST_BODY:
            self._send_problem(request_too_large(LONGEST_BODY))
        else:
            await self._ask(self._request_of(method, path), asks_status=path == _STATUS_PATH)

    def _request_of(self, method: str, path: str) -> SidecarRequest:
        timeouts = self._sidecar.timeouts
        return SidecarRequest(
            method=method,
            target=API_PREFIX + path + (f"?{self.request.query}" if self.request.query else ""),
            headers={name: self.request.headers[name] for name in _REQUEST_HEADERS if name in self.request.headers},
            body=bytes(self._body),
            answer_timeout=timeouts["status" if path == _STATUS_PATH else "answer"],
            idle_timeout=timeouts["idle"],
        )

    async def _ask(self, request: SidecarRequest, *, asks_status: bool) -> None:
        try:
            await self._exchange_with_sidecar(request)
        except NoSocket:
            self._refuse(asks_status, self._sidecar.status(), self._sidecar.problem())
        except SidecarTimeout:
            self._sidecar.suspect()
            self._refuse(asks_status, self._sidecar.status(), timed_out(request.method, request.answer_timeout))
        except SidecarUnreachable:
            self._refuse(asks_status, BROKEN_OFF.status(), interrupted(request.method))
        else:
            self._end()

    async def _exchange_with_sidecar(self, request: SidecarRequest) -> None:
        # The second try is for a sidecar that just died: the connection waits until the next one has started.
        for last in (False, True) if request.method == "GET" else (True,):
            socket_path = self._sidecar.socket_path
            if socket_path is None:
                raise NoSocket
            self._exchange = SidecarExchange(request, self._begin_answer, self._pass_on)
            try:
                return await self._exchange.run(socket_path)
            except SidecarUnreachable:
                if last or self._exchange.begun or self._client_gone:
                    raise
        return None

    def _refuse(self, asks_status: bool, status: JsonObject, problem: JsonObject) -> None:
        if self._streams or self._client_gone:
            # The end of a stream tells its reader to come again.
            self._end()
        elif asks_status:
            self._send(200, "application/json", status)
        else:
            self._send_problem(problem)

    def _path(self) -> str | None:
        """The raw path below the prefix, still percent-encoded."""
        prefix = self.base_url.rstrip("/") + API_PREFIX
        path = self.request.path
        return path[len(prefix) :] if path.startswith(f"{prefix}/") else None

    def _begin_answer(self, status: int, headers: HTTPHeaders) -> None:
        self._sidecar.note_answer()
        self.set_status(status, responses.get(status, "Unknown"))
        for name in _ANSWER_HEADERS:
            if name in headers:
                self.set_header(name, headers[name])
        self.set_header("Cache-Control", "no-store")
        self._streams = headers.get("Content-Type", "").startswith(_EVENT_STREAM)
        if self._streams:
            # nginx, and the ingress made of it, collects an answer before it passes it on.
            self.set_header("X-Accel-Buffering", "no")
            self.flush()

    async def _pass_on(self, chunk: bytes) -> None:
        if not self._streams:
            self._answer += chunk
            if len(self._answer) > _LONGEST_ANSWER:
                raise SidecarUnreachable("The answer is too long.")
            return
        self.write(chunk)
        try:
            await self.flush()
        except StreamClosedError:
            self.on_connection_close()

    def _end(self) -> None:
        """Completes what was passed on; the client may be gone."""
        if self._client_gone:
            return
        content_type = self._headers.get("Content-Type", "application/json")
        self.finish(bytes(self._answer) or None, set_content_type=content_type)

    def on_connection_close(self) -> None:
        """The client went away: so does its connection to the sidecar."""
        super().on_connection_close()
        self._client_gone = True
        if self._exchange:
            self._exchange.close()

    def _send_problem(self, problem: JsonObject) -> None:
        status = problem["status"]
        self._send(status if isinstance(status, int) else 500, "application/problem+json", problem)

    def _send(self, status: int, content_type: str, document: JsonObject) -> None:
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(document).encode(), set_content_type=f"{content_type}; charset=utf-8")

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Refusals of Jupyter and of tornado, as problems."""
        reason = kwargs.get("exc_info")
        message = ""
        if isinstance(reason, tuple) and isinstance(reason[1], web.HTTPError):
            message = reason[1].log_message or ""
        self._send_problem(problem_of(status_code, message, logged_in=bool(self.current_user)))
