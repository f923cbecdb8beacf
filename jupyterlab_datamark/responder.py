"""Answers connections to the socket while no sidecar can take them, so that magics get the reason, not silence."""

from __future__ import annotations

import asyncio
import json
import socket

from .unavailable import JsonObject

# In seconds; the answer does not depend on the request, so a slow one is not waited for.
_DEADLINE = 5.0
_LONGEST_HEAD = 16 * 1024
_LONGEST_BODY = 1024 * 1024


async def answer_unavailable(connection: socket.socket, status: JsonObject, problem: JsonObject) -> None:
    """Reads one request and answers `GET …/status` with `status`, all else with `problem`; then closes."""
    reader, writer = await asyncio.open_connection(sock=connection, limit=_LONGEST_HEAD)
    try:
        await asyncio.wait_for(_exchange(reader, writer, status, problem), _DEADLINE)
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        # The client went away or sent nothing that could be answered.
        pass
    finally:
        writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: JsonObject, problem: JsonObject
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    # Closing with unread bytes would cut the answer off (ECONNRESET).
    await reader.readexactly(min(_content_length(head[1:]), _LONGEST_BODY))
    if method == "GET" and target.partition("?")[0].endswith("/status"):
        writer.write(_response("200 OK", "application/json", status))
    else:
        writer.write(_response("503 Service Unavailable", "application/problem+json", problem))
    await writer.drain()


def _content_length(fields: list[str]) -> int:
    for field in fields:
        name, _, value = field.partition(":")
        if name.strip().lower() == "content-length":
            return max(0, int(value))
    return 0


def _response(status: str, content_type: str, document: JsonObject) -> bytes:
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
