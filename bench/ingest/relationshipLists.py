"""Listing 5,000 relationships of one ONTAP: Datamark’s client, and beside it the peer, which asks for each alone."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from bundledProcess import run_program
from emulatedOntap import PASSWORD, USER, EmulatedOntap
from figure import Figure
from sidecarProcess import ROOT

HERE = Path(__file__).resolve().parent
RELATIONSHIPS, ROUNDS = 5000, 5
NAME_OF_PEERS = "the peer’s list of them"
OURS_SECONDS, PEER_SECONDS = 300, 900


def relationship_lists(folder: Path) -> list[Figure]:
    """Both in one run, against the same emulator."""
    with EmulatedOntap(folder, RELATIONSHIPS) as ontap:
        found = run_program("listProcess", folder, ontap.settings(), ROUNDS, seconds=OURS_SECONDS)
        asked = ontap.requests()
        if found["items"] != RELATIONSHIPS:
            raise RuntimeError(f"{found['items']} relationships were listed instead of {RELATIONSHIPS}.")
        seconds: list[float] = found["seconds"]
        again = f"median of {ROUNDS}; the first, with its connection: {seconds[0]:.2f} s"
        ours = [
            Figure("list 5,000 relationships with all fields", "s", 2, statistics.median(seconds), again),
            Figure("requests of such a list", "", 12, asked / ROUNDS),
        ]
        return [*ours, *_of_peer(ontap, folder, asked)]


def _of_peer(ontap: EmulatedOntap, folder: Path, before: int) -> list[Figure]:
    """Its list_snap_mirror_relationships, in an environment of its own."""
    script = ROOT / "scripts" / "ontapEnvironment.py"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    programs = Path(made.stdout.strip())
    who = {"user": USER, "password": PASSWORD, "home": str(folder / "peer")}
    told = {"port": ontap.port, "ca": str(ontap.authority), **who}
    command = [str(programs / "python"), str(HERE / "peerRelationships.py"), json.dumps(told)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PEER_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        came = f"not done after {PEER_SECONDS} s and {ontap.requests() - before:,} requests"
        return [Figure(NAME_OF_PEERS, "s", None, None, came)]
    if done.returncode:
        raise RuntimeError(f"The peer’s list failed: {done.stderr[-3000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["items"] != RELATIONSHIPS:
        raise RuntimeError(f"The peer listed {found['items']} relationships instead of {RELATIONSHIPS}.")
    note = f"netapp-dataops-traditional {found['version']}, list_snap_mirror_relationships, once"
    return [
        Figure(NAME_OF_PEERS, "s", None, found["seconds"], note),
        Figure("requests of the peer’s list", "", None, ontap.requests() - before),
    ]
