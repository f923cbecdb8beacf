"""Build hook: puts the built labextension into the wheel.

An editable install takes nothing from here, so that it works before anything is built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "share/jupyter/labextensions/jupyterlab-datamark"
BUILT = ("jupyterlab_datamark/labextension/package.json", "jupyterlab_datamark/sidecar/sidecar.mjs")
# Holds paths of the machine it was built on.
LEFT_OUT = {"build_log.json"}


class LabextensionHook(BuildHookInterface[BuilderConfig]):
    """Maps every built file to its place below share/jupyter."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        missing = [name for name in BUILT if not (root / name).is_file()]
        if missing:
            raise RuntimeError(f"Not built yet: {', '.join(missing)}. Run `make wheel`.")
        shared = {str(root / "install.json"): f"{TARGET}/install.json"}
        labextension = root / "jupyterlab_datamark" / "labextension"
        for file in sorted(labextension.rglob("*")):
            if file.is_file() and file.name not in LEFT_OUT:
                shared[str(file)] = f"{TARGET}/{file.relative_to(labextension).as_posix()}"
        build_data["shared_data"].update(shared)
