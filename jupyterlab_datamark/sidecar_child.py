"""One run of the sidecar: reads its log, tells when it has ended, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import threading
from collections.abc import Callable

# What Node wrote last is read within this time after its end, in seconds.
_LAST_WORDS = 1.0
_LONGEST_READ = 64 * 1024


class SidecarChild:
    """A started process; to be made on the event loop."""

    def __init__(self, process: subprocess.Popen[bytes], on_line: Callable[[bytes], None]) -> None:
        self._process = process
        self._on_line = on_line
        self._loop = asyncio.get_running_loop()
        # The exit code; negative: the number of the signal that ended it.
        self._exit: asyncio.Future[int] = self._loop.create_future()
        # Daemons, so that a sidecar that does not end can't keep the server from ending.
        self._reader = threading.Thread(target=self._read, name="datamark-log", daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, name="datamark-wait", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    async def exited(self, timeout: float | None = None) -> int | None:
        """The exit code, or None if it still runs after `timeout` seconds."""
        done, _ = await asyncio.wait([self._exit], timeout=timeout)
        return self._exit.result() if done else None

    async def end(self, grace: float) -> int:
        """Asks it to end, makes it end after `grace` seconds, and answers with its exit code."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._signal(signal.SIGTERM)
        code = await self.exited(grace)
        if code is None:
            self._signal(signal.SIGKILL)
            code = await self.exited()
        return -signal.SIGKILL if code is None else code

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def _read(self) -> None:
        stderr = self._process.stderr
        if stderr is None:
            return
        with stderr:
            while line := stderr.readline(_LONGEST_READ):
                self._on_line(line)

    def _wait(self) -> None:
        code = self._process.wait()
        self._reader.join(_LAST_WORDS)
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        # The loop is closed when the server went away first.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set_exit, code)

    def _set_exit(self, code: int) -> None:
        if not self._exit.done():
            self._exit.set_result(code)
