"""Executables that stand in for Node, and what the stand-in sidecar has recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datamark.sidecar_process import find_node
from jupyterlab_datamark.sidecar_exchange import SUPERVISOR_AGENT

STAND_IN = Path(__file__).with_name("standInSidecar.mjs")


def executable(path: Path, script: str) -> str:
    """Writes an executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def too_old_node(directory: Path) -> str:
    """A Node of version 18 that leaves a trace if it is used all the same."""
    return executable(directory / "node18", f'[ "$1" = --version ] && echo v18.20.4 || touch {directory}/used')


def crashing_node(directory: Path, exit_code: int = 3) -> str:
    """A Node whose sidecar ends at once; every start is a line in `starts`."""
    return executable(
        directory / "crashing",
        f'[ "$1" = --version ] && echo v24.1.0 && exit\n'
        f"echo start >> {directory}/starts\necho 'the last words' >&2\nexit {exit_code}",
    )


@dataclass(frozen=True)
class StandIn:
    """A Node that runs the stand-in sidecar."""

    node: str
    record: Path

    @staticmethod
    def make(directory: Path) -> StandIn:
        """Both files stand in `directory`."""
        record = directory / "record.jsonl"
        record.touch()
        node = executable(
            directory / "node-with-stand-in",
            f'[ "$1" = --version ] && echo v24.1.0 && exit\nshift\n'
            f'STAND_IN_RECORD={record} exec {find_node().path} {STAND_IN} "$@"',
        )
        return StandIn(node, record)

    def records(self, what: str) -> list[dict[str, Any]]:
        """What happened so far, of one kind."""
        lines = [json.loads(line) for line in self.record.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["what"] == what]

    def relayed(self) -> list[dict[str, Any]]:
        """The requests so far, but for those by which the supervisor looks whether the sidecar hangs."""
        return [one for one in self.records("request") if one["headers"].get("user-agent") != SUPERVISOR_AGENT]
