"""The emulator as a process that a test drives: one line of JSON each way."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from types import TracebackType
from typing import Any

# A test is over long before.
DEADLINE = 120


class OntapProcess:
    """Runs while it is entered."""

    def __enter__(self) -> OntapProcess:
        self._process = subprocess.Popen(
            ["node", os.environ["DATAMARK_ONTAP_EMULATOR"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # What waits for an answer then reads the end of it.
        self._end = threading.Timer(DEADLINE, self._process.kill)
        self._end.start()
        self.place: dict[str, Any] = self._read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)
        self._end.cancel()

    def tell(self, **command: Any) -> dict[str, Any]:
        """Carries out one command."""
        if self._process.stdin is None:
            raise RuntimeError("the emulator does not run")
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if "problem" in answer:
            raise ValueError(answer["problem"])
        return answer

    def add(self, source: str, destination: str, **more: Any) -> str:
        """Adds a mirror; returns its uuid."""
        return str(self.tell(add={"source": source, "destination": destination, **more})["uuid"])

    def asked(self) -> list[tuple[str, str]]:
        """Method and path of every request so far."""
        return [(one["method"], one["path"]) for one in self.tell(requests=True)["requests"]]

    def _read(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("the emulator does not run")
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
