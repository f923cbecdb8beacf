"""The peer's own functions, each call in a process of its own, timed from the call to its return.

Reads one JSON list a line, [id, function, arguments]; answers [id, {"pid": …}] when the process has begun and
[id, {"seconds": …, "error": …}] at the end of the call, where nobody has ended the process before. Imports are not
counted.
"""

import json
import logging
import os
import signal
import sys
import time

from netapp_dataops.k8s import clone_volume, create_volume_snapshot, restore_volume_snapshot

ACTIONS = {"snapshot": create_volume_snapshot, "clone": clone_volume, "restore": restore_volume_snapshot}


def tell(call: object, told: dict[str, object]) -> None:
    """In one write, so that lines of several processes do not mix."""
    os.write(sys.stdout.fileno(), (json.dumps([call, told]) + "\n").encode())


def carry_out(call: object, action: str, arguments: dict[str, str]) -> None:
    """In the process of the call."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    started = time.perf_counter()
    error = None
    try:
        ACTIONS[action](**arguments)
    # Whatever it is, it is the peer's answer.
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"[:2000]
    tell(call, {"seconds": time.perf_counter() - started, "error": error})


logging.disable(logging.CRITICAL)
# Nobody waits for the processes.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
tell("", {"pid": os.getpid()})
for line in sys.stdin:
    request = json.loads(line)
    child = os.fork()
    if child == 0:
        carry_out(*request)
        os._exit(0)
    tell(request[0], {"pid": child})
