"""The magics `%datamark` and `%%snapshot`: IPython's side of the verbs. Loads nothing else before its first use."""

from __future__ import annotations

import ast
import sys
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .lineage.begun_runs import BegunRuns
    from .lineage.run_completion import RunCompletion
    from .primitives import Record
    from .problem import DatamarkError
    from .records import Snapshot
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
        self._completion: RunCompletion | None = None

    def datamark(self, line: str) -> Any:
        """Snapshots, clones and restores of what you work on: `%datamark` shows the verbs."""
        from .arguments import parse

        parsed = parse("%datamark", split(line))
        if isinstance(parsed, str):
            print(parsed)
            return None
        self._tell_news()
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
        if parsed.run and parsed.after:
            raise invalid_request("--run and --after exclude each other: what a run used is in no later snapshot.")
        self._tell_news()
        # What can't run is found before the snapshot.
        code = self._compile(cell)
        value = self._execute(code) if parsed.after else None
        made: list[Snapshot] = []
        try:
            made = self._take(parsed)
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
        if not parsed.after and made:
            value = self._execute_tagged(code, made, link=parsed.run)
        elif not parsed.after:
            value = self._execute(code)
        return None if self._shell.displayhook.semicolon_at_end_of_expression(cell) else value

    def complete(self, _: Any, event: Any) -> list[str]:
        """Verbs behind `%datamark`, for Tab."""
        from .arguments import verbs_of

        words = str(event.line).split()
        return verbs_of("%datamark") if len(words) < 2 or (len(words) == 2 and event.symbol) else []

    def close(self) -> None:
        """Ends the sidecar that was started for this kernel, if there is one."""
        if self._work is not None:
            self._work.client.finder.close()
            self._work = None

    def _workplace(self) -> Workplace:
        if self._work is None:
            from .client import Client
            from .connection import Finder
            from .lineage.run_context_variable import RunContextVariable
            from .workplace import Workplace, notebook_path

            self._work = Workplace(
                client=Client(Finder(note=say)),
                ask=ask,
                say=say,
                progress=self._progress,
                command="%datamark",
                notebook=notebook_path(),
                run_context=RunContextVariable(),
            )
        return self._work

    def _progress(self) -> Progress:
        if hasattr(self._shell, "kernel"):
            from .cell_progress import CellProgress

            return CellProgress(self._shell)
        from .terminal_progress import TerminalProgress

        return TerminalProgress()

    def _execute_tagged(self, code: list[tuple[Any, str]], made: list[Snapshot], *, link: bool) -> Any:
        """The value of a cell whose runs are tagged with the snapshots; then, also if it fails, what else runs need."""
        from .lineage.begun_runs import BegunRuns

        seen = BegunRuns()
        # By the clock of this kernel, as MLflow's times of runs are.
        began = time.time()
        try:
            with self._current(made), seen.during_cell() if link else nullcontext():
                return self._execute(code)
        finally:
            if link:
                self._link_runs(made, seen, began)
            else:
                self._complete_runs(made)

    def _link_runs(self, made: list[Snapshot], seen: BegunRuns, began: float) -> None:
        from .lineage.cell_runs import CellRuns
        from .problem import DatamarkError

        try:
            say(CellRuns(self._workplace(), made, began).link(list(seen)))
        except DatamarkError as failure:
            print(retitled(failure, "No run of this cell is linked."), file=sys.stderr)

    def _complete_runs(self, made: list[Snapshot]) -> None:
        from .lineage.run_completion import RunCompletion
        from .problem import DatamarkError

        # What is not done now is done when somebody looks at the runs.
        with suppress(DatamarkError):
            if self._workplace().client.status().lineage:
                self._completion = self._completion or RunCompletion()
                self._completion.begin(self._workplace().client, made)

    def _tell_news(self) -> None:
        news = self._completion and self._completion.news()
        if news:
            say(news)

    def _current(self, made: list[Snapshot]) -> AbstractContextManager[None]:
        """While it lasts, MLflow runs are tagged with the snapshots; where that can't be it is told."""
        from .lineage.pinning import during_cell, mlflow_is_used
        from .problem import DatamarkError

        try:
            return during_cell(self._workplace(), made)
        except DatamarkError as failure:
            if mlflow_is_used():
                print(retitled(failure, "MLflow runs of this cell are not tagged with the snapshot."), file=sys.stderr)
            return nullcontext()

    def _take(self, parsed: Any) -> list[Snapshot]:
        """The snapshot that was asked for, and that of the notebook itself where lineage needs another one."""
        from .lineage.notebook_snapshot import notebook_snapshot
        from .verbs import take
        from .workplace import choose_volume

        work = self._workplace()
        volume = choose_volume(work, parsed.volume)
        note = parsed.note or f"%%snapshot, cell {self._shell.execution_count}"
        made = take(work, volume, title=parsed.title, note=note)
        self._shell.display_pub.publish(data=bundle_of(made))
        own = notebook_snapshot(work, made)
        return [made] if own is None else [made, own]

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


def invalid_request(detail: str) -> DatamarkError:
    """Wrong usage of the cell magic."""
    from .problem import error

    return error("invalid-request", detail, "%%snapshot --help shows the options.")


def bundle_of(record: Record) -> dict[str, Any]:
    """All ways a cell shows a record."""
    from .display import bundle

    return bundle(record)


def retitled(failure: DatamarkError, title: str, way_out: str = "") -> DatamarkError:
    """The failure of a snapshot, with what it means for the cell as its title."""
    from .problem import DatamarkError

    next_step = "\n".join(part for part in (failure.problem.get("next"), way_out) if part)
    return DatamarkError({**failure.problem, "title": title, "next": next_step})
