"""Speaks to the socket itself, as the magics do."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from .live_server import DEADLINE


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=DEADLINE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self._path)


def ask_socket(path: str, method: str, target: str, body: bytes | None = None) -> tuple[int, str, dict[str, Any]]:
    """Status, content type and document of one answer."""
    connection = _UnixConnection(path)
    try:
        connection.request(method, f"/datamark/api/v1{target}", body=body)
        response = connection.getresponse()
        document = json.loads(response.read())
        assert isinstance(document, dict)
        return response.status, response.headers.get_content_type(), document
    finally:
        connection.close()
