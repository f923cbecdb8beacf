"""The settings as the documentation tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..extension import DatamarkExtension

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
INHERITED = {
    "default_url",
    "open_browser",
    "static_url_prefix",
    "static_paths",
    "template_paths",
    "settings",
    "handlers",
}
OWN = {name: trait for name, trait in DatamarkExtension.class_own_traits(config=True).items() if name not in INHERITED}


def test_there_are_settings() -> None:
    assert {"node", "volumes", "exclude", "socket_dir"} <= set(OWN)


def _rows() -> list[list[str]]:
    """The cells of the table, whatever their padding; its head and its rule left out."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


@pytest.mark.parametrize("name", sorted(OWN))
def test_each_setting_is_documented_with_its_default(name: str) -> None:
    trait = OWN[name]
    assert [f"`{name}`", f"`{trait.default()!r}`", trait.help] in _rows()


def test_nothing_else_is_documented() -> None:
    assert len(_rows()) == len(OWN)
