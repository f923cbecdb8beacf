"""The sidecar as the relay sees it: a supervised one, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .relayed_routes import RelayedRoutes
from .unavailable import REINSTALL, JsonObject, Unavailable

if TYPE_CHECKING:
    from .supervisor import Supervisor


class RelaySidecar:
    """Filled by the extension while it loads."""

    def __init__(self) -> None:
        self.supervisor: Supervisor | None = None
        self.failed: Unavailable | None = None
        self.timeouts: Mapping[str, float] = {"answer": 30.0, "status": 5.0, "idle": 60.0}
        self._routes: RelayedRoutes | None = None

    @property
    def socket_path(self) -> str | None:
        """Where to connect; None if there is no socket."""
        return self.supervisor.socket_path if self.supervisor else None

    @property
    def routes(self) -> RelayedRoutes | None:
        """What may be asked; None if that can't be told, `failed` says why."""
        if self._routes is None and self.supervisor:
            try:
                self._routes = RelayedRoutes.read(self.supervisor.openapi)
                self.failed = None
            except (OSError, ValueError) as error:
                detail = f"The description of the API can’t be read: {error}."
                self.failed = Unavailable("bad-configuration", detail, REINSTALL)
        return self._routes

    def status(self) -> JsonObject:
        """Why it can't answer, as `UnavailableStatus`."""
        if self.supervisor and not self.failed:
            return self.supervisor.status()
        return self._reason().status()

    def problem(self) -> JsonObject:
        """The same as a problem."""
        return self._reason().problem()

    def note_answer(self) -> None:
        """It has answered."""
        if self.supervisor:
            self.supervisor.note_answer()

    def suspect(self) -> None:
        """It has not answered in time."""
        if self.supervisor:
            self.supervisor.suspect()

    async def stop(self) -> None:
        """Ends it."""
        if self.supervisor:
            await self.supervisor.stop()

    def _reason(self) -> Unavailable:
        if self.failed:
            return self.failed
        if self.supervisor:
            return self.supervisor.unavailable()
        return Unavailable("starting", "The server is loading Datamark.", "Wait a moment and try again.")
