"""The peer's own functions, timed from the call to their return; runs in the peer's virtual environment.

Reads one JSON list a line, [function, arguments], and answers with the seconds. Imports are not counted.
"""

import json
import logging
import sys
import time

from netapp_dataops.k8s import clone_volume, create_volume_snapshot

ACTIONS = {"snapshot": create_volume_snapshot, "clone": clone_volume}

logging.disable(logging.CRITICAL)
print("ready", flush=True)
for line in sys.stdin:
    name, arguments = json.loads(line)
    started = time.perf_counter()
    ACTIONS[name](**arguments)
    print(json.dumps(time.perf_counter() - started), flush=True)
