"""Keeps the sidecar: started by the first connection to its socket, started again after it died, ended with the server.

The socket stays open through all of it. While a sidecar runs only it accepts; else this process watches the socket,
and a connection either starts a sidecar or, where that can't work now, is told why.
"""

from __future__ import annotations

import asyncio
import logging
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from datamark.sidecar_process import ListeningSocket, NodeUnavailable, find_node, spawn

from .configuration_error import ConfigurationError
from .responder import answer_unavailable
from .restart_delay import RestartDelay
from .sidecar_child import SidecarChild
from .sidecar_exchange import answers_in_time
from .sidecar_log import SidecarLog
from .unavailable import REINSTALL, Cause, JsonObject, Unavailable

# EX_CONFIG of sysexits.h: the sidecar refused its configuration.
_EXIT_CONFIGURATION = 78
# Looking for Node again costs little, and whoever just installed it should not wait.
_NODE_DELAY = 1.0
_STARTING_TICK, _RUNNING_TICK = 0.05, 1.0
_HUNG_GRACE = 2.0
_STOPPED = Unavailable("stopped", "The Jupyter server has stopped Datamark.", "Restart the Jupyter server.")
_SEE_LOG = "The next start finishes or takes back what was running. If it stays, look at the log of the Jupyter server."

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]


@dataclass(frozen=True)
class SupervisorOptions:
    """How to run the sidecar; times in seconds."""

    bundle: Path
    # Called at every start. Raises ConfigurationError.
    configuration: Callable[[], JsonObject]
    node: str | None
    # Until it accepts the connection that started it.
    start_timeout: float
    # A running one that leaves connections waiting so long is hung.
    hang_timeout: float
    stop_timeout: float
    longest_delay: float


