"""Lists relationships with the peer, netapp-dataops-traditional, as its users do. Runs in the peer’s environment.

usage: peerRelationships.py JSON, with `port`, `ca`, `user`, `password` of the storage and `home`, a folder for its
settings. The last line it writes is JSON: `items`, `seconds`, `version`.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import keyring

told = json.loads(sys.argv[1])
settings = {
    "connectionType": "ONTAP",
    "hostname": f"127.0.0.1:{told['port']}",
    "sslCertPath": told["ca"],
    "svm": "svm_lab",
}
folder = Path(told["home"]) / ".netapp_dataops"
folder.mkdir(parents=True)
(folder / "config.json").write_text(json.dumps(settings))
os.environ["HOME"] = told["home"]


def _secret(_: str, name: str) -> str:
    """In place of the keyring of a person, where the peer looks for name and password."""
    return str(told["user"] if name == "username" else told["password"])


keyring.get_password = _secret

from netapp_dataops.traditional import list_snap_mirror_relationships  # noqa: E402 (what is above must stand before)

started = time.perf_counter()
found = list_snap_mirror_relationships(print_output=False)
seconds = time.perf_counter() - started
print(json.dumps({"items": len(found), "seconds": seconds, "version": version("netapp-dataops-traditional")}))
