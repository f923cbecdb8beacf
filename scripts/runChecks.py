"""`make check`: lint, types and generated files. Each check is one command and counts as one test in `make test`.

Two run at a time, the slow ones first; all run even if one fails.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NPX = [str(BIN / "npx"), "--no-install"]
PYTHON = sys.executable
# What was in order and has not changed is not looked at again; a fresh clone has no caches.
CACHES = ROOT / ".build" / "checks"
CACHE = ["--cache", "--cache-strategy", "content", "--cache-location"]
TSC = [*NPX, "tsc", "--incremental", "--tsBuildInfoFile"]


TOOLS = [
    "scripts/*.py",
    "bench/*.py",
    "bench/cluster/*.py",
    "bench/ingest/*.py",
    "deploy/jupyterhub/*.py",
    "testbed/image/*.py",
    "testbed/peer/*.py",
    "ui-tests/chromium.py",
]


@dataclass(frozen=True)
class Check:
    """One command that says whether the sources are in order, and what mends it."""

    name: str
    command: list[str]
    fix: str = ""


CHECKS = [
    Check("eslint", [*NPX, "eslint", "--max-warnings", "0", *CACHE, f"{CACHES}/eslint", "."], "make fix"),
    Check("types of the front end", [*TSC, f"{CACHES}/front-end.tsbuildinfo", "-p", "tsconfig.json", "--noEmit"]),
    Check("types of the sidecar", [*TSC, f"{CACHES}/sidecar.tsbuildinfo", "-p", "server"]),
    Check("types of the UI tests", [*TSC, f"{CACHES}/ui-tests.tsbuildinfo", "-p", "ui-tests"]),
    Check("types of the test bed", [*TSC, f"{CACHES}/testbed.tsbuildinfo", "-p", "testbed"]),
    Check("types of the lineage tests", [*TSC, f"{CACHES}/lineage-tests.tsbuildinfo", "-p", "lineage-tests"]),
    Check("types of Python", [str(BIN / "mypy")]),
    Check(
        "types of the scripts",
        [str(BIN / "mypy"), "--strict", *(str(path) for tool in TOOLS for path in ROOT.glob(tool))],
    ),
    Check(
        "prettier", [*NPX, "prettier", "--check", "--log-level", "warn", *CACHE, f"{CACHES}/prettier", "."], "make fix"
    ),
    Check("stylelint", [*NPX, "stylelint", "style/**/*.css"], "make fix"),
    Check("openapi.json is current", [*NPX, "jest", "--silent", "contract/openapi.test.ts"], "npm run openapi"),
    Check("ruff", [str(BIN / "ruff"), "check", "."], "make fix"),
    Check("ruff format", [str(BIN / "ruff"), "format", "--check", "."], "make fix"),
    Check("lock file", [PYTHON, "scripts/checkLockFile.py"]),
]


@dataclass(frozen=True)
class Result:
    """How one check went."""

    check: Check
    ok: bool
    seconds: float
    output: str


def run_check(check: Check) -> Result:
    """Runs one check to its end, at most five minutes."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            check.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
        )
        ok, output = done.returncode == 0, done.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        ok, output = False, str(error)
    return Result(check, ok, time.monotonic() - started, output)


def run_checks() -> list[Result]:
    """Runs every check, two at a time, and tells each as it ends."""
    results = []
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(run_check, CHECKS):
            print(f"  {'ok    ' if result.ok else 'FAILED'} {result.seconds:5.1f} s  {result.check.name}", flush=True)
            if not result.ok:
                print(result.output.rstrip())
                if result.check.fix:
                    print(f"  To mend it: {result.check.fix}")
            results.append(result)
    return results


if __name__ == "__main__":
    sys.exit(not all(result.ok for result in run_checks()))
