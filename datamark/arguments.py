"""The arguments of every verb, once for the magics and the command.

A verb may stand anywhere among its options; words of a title need no quotes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from . import restoring, retention, verbs
from .ingest.ingest_arguments import add_ingest
from .ingest.ingest_verb import ingest
from .lineage import linking, pinning, reproducing
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


def _volume(parser: argparse._ActionsContainer) -> None:
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


def _following(parser: argparse.ArgumentParser) -> None:
    _asking(parser)
    parser.add_argument("--wait", action="store_true", help="follow it to its end, also where a server has to stop")


def _restore(parser: argparse.ArgumentParser) -> None:
    _one_snapshot(parser)
    parser.add_argument(
        "--strategy",
        choices=("swap", "copy", "files", "clone"),
        help="another volume in its place, its files made equal, some files beside, or a clone (default: what fits)",
    )
    parser.add_argument(
        "--files",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="only these files and folders, written to a new folder beside; relative to the volume",
    )
    _following(parser)


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("restore", nargs="?", metavar="RESTORE", help="id of a restore (default: the newest)")
    _volume(parser)
    _following(parser)


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
    parser.add_argument("--force", action="store_true", help="with --yes: also one that runs have used")


def _retention(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    _volume(where)
    where.add_argument("--all-volumes", action="store_true", help="of each volume here")
    parser.add_argument("--keep-last", dest="last", type=_whole, metavar="N", help="the newest so many")
    parser.add_argument("--keep-days", dest="days", type=_days, metavar="D", help="all that are not older")
    tiers = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months", "yearly": "years"}
    for tier, times in tiers.items():
        said = f"the newest of each of the last N {times} (UTC) that have one"
        parser.add_argument(f"--keep-{tier}", dest=tier, type=_whole, metavar="N", help=said)
    parser.add_argument("--apply", action="store_true", help="delete what no rule keeps, after a question")
    parser.add_argument("--yes", action="store_true", help="with --apply: without a question")


def _cancel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("operation", metavar="ID", help="id of an operation")


def _pin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", nargs="?", metavar="SNAPSHOT", help=f"{_SNAPSHOT}; left out: show what is pinned")
    _volume(parser)
    parser.add_argument(
        "--exact", action="store_true", help="runs read the snapshot itself or a clone of it, not the volume"
    )


def _runs(parser: argparse.ArgumentParser) -> None:
    _one_snapshot(parser)
    parser.add_argument(
        "-n", "--last", dest="number", type=_count, default=20, metavar="N", help="how many, at most 500 (default: 20)"
    )


def _lineage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("of", metavar="RUN", help="id of a run, models:/NAME/VERSION or models:/NAME@ALIAS")


def _compare(parser: argparse.ArgumentParser) -> None:
    for name in ("first", "second"):
        parser.add_argument(name, metavar="RUN", help="id of a run, models:/NAME/VERSION or models:/NAME@ALIAS")


def _reproduce(parser: argparse.ArgumentParser) -> None:
    _lineage(parser)
    parser.add_argument("--plan", action="store_true", help="only show what can be brought back, and what can’t")
    parser.add_argument("--name", metavar="NAME", help="of the clones; one that exists goes on (default: made up)")
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="VOLUME=PATH",
        help="where the data of a volume is here, in a volume or a clone: nothing is cloned for it; may be repeated",
    )
    parser.add_argument(
        "--notebook", metavar="PATH", help="of which notebook or script it is, where the run does not tell"
    )


def _link(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="id of a run of MLflow")
    parser.add_argument(
        "--snapshot", action="append", required=True, metavar="SNAPSHOT", help=f"{_SNAPSHOT}; may be repeated"
    )
    _volume(parser)
    parser.add_argument(
        "--exact", action="store_true", help="the run read the snapshot itself or a clone of it, not the volume"
    )


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
    "restore": ("bring a volume, or some of its files, back to a snapshot", _restore, restoring.restore),
    "restores": ("list restores", _no_options, restoring.restores),
    "undo": ("go back to the data before a restore", _undo, restoring.undo),
    "hold": ("keep a snapshot from being deleted, or release it", _hold, verbs.hold),
    "delete": ("delete a snapshot or a clone", _delete, verbs.delete),
    "retention": ("show what rules keep and delete, and why; with --apply delete it", _retention, retention.retention),
    "operations": ("what runs now", _no_options, verbs.operations),
    "cancel": ("cancel what runs", _cancel, verbs.cancel),
    "ingest": (
        "how old replicated data is; with update: transfer now; with history: what was seen",
        add_ingest,
        ingest,
    ),
    "runs": ("MLflow runs that used a snapshot, with their models", _runs, linking.runs),
    "lineage": ("snapshots that an MLflow run or a model version used", _lineage, linking.lineage),
    "link": ("write down with an MLflow run which snapshots it used", _link, linking.link),
    "card": ("which data a model version was made with, as Markdown", _lineage, reproducing.card),
    "compare": ("what data differs between two MLflow runs", _compare, reproducing.compare),
    "reproduce": (
        "clone the data of a run, and write a notebook that runs it again",
        _reproduce,
        reproducing.reproduce,
    ),
    "pin": ("tag MLflow runs of this kernel with a snapshot, until unpin", _pin, pinning.pin),
    "unpin": ("tag MLflow runs no longer", _no_options, pinning.unpin),
}
# They change the process they run in, and a command ends at once.
_OF_KERNELS = {"pin", "unpin"}


def verbs_of(command: str) -> list[str]:
    """The verbs of a magic or of the command."""
    return [verb for verb in VERBS if command.startswith("%") or verb not in _OF_KERNELS]


def help_text(command: str) -> str:
    """All verbs in one screen."""
    lines = [f"{command} VERB …", ""]
    lines += [f"  {verb:<11} {VERBS[verb][0]}" for verb in verbs_of(command)]
    return "\n".join([*lines, "", f"More about a verb: {command} VERB --help"])


def parse(
    command: str, words: list[str], extra: Add = _no_options, defaults: argparse.Namespace | None = None
) -> tuple[Run, argparse.Namespace] | str:
    """What the words ask for, or the help they ask for. Raises DatamarkError."""
    if not words or words[0] in ("help", "-h", "--help"):
        return help_text(command)
    verb, *rest = words
    if verb not in verbs_of(command):
        next_step = f"The verbs are: {', '.join(verbs_of(command))}."
        raise error("invalid-request", f"There is no verb {verb}.", next_step)
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
    parser.add_argument("--run", action="store_true", help="afterwards, link the MLflow runs of the cell to it")
    parser.add_argument(
        "--on-error", choices=("stop", "run"), default="stop", help="without a snapshot: stop (default) or run the cell"
    )


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 500:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to 500")
    return number


def _whole(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100_000:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to 100000")
    return number


def _days(text: str) -> float:
    number = float(text)
    if not 0 < number <= 36_500:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return number
