"""Durations as people type them in options: `90s`, `30m`, `1h`, `1h30m`, `2d`, `1w`."""

from __future__ import annotations

import argparse
import re

_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(min|[smhdw])")
_LONGEST = 3650 * 86_400


def duration_seconds(text: str) -> float:
    """Seconds; a number needs its unit. Raises ArgumentTypeError."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"{text} is not a duration as 30m, 1h or 2d")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text} is not from a moment to ten years")
    return seconds
