"""Time that `%load_ext datamark` adds to a notebook's kernel, where IPython itself is already loaded."""

import statistics
import subprocess
import sys
from pathlib import Path

from figure import Figure

ROUNDS = 9
PROGRAM = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
started = time.perf_counter()
shell.run_line_magic('load_ext', 'datamark')
print((time.perf_counter() - started) * 1000)
"""


def magics_import(folder: Path) -> Figure:
    """Median over several new Python processes."""
    command = [sys.executable, "-c", PROGRAM]
    times = [float(subprocess.check_output(command, cwd=folder, text=True)) for _ in range(ROUNDS)]
    return Figure("import of the magics", "ms", 50, statistics.median(times), f"median of {ROUNDS} new processes")
