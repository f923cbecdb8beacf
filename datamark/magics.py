"""The magics `%datamark` and `%%snapshot`: IPython's side of the verbs. Loads nothing else before its first use."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .primitives import Record
    from .problem import DatamarkError
    from .waiting import Progress
    from .workplace import Workplace

_SUMMARY = "make a snapshot, then run the cell"


def load(shell: Any) -> None:
    """Adds the magics to a shell."""
    magics = Magics(shell)
    shell.register_magic_function(magics.datamark, "line", "datamark")
    shell.register_magic_function(magics.snapshot, "cell", "snapshot")
    shell.set_hook("complete_command", magics.complete, str_key="%datamark")


def unload(shell: Any) -> None:
    """Takes the magics away."""
    for kind, name in (("line", "datamark"), ("cell", "snapshot")):
        magic = shell.magics_manager.magics[kind].pop(name, None)
        if magic is not None:
            magic.__self__.close()


class Magics:
    """The magics of one shell and its connection, which is made at first use and ends with the kernel."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._work: Workplace | None = None

    def datamark(self, line: str) -> Any:
        """Snapshots, clones and restores of what you work on: `%datamark` shows the verbs."""
        from .arguments import parse

        parsed = parse("%datamark", split(line))
        if isinstance(parsed, str):
            print(parsed)
            return None
        run, arguments = parsed
        return run(self._workplace(), arguments)

    def snapshot(self, line: str, cell: str) -> Any:
        """Makes a snapshot, waits until it is ready, then runs the cell: `%%snapshot --help` shows the options."""
        from . import arguments
        from .problem import DatamarkError

        parsed = arguments.parse_one("%%snapshot", _SUMMARY, split(line), (arguments.cell_snapshot,))
        if isinstance(parsed, str):
            print(parsed)
            return None
        # What can't run is found before the snapshot.
        code = self._compile(cell)
        value = self._execute(code) if parsed.after else None
        try:
            self._take(parsed)
        except DatamarkError as failure:
            missing = f"No snapshot of {parsed.volume or self._default_volume()}"
            if parsed.after:
                refusal = retitled(failure, f"{missing}; the cell ran before.")
            elif parsed.on_error == "stop":
                refusal = retitled(failure, f"{missing}, so the cell did not run.", "To run anyway: --on-error run")
            else:
                refusal = retitled(failure, f"{missing}; the cell runs all the same.")
            if parsed.on_error == "stop":
                raise refusal from None
            print(refusal, file=sys.stderr)
        value = value if parsed.after else self._execute(code)
        return None if self._shell.displayhook.semicolon_at_end_of_expression(cell) else value

    def complete(self, _: Any, event: Any) -> list[str]:
        """Verbs behind `%datamark`, for Tab."""
        from .arguments import VERBS

        words = str(event.line).split()
        return list(VERBS) if len(words) < 2 or (len(words) == 2 and event.symbol) else []

    def close(self) -> None:
        """Ends the sidecar that was started for this kernel, if there is one."""
        if self._work is not None:
            self._work.client.finder.close()
            self._work = None

    def _workplace(self) -> Workplace:
        if self._work is None:
            from .client import Client
            from .connection import Finder
            from .workplace import Workplace, notebook_path

            self._work = Workplace(
                client=Client(Finder(note=say)),
                ask=ask,
                say=say,
                progress=self._progress,
                command="%datamark",
                notebook=notebook_path(),
            )
        return self._work

    def _progress(self) -> Progress:
        if hasattr(self._shell, "kernel"):
            from .cell_progress import CellProgress

            return CellProgress(self._shell)
        from .terminal_progress import TerminalProgress

        return TerminalProgress()

    def _take(self, parsed: Any) -> None:
        from .verbs import take
        from .workplace import choose_volume

        work = self._workplace()
        volume = choose_volume(work, parsed.volume)
        note = parsed.note or f"%%snapshot, cell {self._shell.execution_count}"
        made = take(work, volume, title=parsed.title, note=note)
        self._shell.display_pub.publish(data=bundle_of(made))

    def _default_volume(self) -> str:
        from .problem import DatamarkError
        from .workplace import choose_volume

        try:
            return choose_volume(self._workplace(), None).name
        except DatamarkError:
            return "any volume"

    def _compile(self, cell: str) -> list[tuple[Any, str]]:
        """The cell's statements, and its last expression apart, because its value is shown."""
        from inspect import CO_COROUTINE

        from .problem import error

        source = self._shell.transform_cell(cell)
        name = self._shell.compile.cache(source, self._shell.execution_count, raw_code=cell)
        tree = self._shell.transform_ast(self._shell.compile.ast_parse(source, filename=name))
        body = list(tree.body)
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        parts: list[tuple[Any, str]] = [(ast.Module(body, []), "exec")]
        if isinstance(last, ast.Expr):
            parts.append((ast.Expression(last.value), "eval"))
        compiled = [(compile(part, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), mode) for part, mode in parts]
        if any(code.co_flags & CO_COROUTINE for code, _ in compiled):
            raise error(
                "not-supported",
                "A cell with await at its top level can’t run below %%snapshot.",
                "Put %datamark snapshot into a cell of its own before it.",
            )
        return compiled

    def _execute(self, parts: list[tuple[Any, str]]) -> Any:
        value = None
        for code, mode in parts:
            if mode == "eval":
                value = eval(code, self._shell.user_ns)  # noqa: S307 (the user's own cell)
            else:
                exec(code, self._shell.user_ns)  # noqa: S102 (the user's own cell)
        return value


def split(line: str) -> list[str]:
    """Words as in a shell; a lone quote, as in `it's`, is a character like others."""
    import shlex

    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def ask(question: str) -> str:
    """Asks in the notebook; raises NotImplementedError or EOFError where nobody can answer."""
    return input(question)


def say(text: str) -> None:
    """Tells a person something that is not a result; not on stderr, which notebooks show as an alarm."""
    print(text)


def bundle_of(record: Record) -> dict[str, Any]:
    """All ways a cell shows a record."""
    from .display import bundle

    return bundle(record)


def retitled(failure: DatamarkError, title: str, way_out: str = "") -> DatamarkError:
    """The failure of a snapshot, with what it means for the cell as its title."""
    from .problem import DatamarkError

    next_step = "\n".join(part for part in (failure.problem.get("next"), way_out) if part)
    return DatamarkError({**failure.problem, "title": title, "next": next_step})