class Supervisor:
    """Owns the listening socket and at most one sidecar. Made anywhere, used on the event loop after `begin`."""

    def __init__(self, listening: ListeningSocket, options: SupervisorOptions, log: Log) -> None:
        self._listening = listening
        self._options = options
        self._log = log
        self._sidecar_log = SidecarLog(log)
        self._delay = RestartDelay(options.longest_delay)
        self._child: SidecarChild | None = None
        self._ready = False
        self._suspected = False
        self._failure: Unavailable | None = None
        # On the monotonic clock: the other one may be set back by an hour.
        self._retry_at = 0.0
        self._run: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._stopped = False

    @property
    def socket_path(self) -> str:
        """Where to connect; connecting starts the sidecar."""
        return self._listening.path

    @property
    def openapi(self) -> Path:
        """The description of the API, which lies beside the bundle."""
        return self._options.bundle.with_name("openapi.json")

    @property
    def pid(self) -> int | None:
        """Process number of the sidecar, while there is one."""
        return self._child.pid if self._child else None

    def begin(self) -> None:
        """Waits for the first connection."""
        if not self._stopped:
            self._watch_socket()

    def unavailable(self) -> Unavailable:
        """Why there is no answer now."""
        if self._stopped:
            return _STOPPED
        if self._child and self._ready:
            seconds = round(self._options.hang_timeout)
            return Unavailable(
                "hung",
                f"The sidecar (process {self._child.pid}) runs but does not answer.",
                f"Wait: without an answer within {seconds} s it is ended and started again.",
            )
        if self._failure and not self._run:
            return self._failure
        return Unavailable("starting", "The sidecar is starting.", "Wait a moment and try again.")

    def status(self) -> JsonObject:
        """The `UnavailableStatus` of the contract, as it is now."""
        wait = 0.0 if self._run else self._retry_at - time.monotonic()
        return self.unavailable().status(self._sidecar_log.lines, time.time() + wait if wait > 0 else None)

    def note_answer(self) -> None:
        """The sidecar has answered a request."""
        if self._child:
            self._ready = True

    def suspect(self) -> None:
        """A request got no answer in time: looks whether the sidecar is hung."""
        self._suspected = True

    async def stop(self) -> None:
        """Ends the sidecar and removes the socket."""
        if self._stopped:
            return
        self._stopped = True
        self._unwatch_socket()
        if self._child:
            await self._child.end(self._options.stop_timeout)
        if self._run:
            await self._run
        for answer in self._answers:
            answer.cancel()
        self._listening.close()

    def _watch_socket(self) -> None:
        asyncio.get_running_loop().add_reader(self._listening.socket, self._on_connection)

    def _unwatch_socket(self) -> None:
        asyncio.get_running_loop().remove_reader(self._listening.socket)

    def _on_connection(self) -> None:
        if time.monotonic() >= self._retry_at:
            self._unwatch_socket()
            self._run = asyncio.create_task(self._run_once())
        else:
            self._answer_waiting()

    def _answer_waiting(self) -> None:
        reason = self.unavailable()
        while True:
            try:
                connection, _ = self._listening.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                # For example out of file descriptors: the socket stays readable and would be tried without end.
                self._log.error("[datamark] A connection can’t be accepted: %s", error)
                self._unwatch_socket()
                asyncio.get_running_loop().call_later(1.0, self.begin)
                return
            connection.setblocking(False)
            answer = asyncio.create_task(answer_unavailable(connection, self.status(), reason.problem()))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    async def _run_once(self) -> None:
        try:
            delay = await self._start_and_watch()
        except Exception as error:
            self._log.exception("[datamark] The sidecar can’t be supervised")
            if self._child:
                await self._child.end(_HUNG_GRACE)
            delay = self._fail("crashed", f"The sidecar can’t be supervised: {error}.", _SEE_LOG)
        self._child = None
        self._run = None
        self._retry_at = time.monotonic() + delay
        self.begin()

    async def _start_and_watch(self) -> float:
        """One run from start to end; answers with the seconds to wait before the next."""
        begun = time.monotonic()
        self._ready = False
        self._suspected = False
        try:
            process = await asyncio.to_thread(self._spawn)
        except NodeUnavailable as error:
            cause: Cause = "node-too-old" if error.cause == "node-too-old" else "node-missing"
            return self._fail(cause, error.detail, error.fix, _NODE_DELAY)
        except ConfigurationError as error:
            return self._fail("bad-configuration", str(error), error.fix)
        except OSError as error:
            return self._fail("crashed", f"The sidecar can’t be started: {error}.", _SEE_LOG)
        child = self._child = SidecarChild(process, self._sidecar_log.take)
        self._log.info("[datamark] Sidecar started, process %s", child.pid)
        if self._stopped:
            await child.end(self._options.stop_timeout)
        hung = await self._watch(child)
        code = await child.exited()
        ready = self._ready
        if self._stopped or code is None:
            return 0.0
        delay = self._delay.after(was_ready=ready, ran_for=time.monotonic() - begun)
        if hung:
            return self._fail("hung", hung, "It is started again with the next request.", delay)
        if code == _EXIT_CONFIGURATION:
            reason = next(reversed(self._sidecar_log.lines), "The sidecar refused its configuration.")
            fix = "Correct the configuration (DatamarkExtension) and restart the Jupyter server."
            return self._fail("bad-configuration", reason, fix, delay)
        return self._fail("crashed", f"The sidecar ended unexpectedly ({_ended_by(code)}).", _SEE_LOG, delay)

    def _spawn(self) -> subprocess.Popen[bytes]:
        if not self._options.bundle.is_file():
            detail = f"The sidecar is not installed: {self._options.bundle} does not exist."
            raise ConfigurationError(detail, REINSTALL)
        node = find_node(self._options.node)
        return spawn(node, self._options.bundle, self._listening.socket, self._options.configuration())

    async def _watch(self, child: SidecarChild) -> str | None:
        """Until it ends; if it had to be ended because it was hung, the sentence that says so."""
        begun = time.monotonic()
        waited = False
        while await child.exited(_RUNNING_TICK if self._ready else _STARTING_TICK) is None:
            waits = self._connection_waits()
            limit = self._options.hang_timeout if self._ready else self._options.start_timeout
            if not self._ready:
                self._ready = not waits
                hung = waits and time.monotonic() - begun > limit
            else:
                # Two looks in a row, because one may fall between a connection and its acceptance.
                hung = (self._suspected or (waits and waited)) and await self._is_hung(child)
            waited = waits
            if hung:
                self._log.error("[datamark] No answer for %g s, process %s is ended", limit, child.pid)
                await child.end(_HUNG_GRACE)
                return f"The sidecar did not answer for {limit:g} s and was ended."
        # What started it still waits if it never came so far as to accept it.
        self._ready = self._ready or not self._connection_waits()
        return None

    async def _is_hung(self, child: SidecarChild) -> bool:
        self._suspected = False
        answer = asyncio.ensure_future(answers_in_time(self.socket_path, self._options.hang_timeout))
        ended = asyncio.ensure_future(child.exited())
        await asyncio.wait({answer, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not answer.done():
            answer.cancel()
            return False
        return answer.exception() is None and not answer.result()

    def _connection_waits(self) -> bool:
        poll = select.poll()
        poll.register(self._listening.socket, select.POLLIN)
        return bool(poll.poll(0))

    def _fail(self, cause: Cause, detail: str, fix: str, delay: float | None = None) -> float:
        self._failure = Unavailable(cause, detail, fix)
        if delay is None:
            delay = self._delay.after(was_ready=False, ran_for=0)
        self._log.error("[datamark] %s %s", detail, fix)
        return delay


def _ended_by(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
