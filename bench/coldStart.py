"""Time from starting the sidecar's process to its first answer, and the memory it then holds."""

import statistics
from pathlib import Path

from figure import Figure
from sidecarProcess import SidecarProcess

ROUNDS = 5


def cold_start(folder: Path) -> list[Figure]:
    """Medians over several starts on a small volume."""
    volume = folder / "small"
    volume.mkdir()
    (volume / "notes.txt").write_text("a small volume")
    seconds, resident = [], []
    for _ in range(ROUNDS):
        with SidecarProcess(volume) as sidecar:
            seconds.append(sidecar.wait_for_first_answer())
            sidecar.ask("GET", "/volumes")
            resident.append(sidecar.resident_bytes())
    note = f"median of {ROUNDS} starts, files in the page cache"
    return [
        Figure("sidecar: start to first answer", "s", 0.5, statistics.median(seconds), note),
        Figure("sidecar: resident memory", "MB", 90, statistics.median(resident) / 1e6, "after the first answers"),
    ]
