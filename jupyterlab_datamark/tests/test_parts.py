"""The parts that only compute: delays, log lines, routes, reasons."""

from __future__ import annotations

import json
import logging

import pytest

from ..relayed_routes import RelayedRoutes
from ..restart_delay import RestartDelay
from ..sidecar_log import KEPT_LINES, LONGEST_LINE, SidecarLog, read_line
from ..unavailable import Unavailable


def test_one_that_never_answered_waits_from_one_second_doubling_to_the_longest() -> None:
    delay = RestartDelay(longest=10)
    assert [delay.after(was_ready=False, ran_for=0) for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_one_that_had_answered_is_started_again_at_once_but_not_for_ever() -> None:
    delay = RestartDelay(longest=10)
    assert [delay.after(was_ready=True, ran_for=5) for _ in range(4)] == [0, 1, 2, 4]
    assert delay.after(was_ready=True, ran_for=60) == 0
    assert delay.after(was_ready=True, ran_for=5) == 1


def test_many_failures_do_not_overflow() -> None:
    assert RestartDelay(longest=60, failures=5000).after(was_ready=False, ran_for=0) == 60


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ({"level": 30, "time": "t", "pid": 1, "msg": "listening", "fd": 3}, logging.INFO, 'listening {"fd": 3}'),
        ({"level": 20, "msg": "m"}, logging.DEBUG, "m"),
        ({"level": 40, "msg": "m"}, logging.WARNING, "m"),
        ({"level": 50, "msg": "m", "err": {"stack": "Error: x\n at y"}}, logging.ERROR, "m: Error: x\n at y"),
        ({"level": 60, "err": {"message": "x"}}, logging.CRITICAL, "x"),
        ({"level": "high"}, logging.WARNING, '{"level": "high"}'),
        ([1], logging.WARNING, "[1]"),
    ],
)
def test_lines_of_pino_keep_their_level(line: object, level: int, text: str) -> None:
    assert read_line(json.dumps(line)) == (level, text)


def test_what_node_itself_writes_is_a_warning() -> None:
    assert read_line("SyntaxError: Unexpected token") == (logging.WARNING, "SyntaxError: Unexpected token")


def test_the_last_lines_that_matter_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    log = SidecarLog(logging.getLogger("test"))
    with caplog.at_level(logging.DEBUG):
        for number in range(KEPT_LINES + 10):
            log.take(b'{"level":50,"msg":"e%d"}\n' % number)
            log.take(b'{"level":30,"msg":"request"}\n')
        log.take(b"\xff\n")
        log.take(b"\n")
        log.take(b"x" * 10_000)
    assert len(log.lines) == KEPT_LINES
    assert log.lines[-3:] == [f"e{KEPT_LINES + 9}", "\ufffd", "x" * LONGEST_LINE]
    assert caplog.records[0].getMessage() == "[datamark] e0"
    assert caplog.records[0].levelno == logging.ERROR


def test_a_template_takes_exactly_one_segment() -> None:
    routes = RelayedRoutes([("get", "/volumes/{v}"), ("post", "/volumes/{v}/snapshots")])
    assert routes.allow("GET", "/volumes/a.b-%C3%A9")
    assert routes.allow("POST", "/volumes/a/snapshots")
    for method, path in [
        ("POST", "/volumes/a"),
        ("GET", "/volumes"),
        ("GET", "/volumes/"),
        ("GET", "/volumes//"),
        ("GET", "/volumes/a/snapshots"),
        ("GET", "/volumes/."),
        ("GET", "/volumes/%2E%2E"),
        ("GET", "/volumes/a%2Fb"),
        ("GET", "/volumes/a%5Cb"),
        ("GET", "/volumes/a%0Ab"),
        ("GET", "volumes/a"),
    ]:
        assert not routes.allow(method, path), (method, path)


def test_a_reason_tells_when_the_next_start_is_tried() -> None:
    status = Unavailable("crashed", "d", "f").status(["line"], 1_800_000_000.25)
    assert status["retryAt"] == "2027-01-15T08:00:00.250Z"
    assert status["log"] == ["line"]
