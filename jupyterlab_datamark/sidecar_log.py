"""The sidecar's stderr: pino's JSON lines go to the Jupyter log at their own level, the last ones are kept."""

from __future__ import annotations

import json
import logging
from collections import deque

KEPT_LINES = 50
# A longer line is cut, so that no line can fill the memory or the panel.
LONGEST_LINE = 2000
# https://getpino.io/#/docs/api?id=loggerlevels-object
_FATAL, _ERROR, _WARN, _INFO = 60, 50, 40, 30


class SidecarLog:
    """Takes raw lines of one sidecar after the other; may be called from any thread."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> None:
        self._log = log
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)

    @property
    def lines(self) -> list[str]:
        """The last lines, oldest first."""
        return list(self._lines)

    def take(self, raw: bytes) -> None:
        """Passes one line on."""
        line = raw.decode("utf-8", errors="replace").rstrip()[:LONGEST_LINE]
        if not line:
            return
        level, text = read_line(line)
        # What a browser may see: nothing below a warning, requests would push the reason out.
        if level >= logging.WARNING:
            self._lines.append(text)
        self._log.log(level, "[datamark] %s", text)


def read_line(line: str) -> tuple[int, str]:
    """Level and words of a line; what is no pino line, such as a crash report of Node, is a warning as it stands."""
    try:
        record = json.loads(line)
    except ValueError:
        return logging.WARNING, line
    if not isinstance(record, dict) or not isinstance(record.get("level"), int):
        return logging.WARNING, line
    message = str(record.get("msg", ""))
    error = record.get("err")
    if isinstance(error, dict):
        cause = str(error.get("stack") or error.get("message") or "")
        message = f"{message}: {cause}" if message else cause
    extra = {key: value for key, value in record.items() if key not in {"level", "time", "pid", "msg", "err"}}
    return _level(record["level"]), f"{message} {json.dumps(extra, ensure_ascii=False)}" if extra else message


def _level(pino: int) -> int:
    if pino >= _FATAL:
        return logging.CRITICAL
    if pino >= _ERROR:
        return logging.ERROR
    if pino >= _WARN:
        return logging.WARNING
    return logging.INFO if pino >= _INFO else logging.DEBUG
