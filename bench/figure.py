"""A measured figure beside its target, and the table they are printed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, and what it should be at most."""

    name: str
    unit: str
    target: float | None
    """None: it has none, the figure is only told."""
    measured: float | None
    """None: it could not be measured here; `note` says why."""
    note: str = ""
    """What it was compared with, or how it came about."""

    @property
    def verdict(self) -> str:
        """`met`, `MISSED` or `not measured`; nothing without a target."""
        if self.measured is None:
            return "not measured"
        if self.target is None:
            return ""
        return "met" if self.measured <= self.target else "MISSED"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"


def table(figures: list[Figure]) -> str:
    """The figures as lines of text, one each, with the notes below their figure."""
    lines = [f"{'':52} {'measured':>12} {'at most':>12}"]
    for figure in figures:
        measured, target = _number(figure.measured, figure.unit), _number(figure.target, figure.unit)
        lines.append(f"{figure.name:52} {measured:>12} {target:>12}   {figure.verdict}".rstrip())
        if figure.note:
            lines.append(f"    {figure.note}")
    return "\n".join(lines)
