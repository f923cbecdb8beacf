"""Installs the Python package of this working tree into .venv and links what is built, so that a rebuild is live.

A plain editable install copies the front end into .venv/share once; the link keeps it the one that was built last.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LABEXTENSION = ROOT / "jupyterlab_datamark" / "labextension"
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "jupyterlab-datamark"


def main() -> None:
    """Installs and links; ends with pip's exit code if that fails."""
    # --no-deps: the versions of requirements/ are what is tested, pip must not move them.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--editable", "."]
    if INSTALLED.is_symlink():
        INSTALLED.unlink()
    done = subprocess.run(pip, cwd=ROOT)
    if done.returncode:
        sys.exit(done.returncode)
    if INSTALLED.is_dir():
        shutil.rmtree(INSTALLED)
    INSTALLED.parent.mkdir(parents=True, exist_ok=True)
    INSTALLED.symlink_to(LABEXTENSION, target_is_directory=True)


if __name__ == "__main__":
    main()
