"""Programs with the real MLflow, which has an environment of its own, and our plugins as the package declares them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from datamark.tests.scene import DEADLINE, REPOSITORY, clean_environment

_GROUPS = ("mlflow.run_context_provider", "mlflow.dataset_source")
_TOLD = "told: "
# A run as it is stored, and a way to tell it.
_HEAD = f"""
import json, os, sys, mlflow
def tell(value):
    print({_TOLD!r} + json.dumps(value), flush=True)
def tags(run):
    stored = mlflow.get_run(run if isinstance(run, str) else run.info.run_id).data.tags
    return {{name: value for name, value in stored.items() if not name.startswith("mlflow.")}}
"""


def mlflow_python() -> Path:
    """Python with MLflow, which is made where it is not."""
    script = REPOSITORY / "scripts" / "mlflowEnvironment.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "python"


def mlflow_tables() -> Path:
    """A store without anything in it."""
    return mlflow_python().parent.parent / "tables.db"


def declare_plugins(place: Path) -> None:
    """What an installed package leaves in site-packages: the entry points of pyproject.toml."""
    # Python 3.10, which the package supports, has no tomllib; the tests need not run there.
    project = import_module("tomllib").loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    information = place / "jupyterlab_datamark-0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0\n")
    lines = []
    for group in _GROUPS:
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in project["entry-points"][group].items())]
    (information / "entry_points.txt").write_text("\n".join(lines))


def kernel_environment(place: Path, **more: str) -> dict[str, str]:
    """What a kernel needs so that it has MLflow and our plugins, which are declared below a folder."""
    declare_plugins(place / "declared")
    packages = mlflow_python().parent.parent / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    return {"PYTHONPATH": ":".join(map(str, [REPOSITORY, place / "declared", packages])), **more}


@dataclass
class Mlflow:
    """Programs with MLflow and a store of its own in a directory."""

    python: Path
    plugins: Path
    store: str

    def environment(self, **more: str) -> dict[str, str]:
        """What such a program needs."""
        path = f"{self.plugins}:{REPOSITORY}"
        kept = clean_environment(**{"PYTHONPATH": path, "MLFLOW_TRACKING_URI": self.store})
        return {**{name: value for name, value in kept.items() if name != "MLFLOW_RUN_CONTEXT"}, **more}

    def start(
        self, code: str, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Begins a program."""
        return subprocess.Popen(
            [str(self.python), "-c", _HEAD + code, *words],
            cwd=cwd or self.plugins,
            env=self.environment(**(env or {})),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, code: str, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> tuple[Any, str]:
        """Runs a program to its end; what it told last, and what it wrote on stderr."""
        process = self.start(code, *words, cwd=cwd, env=env)
        out, err = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0, err
        return told(out), err


def told(output: str) -> Any:
    """What a program told last."""
    lines = [line for line in output.splitlines() if line.startswith(_TOLD)]
    return json.loads(lines[-1].removeprefix(_TOLD))


def program(code: str) -> str:
    """The whole text of a program, for whoever starts it in another way."""
    return _HEAD + code
