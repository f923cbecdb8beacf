"""Which runs of MLflow are active in this process while a cell runs: begun, resumed, or active already.

Seen where MLflow itself makes them, by whatever thread and with whichever of its clients; without the network, and only
for `%%snapshot --run`. Afterwards MLflow is as before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# `create_run` also makes what `start_run` begins; what that resumes is only made active.
_WATCHED = {
    "mlflow.tracking.client": ("MlflowClient", "create_run"),
    "mlflow.tracking.fluent": ("ActiveRun", "__init__"),
}


@dataclass(frozen=True)
class BegunRun:
    """A run as it was when it was seen; `started` in ms since 1970."""

    id: str
    started: int
    tags: dict[str, str]


class BegunRuns:
    """Those of one cell, in the order in which they were seen."""

    def __init__(self) -> None:
        self._found: dict[str, BegunRun] = {}
        self._undo: list[Callable[[], None]] = []
        self._over = False

    def __iter__(self) -> Iterator[BegunRun]:
        return iter(self._found.values())

    @contextmanager
    def during_cell(self) -> Iterator[None]:
        """While it lasts, runs are seen; also those of an MLflow that the cell loads."""
        at_import = _AtImport(self._watch)
        sys.meta_path.insert(0, at_import)
        for module in [sys.modules[name] for name in _WATCHED if name in sys.modules]:
            self._watch(module)
        # Nothing that MLflow has against it may keep the cell from running.
        with suppress(Exception):
            self._note(sys.modules["mlflow"].active_run())
        try:
            yield
        finally:
            self._over = True
            with suppress(ValueError):
                sys.meta_path.remove(at_import)
            for undo in self._undo:
                undo()

    def _note(self, run: Any) -> None:
        if run is not None and not self._over:
            id_ = str(run.info.run_id)
            self._found.setdefault(id_, BegunRun(id_, int(run.info.start_time), dict(run.data.tags)))

    def _watch(self, module: ModuleType) -> None:
        class_name, name = _WATCHED[module.__name__]
        owner = getattr(module, class_name, None)
        original = getattr(owner, name, None)
        if owner is None or original is None:
            return

        @wraps(original)
        def watched(*arguments: Any, **named: Any) -> Any:
            made = original(*arguments, **named)
            with suppress(Exception):
                self._note(arguments[0] if made is None else made)
            return made

        def undo() -> None:
            # Whoever has put something over it meanwhile keeps that; ours then only passes on.
            if getattr(owner, name) is watched:
                setattr(owner, name, original)

        setattr(owner, name, watched)
        self._undo.append(undo)


class _AtImport(MetaPathFinder):
    """Tells of a watched module as soon as it is loaded, and leaves nothing behind on it."""

    def __init__(self, tell: Callable[[ModuleType], None]) -> None:
        self._tell = tell

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders say, with a loader that tells."""
        if fullname not in _WATCHED:
            return None
        others = (one.find_spec(fullname, path, target) for one in sys.meta_path if one is not self)
        spec = next((one for one in others if one is not None), None)
        loader: Any = spec.loader if spec is not None else None
        if loader is None:
            return spec
        load = loader.exec_module

        def load_and_tell(module: ModuleType) -> None:
            del loader.exec_module
            load(module)
            self._tell(module)

        loader.exec_module = load_and_tell
        return spec
