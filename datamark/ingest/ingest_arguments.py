"""The arguments of the verb `ingest`."""

from __future__ import annotations

import argparse

from .duration_option import duration_seconds

# A first transfer over a slow line takes most of a day.
_PATIENCE = "24h"


def add_ingest(parser: argparse.ArgumentParser) -> None:
    """`ingest`, `ingest update M`, `ingest history M`."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("update", "history"),
        help="update: transfer now; history: the transfers that were seen (default: list the mirrors)",
    )
    parser.add_argument("mirror", nargs="?", metavar="M", help="of a mirror its id, or name, id or path of its volume")
    parser.add_argument("--volume", metavar="V", help="list only those of this volume, by name, id or path")
    parser.add_argument(
        "--fail-if-older",
        type=duration_seconds,
        metavar="AGE",
        help="fail where data is older, or its age is not known: 30m, 1h, 2d",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--wait", action="store_true", help="with update: follow it to its end")
    way.add_argument("--cancel", action="store_true", help="with update: end the transfer that was asked for")
    parser.add_argument(
        "--timeout",
        type=duration_seconds,
        metavar="TIME",
        help=f"with --wait: follow it no longer than this (default: {_PATIENCE})",
    )


def patience(arguments: argparse.Namespace) -> float:
    """Seconds that an update is followed."""
    return float(arguments.timeout or duration_seconds(_PATIENCE))
