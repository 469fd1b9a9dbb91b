# SPDX-License-Identifier: Apache-2.0
"""Every number by which single verdicts become a site's standing state.

Defaults come from the reference notes on monitoring, 3.1 and 3.3; the demonstration shortens them.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePolicy:
    """The numbers; counts are of rounds that said something."""

    interval: timedelta = timedelta(minutes=15)
    rechecks: tuple[timedelta, ...] = (
        timedelta(seconds=30),
        timedelta(seconds=90),
        timedelta(minutes=5),
    )
    suspect_failures: int = 3
    suspect_span: timedelta = timedelta(minutes=2)
    lone_failures: int = 5  # where no second vantage measures in this network
    lone_span: timedelta = timedelta(minutes=10)
    same_class: int = 2  # of the deciding failures, this many fail alike
    same_verdict: int = 2  # of the deciding failures, this many name the cause
    recovery_oks: int = 3
    recovery_span: timedelta = timedelta(minutes=10)
    recovery_interval: timedelta = timedelta(minutes=5)
    stale_intervals: int = 3
    flap_window: int = 21
    flap_on: float = 0.30  # share of changes within the window
    flap_off: float = 0.15
    flap_turns: int = 4  # or so many changes …
    flap_period: timedelta = timedelta(hours=6)  # … within this time

    @property
    def stale_after(self) -> timedelta:
        """How long a state stands when nothing is heard."""
        return self.interval * self.stale_intervals
