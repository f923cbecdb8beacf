"""Snapshots that nobody asks for: the setting as the sidecar reads it, and a sidecar that runs without being asked.

When one is made, of what and which are removed decides the sidecar; see server/src/features/automatic.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from traitlets import TraitError, Unicode

from .unavailable import JsonObject

if TYPE_CHECKING:
    from .supervisor import Supervisor

_EVERY = re.compile(r"[1-9][0-9]{0,2}h")
_HOUR_MS = 3_600_000
# Between two looks whether the sidecar runs; longer and longer where it can't.
_SHORTEST_LOOK, _LONGEST_LOOK = 60.0, 3600.0


def is_setting(text: str) -> bool:
    """Whether it is `off`, `start`, or hours as in `6h`."""
    return text in {"off", "start"} or _EVERY.fullmatch(text) is not None


class AutomaticSetting(Unicode[str, str]):
    """A trait for it. Refuses at once, as a wrong type is refused."""

    def validate(self, obj: object, value: object) -> str:
        """The value. Raises TraitError."""
        text = str(super().validate(obj, value))
        if not is_setting(text):
            raise TraitError(f"automatic_snapshots takes off, start or hours as in 6h, not {text!r}")
        return text


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class AutomaticSnapshots:
    """The setting of one run of the Jupyter server."""

    setting: str = "off"
    keep: int = 10
    server_started_at: str = field(default_factory=_now)

    @property
    def wanted(self) -> bool:
        """Whether there are any."""
        return self.setting != "off"

    def document(self) -> JsonObject:
        """The part `automatic` of the sidecar's configuration."""
        started: JsonObject = {"keep": self.keep, "serverStartedAt": self.server_started_at}
        if self.setting in {"off", "start"}:
            return {"mode": self.setting, **started}
        return {"mode": "every", "everyMs": int(self.setting.removesuffix("h")) * _HOUR_MS, **started}


async def keep_sidecar_running(supervisor: Supervisor, delay: float) -> None:
    """Starts the sidecar `delay` seconds from now, and again whenever it has ended. Runs until cancelled."""
    await asyncio.sleep(delay)
    look = _SHORTEST_LOOK
    while True:
        if supervisor.pid is None:
            await _connect(supervisor.socket_path)
            look = min(look * 2, _LONGEST_LOOK)
        else:
            look = _SHORTEST_LOOK
        await asyncio.sleep(look)


async def _connect(path: str) -> None:
    """A connection is all that starts it."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
        writer.close()
    except OSError:
        # The server is being stopped, or is out of file descriptors: there is a next time or no need of one.
        return
