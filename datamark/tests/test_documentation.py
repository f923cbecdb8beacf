"""The page of the magics and the command knows each verb and option there is."""

from __future__ import annotations

import argparse

from datamark.arguments import VERBS, Add, Parser, cell_snapshot
from datamark.tests.scene import REPOSITORY

PAGE = (REPOSITORY / "docs" / "magics.md").read_text(encoding="utf-8")


def options(add: Add) -> list[list[str]]:
    """The ways to write each option."""
    parser = Parser("verb", "does something")
    add(parser)
    actions: list[argparse.Action] = parser._actions
    # The page writes rules of retention short: `--keep-hourly N`, `-daily`.
    return [[*one.option_strings, *(word.removeprefix("--keep") for word in one.option_strings)] for one in actions]


def test_each_verb_and_option_is_on_the_page() -> None:
    adds = {**{verb: add for verb, (_, add, _) in VERBS.items()}, "%%snapshot": cell_snapshot}
    assert [verb for verb in adds if f"`{verb}" not in PAGE] == []
    told = [(verb, words) for verb, add in adds.items() for words in options(add) if words]
    assert [(verb, words) for verb, words in told if not any(one in PAGE for one in words)] == []
