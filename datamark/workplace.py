"""Where we work: the current directory, the notebook, whom to ask and where to say things.

The verbs get one of these; the notebook and the terminal each make their own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .client import Client
from .problem import DatamarkError, Refused, problem
from .records import Volume
from .waiting import Progress

if TYPE_CHECKING:
    from .lineage.run_context_variable import RunContextVariable


class Asker(Protocol):
    """Asks a person; raises EOFError where there is nobody to ask."""

    def __call__(self, question: str) -> str:
        """The line that was typed."""


@dataclass
class Workplace:
    """What a verb needs besides its arguments."""

    client: Client
    ask: Asker
    say: Callable[[str], None]
    progress: Callable[[], Progress]
    # How a person calls a verb here, for hints: `datamark` or `%datamark`.
    command: str = "datamark"
    notebook: Path | None = None
    # What runs of this kernel are tagged with; a command ends before any run begins.
    run_context: RunContextVariable | None = None

    @property
    def place(self) -> Path:
        """What the default volume holds: the notebook, else the current directory."""
        return self.notebook or Path.cwd()

    def notebook_in(self, volume: Volume) -> str | None:
        """The notebook's path as the file browser knows it, else its absolute path."""
        if self.notebook is None:
            return None
        try:
            below = self.notebook.resolve().relative_to(Path(volume.path).resolve())
        except ValueError:
            return str(self.notebook)
        if volume.browse_path is None:
            return str(self.notebook)
        return posixpath.join(volume.browse_path, below.as_posix())

    def agree(self, question: str, *, yes: bool, typed: str | None = None) -> None:
        """Returns if the person agrees: `yes` was given, or they say y (or type `typed`). Raises Refused."""
        if yes:
            return
        try:
            if typed is None:
                agreed = self.ask(f"{question} [y/N] ").strip().lower() in ("y", "yes")
            else:
                agreed = self.ask(f"{question} Type “{typed}” to go on: ").strip() == typed.strip()
        except (EOFError, NotImplementedError) as nobody:
            detail = f"{question} Nobody can be asked here, so nothing was changed."
            raise Refused(problem("cancelled", detail, "To do it without a question, add --yes.")) from nobody
        if not agreed:
            raise Refused(problem("cancelled", "Nothing was changed.", "To do it without a question, add --yes."))


def notebook_path() -> Path | None:
    """The notebook of this kernel, if Jupyter told its path (JPY_SESSION_NAME); unknown in nbconvert."""
    named = os.environ.get("JPY_SESSION_NAME", "")
    if not named.endswith(".ipynb"):
        # A console has a name here too, and no file.
        return None
    path = Path(named)
    if not path.is_absolute():
        # Below the server's root, which is the current directory or one of its parents.
        for parent in (Path.cwd(), *Path.cwd().parents):
            if (parent / path).exists():
                return parent / path
        return None
    return path


def holds(volume: Volume, place: Path) -> bool:
    """Whether a path lies in a volume, by real paths."""
    return place.resolve().is_relative_to(Path(volume.path).resolve())


def choose_volume(workplace: Workplace, wanted: str | None) -> Volume:
    """The volume named (by name, id or path), else the one that holds the notebook, else the only one."""
    volumes: list[Volume] = list(workplace.client.volumes())
    names = ", ".join(f"{volume.name} ({volume.path})" for volume in volumes) or "none"
    if wanted is not None:
        chosen = [one for one in volumes if wanted in (one.id, one.name)]
        if not chosen and ("/" in wanted or wanted in (".", "..", "~")):
            path = Path(wanted).expanduser().resolve()
            chosen = [one for one in volumes if Path(one.path).resolve() == path]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            ids = ", ".join(one.id for one in chosen)
            detail = f"{len(chosen)} volumes are called {wanted}: {ids}."
            raise DatamarkError(problem("invalid-request", detail, "Name one by its id.", about=wanted))
        detail = f"There is no volume {wanted}. Volumes here: {names}."
        raise DatamarkError(problem("volume-not-found", detail, "Name one of these with --volume.", about=wanted))
    holding = [one for one in volumes if holds(one, workplace.place)]
    if holding:
        return max(holding, key=lambda one: len(Path(one.path).resolve().parts))
    if len(volumes) == 1:
        return volumes[0]
    detail = f"No volume holds {workplace.place}. Volumes here: {names}."
    raise DatamarkError(problem("volume-not-found", detail, "Name one of these with --volume."))
