"""Runs every sample notebook headless, as a pipeline does: `jupyter nbconvert --execute`.

Part of `make test`. The notebooks run in a copy of the samples, with the sidecar that the magics start themselves.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from demo import prepare_folder

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def test_there_are_sample_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_sample_notebook_runs_headless(notebook: Path, tmp_path: Path) -> None:
    prepare_folder(tmp_path)
    command = ["nbconvert", "--to", "notebook", "--execute", "--output", "executed.ipynb", notebook.name]
    # Sockets have names of their own; a free port may be taken by another kernel before this one listens on it.
    command += ["--KernelManager.transport=ipc"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DATAMARK_")}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("jupyter")), *command],
        cwd=tmp_path,
        env={**environment, "DATAMARK_PROVIDER": "local", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    executed = json.loads((tmp_path / "executed.ipynb").read_text())
    code = [cell for cell in executed["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
    assert code
    assert all(cell["execution_count"] for cell in code)
