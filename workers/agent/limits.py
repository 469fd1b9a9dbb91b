# SPDX-License-Identifier: Apache-2.0
"""What an agent does at most, whatever a collector asks: its owner's line is not the collector's.

The numbers are the agent's own; nothing a collector sends can raise them.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what is taken from a collector and on what is sent to sites."""

    looks_a_minute: int = 600
    urgent_a_minute: int = 60
    concurrency: int = 20
    sites: int = 20_000
    canaries: int = 10
    extra_addresses: int = 20
    shortest_interval_s: int = 60
    longest_interval_s: int = 86_400
    shortest_health_interval_s: int = 60
    rechecks: int = 5
    shortest_recheck_s: int = 10
    # A failed look counts only beside canaries asked since it began, give or take this.
    canaries_fresh_s: float = 30.0


class Rate:
    """At most so many in any minute."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._times: deque[float] = deque()

    def allows(self, at: float) -> bool:
        """Say whether one more may happen now, and count it if so."""
        while self._times and self._times[0] <= at - 60:
            self._times.popleft()
        if len(self._times) >= self._most:
            return False
        self._times.append(at)
        return True
