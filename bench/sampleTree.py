"""The tree that snapshots are measured on: 20,000 files in 200 folders, 2 GB together, always the same."""

import random
from pathlib import Path

FILES = 20_000
FOLDERS = 200
BYTES = 2_000_000_000


def write_tree(root: Path) -> int:
    """Writes the tree below `root`, which must not exist; returns the number of bytes."""
    draw = random.Random(1)
    # Data that no file system compresses or finds twice: slices of one random block, each behind its own number.
    block = draw.randbytes(4 * BYTES // FILES)
    weights = [draw.lognormvariate(0, 1) for _ in range(FILES)]
    scale = BYTES / sum(weights)
    written = 0
    for number, weight in enumerate(weights):
        folder = root / f"part-{number % FOLDERS:03}"
        if number < FOLDERS:
            folder.mkdir(parents=True)
        size = max(16, round(weight * scale))
        with (folder / f"file-{number:05}.bin").open("wb") as file:
            file.write(number.to_bytes(16, "big"))
            left = size - 16
            while left > 0:
                left -= file.write(block[:left])
        written += size
    return written
