"""One request to the sidecar over its Unix socket, and its answer, chunk by chunk as it comes.

Tornado's own HTTP/1 connection does the reading; a connection serves one request.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine
from tornado.iostream import IOStream, StreamClosedError

API_PREFIX = "/datamark/api/v1"
SUPERVISOR_AGENT = "datamark-supervisor"
"""User-Agent of the supervisor's own requests; a client's is not relayed."""
# Tornado bounds a whole answer by default; a stream of events has no end.
_NO_LIMIT = 1 << 62


class SidecarUnreachable(Exception):
    """The connection failed or ended before the answer was complete."""


class SidecarTimeout(Exception):
    """The sidecar took the connection or let it wait, and said nothing in time."""


@dataclass(frozen=True)
class SidecarRequest:
    """What is asked; `target` is the raw path with its query, times are in seconds."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    # Until the answer begins, and between two of its chunks.
    answer_timeout: float
    idle_timeout: float


class SidecarExchange(HTTPMessageDelegate):
    """One exchange; `close` ends it at any time."""

    def __init__(
        self,
        request: SidecarRequest,
        on_begin: Callable[[int, HTTPHeaders], None],
        on_chunk: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._request = request
        self._on_begin = on_begin
        self._on_chunk = on_chunk
        self._stream = IOStream(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        self._timer: asyncio.TimerHandle | None = None
        self._timed_out = False
        self._begun = False
        self._finished = False

    @property
    def begun(self) -> bool:
        """Whether any of the answer has come."""
        return self._begun

    async def run(self, socket_path: str) -> None:
        """Resolves when the answer has come whole. Raises SidecarUnreachable or SidecarTimeout."""
        request = self._request
        self._expect_within(request.answer_timeout)
        try:
            await self._stream.connect(socket_path)
            parameters = HTTP1ConnectionParameters(no_keep_alive=True, max_body_size=_NO_LIMIT)
            connection = HTTP1Connection(self._stream, is_client=True, params=parameters)
            headers = HTTPHeaders({"Host": "localhost", "Connection": "close", **request.headers})
            if request.body or request.method in {"POST", "PATCH"}:
                headers["Content-Length"] = str(len(request.body))
            await connection.write_headers(
                RequestStartLine(request.method, request.target, "HTTP/1.1"), headers, request.body or None
            )
            connection.finish()
            await connection.read_response(self)
        except (StreamClosedError, OSError) as error:
            if not self._timed_out:
                raise SidecarUnreachable(str(error)) from error
        finally:
            self._stop_timer()
            self.close()
        if self._timed_out:
            raise SidecarTimeout
        if not self._finished:
            raise SidecarUnreachable("The answer broke off.")

    def close(self) -> None:
        """Ends the connection, which ends `run`."""
        self._stream.close()

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """The answer begins."""
        if isinstance(start_line, ResponseStartLine) and start_line.code >= 200:
            self._begun = True
            self._expect_within(self._request.idle_timeout)
            self._on_begin(start_line.code, headers)
        return None

    async def data_received(self, chunk: bytes) -> None:
        """A part of the answer; the next one is read when this one is passed on."""
        self._stop_timer()
        await self._on_chunk(chunk)
        self._expect_within(self._request.idle_timeout)

    def finish(self) -> None:
        """The answer is whole."""
        self._finished = self._begun

    def _expect_within(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._expire)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timed_out = True
        self._stream.close()


async def answers_in_time(socket_path: str, seconds: float) -> bool:
    """Whether the sidecar says anything to `GET status`; a broken connection is not silence."""
    # Told apart from what is relayed, in the sidecar's log and in tests.
    headers = {"User-Agent": SUPERVISOR_AGENT}
    request = SidecarRequest("GET", f"{API_PREFIX}/status", headers, b"", seconds, seconds)
    try:
        await SidecarExchange(request, lambda _status, _headers: None, _ignore).run(socket_path)
    except SidecarTimeout:
        return False
    except SidecarUnreachable:
        return True
    return True


async def _ignore(_chunk: bytes) -> None:
    return None
