"""The arguments of every verb, once for the magics and the command.

A verb may stand anywhere among its options; words of a title need no quotes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from . import verbs
from .primitives import Record
from .problem import error
from .workplace import Workplace

Run = Callable[[Workplace, argparse.Namespace], Record]
Add = Callable[[argparse.ArgumentParser], None]

_SNAPSHOT = "name, a unique beginning or end of it, title, latest, or -2 for the one before the latest"
_VOLUME = "name, id or path of a volume (default: the one that holds the notebook or the current directory)"


class Parser(argparse.ArgumentParser):
    """A parser that answers with a problem instead of ending the process.

    argparse formats its program's name more than once, so the signs of a magic stand only in `called`.
    """

    def __init__(self, called: str, description: str) -> None:
        super().__init__(prog=called.lstrip("%"), description=description, add_help=False, allow_abbrev=False)
        self._called = called

    def as_called(self, text: str) -> str:
        """A text of this parser with the name people type."""
        return text.replace(self.prog, self._called, 1).strip()

    def error(self, message: str) -> NoReturn:
        """Raises DatamarkError."""
        raise error("invalid-request", f"{message[:1].upper()}{message[1:]}.", self.as_called(self.format_usage()))


class _Help(Exception):
    """The help that was asked for."""


class _ShowHelp(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        text = parser.format_help()
        raise _Help(parser.as_called(text) if isinstance(parser, Parser) else text)


def _volume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--volume", metavar="V", help=_VOLUME)


def _snapshot_options(parser: argparse.ArgumentParser) -> None:
    _volume(parser)
    parser.add_argument("--title", metavar="T", help="what people call it")
    parser.add_argument("--note", metavar="N", help="why this moment matters")


def _no_options(_: argparse.ArgumentParser) -> None:
    return


def _snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="TITLE", help="title, as plain words")
    _snapshot_options(parser)
    parser.add_argument("--hold", action="store_true", help="keep it until it is released")


def _snapshots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("of", nargs="?", metavar="VOLUME", help=_VOLUME)
    _volume(parser)
    parser.add_argument(
        "-n", "--last", dest="number", type=_count, default=20, metavar="N", help="how many, at most 500 (default: 20)"
    )
    parser.add_argument("--search", metavar="Q", help="only those with this in title, note or notebook")


def _clone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", nargs="?", metavar="SNAPSHOT", help=f"{_SNAPSHOT}; left out: the volume as it is")
    parser.add_argument("--name", metavar="NAME", help="lower-case letters, digits and dashes")
    _volume(parser)


def _one_snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", metavar="SNAPSHOT", help=_SNAPSHOT)
    _volume(parser)


def _asking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help="only show what would happen")
    parser.add_argument("--yes", action="store_true", help="do it without a question")


def _restore(parser: argparse.ArgumentParser) -> None:
    _one_snapshot(parser)
    _asking(parser)


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("restore", nargs="?", metavar="RESTORE", help="id of a restore (default: the newest)")
    _volume(parser)
    _asking(parser)


def _hold(parser: argparse.ArgumentParser) -> None:
    _one_snapshot(parser)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--until", default="forever", metavar="DATE", help="2026-12-01 or forever (default)")
    way.add_argument("--release", action="store_true", help="hold it no longer")


def _delete(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_SNAPSHOT)
    parser.add_argument("--clone", action="store_true", help="NAME is a clone, by name or id")
    _volume(parser)
    _asking(parser)


def _cancel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("operation", metavar="ID", help="id of an operation")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all-owners", action="store_true", help="of everybody whose snapshots this account may list")
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        metavar="NS",
        help="only there; may be repeated (default: wherever this account may list)",
    )


VERBS: dict[str, tuple[str, Add, Run]] = {
    "status": ("who answers, and the volumes", _no_options, verbs.status),
    "doctor": ("look at everything that is needed here: what is missing, and what mends it", _no_options, verbs.doctor),
    "volumes": ("the volumes, their space and snapshots", _no_options, verbs.volumes),
    "snapshot": ("make a snapshot and wait until it is ready", _snapshot, verbs.snapshot),
    "snapshots": ("list snapshots, newest first", _snapshots, verbs.snapshots),
    "list": ("for administrators: what the snapshots of all owners come to", _list, verbs.owners),
    "clone": ("make a writable copy of a snapshot or a volume", _clone, verbs.clone),
    "clones": ("list clones and where each came from", _no_options, verbs.clones),
    "restore": ("bring a volume back to a snapshot", _restore, verbs.restore),
    "restores": ("list restores", _no_options, verbs.restores),
    "undo": ("go back to the data before a restore", _undo, verbs.undo),
    "hold": ("keep a snapshot from being deleted, or release it", _hold, verbs.hold),
    "delete": ("delete a snapshot or a clone", _delete, verbs.delete),
    "operations": ("what runs now", _no_options, verbs.operations),
    "cancel": ("cancel what runs", _cancel, verbs.cancel),
}


def help_text(command: str) -> str:
    """All verbs in one screen."""
    lines = [f"{command} VERB …", ""]
    lines += [f"  {verb:<11} {summary}" for verb, (summary, _, _) in VERBS.items()]
    return "\n".join([*lines, "", f"More about a verb: {command} VERB --help"])


def parse(
    command: str, words: list[str], extra: Add = _no_options, defaults: argparse.Namespace | None = None
) -> tuple[Run, argparse.Namespace] | str:
    """What the words ask for, or the help they ask for. Raises DatamarkError."""
    if not words or words[0] in ("help", "-h", "--help"):
        return help_text(command)
    verb, *rest = words
    if verb not in VERBS:
        raise error("invalid-request", f"There is no verb {verb}.", f"The verbs are: {', '.join(VERBS)}.")
    summary, add, run = VERBS[verb]
    parsed = parse_one(f"{command} {verb}", summary, rest, (add, extra), defaults)
    return parsed if isinstance(parsed, str) else (run, parsed)


def parse_one(
    name: str, summary: str, words: list[str], adds: tuple[Add, ...], defaults: argparse.Namespace | None = None
) -> argparse.Namespace | str:
    """The arguments of one verb, or its help. Raises DatamarkError."""
    parser = Parser(name, summary[:1].upper() + summary[1:] + ".")
    parser.add_argument("-h", "--help", action=_ShowHelp, nargs=0, help="show this")
    for add in adds:
        add(parser)
    try:
        return parser.parse_intermixed_args(words, defaults)
    except _Help as shown:
        return str(shown)


def cell_snapshot(parser: argparse.ArgumentParser) -> None:
    """The options of the cell magic."""
    _snapshot_options(parser)
    parser.add_argument("--after", action="store_true", help="snapshot after the cell has run, not before")
    parser.add_argument(
        "--on-error", choices=("stop", "run"), default="stop", help="without a snapshot: stop (default) or run the cell"
    )


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 500:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to 500")
    return number
