"""Lines of the sidecar’s event stream become events; nothing here connects. Called by the client."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any

# Three heartbeats.
STREAM_TIMEOUT = 60.0


def left_until(until: float | None) -> float:
    """Seconds to wait for the next line: until a time of `time.monotonic`, and for three heartbeats at most."""
    if until is None:
        return STREAM_TIMEOUT
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("The time is over")
    return min(left, STREAM_TIMEOUT)


def read_events(response: HTTPResponse, before_line: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """The events of an answer. Raises OSError or HTTPException when it breaks."""
    data: list[bytes] = []
    while True:
        before_line()
        line = response.readline()
        if not line:
            raise ConnectionResetError("The event stream ended")
        line = line.rstrip(b"\r\n")
        if line.startswith(b"data:"):
            data.append(line[5:].strip())
        elif not line and data:
            yield json.loads(b"\n".join(data))
            data = []
