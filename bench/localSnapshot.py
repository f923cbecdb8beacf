"""Time of a local snapshot of an unchanged tree, against the tools that people use for the same: rsync and cp.

Both sides do the same work on the same tree in the same run, by turns, so that caches and neighbours disturb both.
"""

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from figure import Figure
from sampleTree import BYTES, FILES, write_tree
from sidecarProcess import SidecarProcess

ROUNDS = 5
TREE = f"{FILES:,} files, {BYTES / 1e9:.0f} GB, nothing changed"
IMAGE_BYTES = 8_000_000_000


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


def _by_turns(volume: Path, reference: Callable[[int], float]) -> tuple[float, float]:
    """Median seconds of our snapshot and of the reference, after one round of each that is not counted."""
    ours, theirs = [], []
    with SidecarProcess(volume) as sidecar:
        sidecar.wait_for_first_answer()
        for number in range(ROUNDS + 1):
            theirs.append(reference(number))
            ours.append(sidecar.snapshot()[0])
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def _figure(name: str, target: float, reference: str, ours: float, theirs: float) -> Figure:
    note = f"{TREE}: ours {ours:.2f} s, {reference} {theirs:.2f} s, medians of {ROUNDS}"
    return Figure(name, "times", target, ours / theirs, note)


def against_rsync(folder: Path) -> Figure:
    """On the file system the project is on: snapshot against `rsync -a --link-dest`."""
    volume, copies = folder / "tree", folder / "rsync"
    write_tree(volume)
    copies.mkdir()

    def rsync(number: int) -> float:
        earlier = [f"--link-dest={copies / str(number - 1)}"] if number else []
        # Our own store lies in the tree and is not part of it.
        return _seconds(["rsync", "-a", *earlier, "--exclude=/.datamark", f"{volume}/", f"{copies / str(number)}/"])

    try:
        ours, theirs = _by_turns(volume, rsync)
    finally:
        shutil.rmtree(copies)
        shutil.rmtree(volume)
    return _figure("local snapshot / rsync -a --link-dest", 1.5, "rsync", ours, theirs)


@contextmanager
def _btrfs(folder: Path) -> Iterator[Path]:
    image, mounted = folder / "btrfs.img", folder / "btrfs"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run(["mkfs.btrfs", "--quiet", str(image)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mount", "-o", "loop", str(image), str(mounted)], check=True)
    try:
        yield mounted
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
        mounted.rmdir()
        image.unlink()


def against_reflink(folder: Path) -> Figure:
    """On btrfs in a file: snapshot against `cp -a --reflink=always`."""
    name, target = "local snapshot / cp -a --reflink=always on btrfs", 1.2
    if os.geteuid() != 0:
        return Figure(name, "times", target, None, "mounting a file system needs root")
    with _btrfs(folder) as mounted:
        volume, copies = mounted / "tree", mounted / "copies"
        write_tree(volume)
        copies.mkdir()
        subprocess.run(["sync", "--file-system", str(mounted)], check=True)
        tree = sorted(volume.iterdir())

        def copy(number: int) -> float:
            target = copies / str(number)
            target.mkdir()
            return _seconds(["cp", "-a", "--reflink=always", *map(str, tree), str(target)])

        ours, theirs = _by_turns(volume, copy)
    return _figure(name, target, "cp", ours, theirs)
