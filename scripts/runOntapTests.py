"""Runs the tests of the ONTAP emulator with public clients, for runTests.py; told the report to write.

The clients and pytest are in an environment of their own; the emulator is bundled, and each test runs it as a process.
"""

import os
import subprocess
import sys
from pathlib import Path

from ontapEnvironment import ontap_environment

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUNDLE = ROOT / ".build" / "testbed" / "ontapEmulator.cjs"


def main(report: str, *options: str) -> int:
    """Returns pytest's exit code."""
    programs = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "DATAMARK_ONTAP_EMULATOR": str(BUNDLE)}
    target = ["--platform=node", "--target=node22", "--format=cjs", "--log-level=warning", f"--outfile={BUNDLE}"]
    esbuild = str(ROOT / "node_modules" / ".bin" / "esbuild")
    subprocess.run([esbuild, "testbed/ontap/serve.ts", "--bundle", *target], cwd=ROOT, env=environment, check=True)
    python = str(ontap_environment() / "python")
    # The files of the tests import each other.
    own = ["-o", "pythonpath=testbed/ontap/tests", "-p", "no:cacheprovider", f"--junitxml={report}"]
    pytest = [python, "-m", "pytest", "testbed/ontap/tests", "-q", "--tb=short", *own, *options]
    return subprocess.run(pytest, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
