"""MLflow's plugin `mlflow.run_context_provider`: called whenever MLflow starts a run, in whatever process.

MLflow puts the tags of MLFLOW_RUN_CONTEXT on a run by itself and asks plugins afterwards, whose tags win. So this tells
only what the variable can't: the pin of the panel, where the process has none of its own. It never uses the network.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from .panel_pin import pin_places, read_panel_pin
from .run_context_variable import RunContextVariable
from .run_tags import image_in, run_tags

_logger = logging.getLogger(__name__)


class SnapshotContext:
    """Has the methods of MLflow's RunContextProvider without importing it; nothing it does can fail a run."""

    def __init__(self) -> None:
        self._variable = RunContextVariable()
        self._told = ""
        # Once: a process that outlives its kernel was still started by it.
        self._places: tuple[Path, ...] = ()
        try:
            self._places = pin_places()
        except Exception as failure:
            self._warn(failure)

    def in_context(self) -> bool:
        """Whether there may be tags."""
        return True

    def tags(self) -> dict[str, str]:
        """Tags for a run that begins now."""
        try:
            if self._variable.snapshots():
                return {}
            pin = read_panel_pin(self._places)
            return {} if pin is None else run_tags(pin.snapshots, pin.notebook, image=image_in(os.environ))
        except Exception as failure:
            self._warn(failure)
            return {}

    def _warn(self, failure: Exception) -> None:
        if self._told != str(failure):
            self._told = str(failure)
            _logger.warning("Runs are not tagged with the snapshot pinned in the panel: %s Pin it again.", failure)
