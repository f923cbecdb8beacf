"""The servers of 500 users ask the controller for their mirrors: what the storage notices of it, and what it costs."""

import math
import time
from pathlib import Path

from bundledProcess import BundledProcess, run_program
from emulatedOntap import EmulatedOntap
from figure import Figure

RELATIONSHIPS, USERS = 5000, 500
# Shorter than the 30 s of an installation: more of them are measured, and each costs more.
INTERVAL_SECONDS, INTERVALS = 5, 6
DEADLINE_SECONDS = 300


def shared_polls(folder: Path) -> list[Figure]:
    """The controller’s endpoint, over HTTPS and with tokens, before one storage with 5,000 relationships."""
    with EmulatedOntap(folder, RELATIONSHIPS) as ontap:
        settings = {
            "port": 0,
            "certificateDir": str(ontap.certificates),
            "storages": [ontap.settings(actions=True)],
            "pollSeconds": INTERVAL_SECONDS,
            # What it watches for the history, nobody has asked for.
            "history": {"keep": False},
        }
        with BundledProcess("controllerProcess", folder, settings) as controller:
            work = {
                "port": controller.place["port"],
                "ca": str(ontap.authority),
                "users": USERS,
                "intervalMs": INTERVAL_SECONDS * 1000,
                "intervals": INTERVALS,
            }
            unasked = ontap.requests()
            before = controller.told()["cpuSeconds"]
            found = run_program("usersProcess", folder, work, seconds=DEADLINE_SECONDS)
            used = controller.told()["cpuSeconds"] - before
            polls = ontap.polls()
            # Of all the time until they were counted: the last answer can come just before another interval begins.
            intervals = math.ceil((time.time() - found["startedAt"]) / INTERVAL_SECONDS)
            # It goes on for two intervals after the last of them.
            time.sleep(3 * INTERVAL_SECONDS)
            rested = ontap.requests()
            time.sleep(4 * INTERVAL_SECONDS)
            idle = ontap.requests() - rested
    note = f"each once in {INTERVAL_SECONDS} s on a new connection, {intervals} intervals; {polls} polls in all"
    cost = "of the controller: tokens, answers and polls of 5,000 relationships; the cluster answers from memory"
    answered = f"in the first interval {found['first']:.2f} s; users, controller and storage share this machine"
    return [
        Figure("500 users: polls of the storage per interval", "", 1, polls / intervals, note),
        Figure("500 users: cores", "", 1, used / found["seconds"], cost),
        Figure("500 users: slowest answer", "s", None, found["slowest"], answered),
        Figure("before the first user: requests to the storage", "", 0, unasked),
        Figure("nobody looks: requests in 4 intervals", "", 0, idle, "from 3 intervals after the last user on"),
    ]
