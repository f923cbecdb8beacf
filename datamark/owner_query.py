"""Asks for the snapshots of all owners, by a child of its own.

Nothing of it passes through a user's server: the list is as long as the rights of the account that asks.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from typing import IO

from .connection import extra_configuration
from .owners import OwnerList
from .problem import DatamarkError, error
from .sidecar_process import NodeUnavailable, child_environment, find_node, sidecar_bundle
from .surroundings import kubernetes_settings
from .waiting import Progress


def read_owners(namespaces: list[str], progress: Progress) -> OwnerList:
    """Asks the cluster that KUBECONFIG or this pod's account names. Raises DatamarkError."""
    try:
        node = find_node()
    except NodeUnavailable as failure:
        raise error("sidecar-unavailable", failure.detail, failure.fix) from failure
    configuration = {"kubernetes": kubernetes_settings(), **extra_configuration(), "provider": "kubernetes"}
    environment = {**child_environment(), "DATAMARK_CONFIG": json.dumps(configuration)}
    options = [word for name in namespaces for word in ("--namespace", name)]
    # Not a pipe: the answer may be longer than one holds while the progress is read.
    with (
        tempfile.TemporaryFile() as answer,
        subprocess.Popen(
            [node.path, str(sidecar_bundle()), "owners", *options],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.PIPE,
            env=environment,
        ) as child,
    ):
        last = _follow(child.stderr, progress) if child.stderr else ""
        code = child.wait()
        answer.seek(0)
        text = answer.read()
    if not text:
        detail = f"The sidecar ended with exit code {code}. {last}".strip()
        raise error("sidecar-unavailable", detail, "Try again.")
    if code:
        raise DatamarkError(json.loads(text))
    return OwnerList.read(json.loads(text))


def _follow(lines: IO[bytes], progress: Progress) -> str:
    """Shows how many are read, until the child ends; the last line that told something else."""
    last = ""
    try:
        for line in lines:
            try:
                told = json.loads(line)
                remaining = "" if told["remaining"] is None else f" of {told['read'] + told['remaining']:,}"
                progress.update(f"{told['read']:,}{remaining} snapshots read")
            except (ValueError, KeyError, TypeError):
                last = line.decode(errors="replace").strip()
    finally:
        progress.done()
    return last
