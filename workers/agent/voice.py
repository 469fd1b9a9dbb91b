# SPDX-License-Identifier: Apache-2.0
"""What an agent tells the person before the screen: plain lines, counts, and no name of any site.

Whoever looks over that person's shoulder, or finds the log, learns from them that an agent runs
and how it fares. Details, with addresses, are told only where the owner asked for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Where lines go."""

    show: Callable[[str], None]
    now: Callable[[], datetime]
    is_detailed: bool = False

    def say(self, line: str) -> None:
        """Tell something everybody may read."""
        self.show(f"{self.now():%H:%M} {line}")

    def detail(self, line: str) -> None:
        """Tell something only where details were asked for."""
        if self.is_detailed:
            self.show(f"{self.now():%H:%M}   {line}")
