"""What loading the magics costs a notebook, measured in fresh processes."""

from __future__ import annotations

import subprocess
import sys

from datamark.tests.scene import clean_environment

LIMIT_MS = 50

_LOAD = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
start = time.perf_counter()
shell.run_line_magic("load_ext", "datamark")
print((time.perf_counter() - start) * 1000)
"""


def test_loading_the_magics_takes_at_most_50_ms() -> None:
    def once() -> float:
        done = subprocess.run(
            [sys.executable, "-c", _LOAD], env=clean_environment(), capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    assert min(once() for _ in range(5)) <= LIMIT_MS


def test_importing_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import datamark; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['__future__', 'datamark']"
