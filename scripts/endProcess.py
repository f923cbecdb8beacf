"""Ends a process that leads a group, with all it has started."""

import contextlib
import os
import signal
import subprocess

# What it may take to clean up: a cluster is taken down.
GRACE_SECONDS = 60


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """Asks first, then kills."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
