"""Writes the small table that the sample notebooks work on: made-up hourly readings of three sensors for two weeks.

Always the same bytes. Called by `scripts/demo.py`; run by hand it prints the table.
"""

import math
import random
import sys
from datetime import datetime, timedelta, timezone
from typing import TextIO

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
SENSORS = ("roof", "yard", "cellar")


def write_readings(target: TextIO) -> None:
    """Writes the table as CSV."""
    draw = random.Random(20260105)
    target.write("time,sensor,temperature,humidity\n")
    for hour in range(14 * 24):
        moment = START + timedelta(hours=hour)
        day = math.sin((hour % 24 - 9) / 24 * 2 * math.pi)
        for sensor, base, swing in zip(SENSORS, (4.0, 5.5, 11.0), (6.0, 4.5, 0.6), strict=True):
            temperature = base + swing * day + draw.gauss(0, 0.4)
            humidity = min(99.0, max(20.0, 70 - 2 * (temperature - base) + draw.gauss(0, 2)))
            target.write(f"{moment:%Y-%m-%dT%H:%MZ},{sensor},{temperature:.2f},{humidity:.1f}\n")


if __name__ == "__main__":
    write_readings(sys.stdout)
