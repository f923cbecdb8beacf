"""The command `datamark`: results on stdout (a table, or JSON of the contract), everything else on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused or blocked, 4 Datamark is not available, 5 data older than
allowed, 6 age of the data not known, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .problem import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, DatamarkError

if TYPE_CHECKING:
    from .connection import Finder
    from .workplace import Workplace

_GLOBAL = """
With every verb:
  --root DIR   the directory to work on (default: the nearest one with a store, else the current one)
  --json       answer with JSON, as the contract writes it; an error is a problem document
  --version    show the version"""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; answers with its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words == ["--version"]:
        from .version import version

        print(version())
        return EXIT_OK
    as_json = "--json" in words
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except DatamarkError as failure:
        if as_json:
            _print_json(failure.problem)
        _say(str(failure))
        return failure.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout has seen enough; nothing more may be written, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _run(words: list[str]) -> int:
    from .arguments import parse

    # Options that every verb has may also stand before the verb.
    before: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("--") and rest[0] != "--help":
        before.append(rest.pop(0))
        if before[-1] == "--root" and rest:
            before.append(rest.pop(0))
    parsed = parse("datamark", [*rest[:1], *before, *rest[1:]], _global_options)
    if isinstance(parsed, str):
        print(parsed + (_GLOBAL if not rest or rest[0] in ("help", "-h", "--help") else ""))
        return EXIT_OK
    run, arguments = parsed
    from .connection import Finder

    finder = Finder(arguments.root, note=_say)
    try:
        result = run(_workplace(finder), arguments)
    finally:
        finder.close()
    if arguments.json:
        _print_json(result.json)
    else:
        from .display import plain

        print(plain(result))
    return result.exit_code


def _workplace(finder: Finder) -> Workplace:
    from .client import Client
    from .terminal_progress import TerminalProgress
    from .workplace import Workplace, notebook_path

    return Workplace(
        client=Client(finder),
        ask=_ask,
        say=_say,
        progress=TerminalProgress,
        command="datamark",
        notebook=notebook_path(),
    )


def _global_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, metavar="DIR", help="the directory to work on")
    parser.add_argument("--json", action="store_true", help="answer with JSON")


def _ask(question: str) -> str:
    print(_clean(question), end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
        raise EOFError
    return answer


def _clean(text: str) -> str:
    from .display import clean

    return clean(text)


def _say(text: str) -> None:
    print("\n".join(_clean(line) for line in text.split("\n")), file=sys.stderr)


def _print_json(document: object) -> None:
    import json

    print(json.dumps(document, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    sys.exit(main())
