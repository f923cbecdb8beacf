"""The benchmarks' programs in TypeScript: each bundled to one file, and run by the Node of the sidecar."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from sidecarProcess import NODE, ROOT

HERE = Path(__file__).resolve().parent
NPX = Path(sys.executable).with_name("npx")
# What packages of the older module system ask for.
_REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"


def bundle(name: str, folder: Path) -> Path:
    """`NAME.ts` with all that it imports as one file in a folder."""
    target = folder / f"{name}.mjs"
    options = ["--bundle", "--platform=node", "--target=node22", "--format=esm", "--log-level=warning"]
    command = [str(NPX), "--no-install", "esbuild", str(HERE / f"{name}.ts"), *options]
    subprocess.run([*command, f"--banner:js={_REQUIRE}", f"--outfile={target}"], cwd=ROOT, check=True)
    return target


def run_program(program: str, folder: Path, *arguments: object, seconds: float) -> dict[str, Any]:
    """What `PROGRAM.ts` writes at its end, within so many seconds; arguments are passed on as JSON."""
    command = [str(NODE), str(bundle(program, folder)), *map(json.dumps, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class BundledProcess:
    """`PROGRAM.ts` as a process that tells where it listens, and answers questions; a context manager that ends it."""

    def __init__(self, program: str, folder: Path, argument: object) -> None:
        command = [str(NODE), str(bundle(program, folder)), json.dumps(argument)]
        self._program = program
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.place = self._read()

    def __enter__(self) -> "BundledProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def told(self, asked: str = "now") -> dict[str, Any]:
        """Its answer to a line: what it counts, unless something else is asked of it."""
        if self._process.stdin is None:
            raise RuntimeError(f"{self._program} has no input.")
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._program} ended with exit code {self._process.wait(30)}.")
        told: dict[str, Any] = json.loads(line)
        return told
