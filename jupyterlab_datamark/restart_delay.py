"""How long to wait before the sidecar is started again."""

from __future__ import annotations

from dataclasses import dataclass

_FIRST_DELAY = 1.0
# A run of this many seconds is a good one.
_STABLE = 30.0


@dataclass
class RestartDelay:
    """Doubles from one second to `longest` with every bad run; a good one forgets them."""

    longest: float
    failures: int = 0

    def after(self, *, was_ready: bool, ran_for: float) -> float:
        """Seconds to wait after a run; none after the first of a sidecar that had answered."""
        self.failures = 1 if ran_for >= _STABLE and was_ready else self.failures + 1
        doublings = self.failures - 2 if was_ready else self.failures - 1
        if doublings < 0:
            return 0.0
        return min(self.longest, _FIRST_DELAY * 2.0 ** min(doublings, 16))
