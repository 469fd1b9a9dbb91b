# SPDX-License-Identifier: Apache-2.0
"""When each site is looked at: pure, with the time as an argument (seconds, as Unix counts them).

A look is due at `phase + k * interval`, moved by up to a tenth of the interval either way. The
move is drawn from the site and k alone, never added to the look before, so nothing drifts and a
watcher of the line sees no beat. What was missed is made up for once. After a look that failed
come a few quick ones.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.domain.agents.protocol import Assignment

JITTER = 0.1
RECHECK_LATER = 0.2


def draw(*of: object) -> float:
    """Draw a number from [0, 1): the same for the same things, everywhere."""
    text = "|".join(str(one) for one in of)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48


def due_at(asked: Assignment, k: int) -> float:
    """Return when the k-th look of a site is due."""
    moved = (2 * draw(asked.site, k) - 1) * JITTER
    return asked.phase_s + (k + moved) * asked.interval_s


def latest(asked: Assignment, at: float) -> int:
    """Return the number of the last look that was due by now."""
    k = math.floor((at - asked.phase_s) / asked.interval_s) + 1
    while due_at(asked, k) > at:
        k -= 1
    return k


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One site, and where it stands."""

    asked: Assignment
    done: int  # the number of the last grid look that was made or passed over
    next_at: float
    failures: int = 0
    recheck_at: float | None = None
    is_running: bool = False

    def settle(self) -> None:
        """Work out when the next look is due."""
        grid = due_at(self.asked, self.done + 1)
        self.next_at = grid if self.recheck_at is None else min(grid, self.recheck_at)


class Schedule:
    """All sites of one vantage. It remembers; it never looks and never reads a clock."""

    def __init__(self, rechecks_s: tuple[int, ...] = ()) -> None:
        self.rechecks_s = rechecks_s
        self._turns: dict[UUID, _Turn] = {}

    def __len__(self) -> int:
        return len(self._turns)

    def find(self, site: UUID) -> Assignment | None:
        """Return what is asked about a site, or None where nothing is."""
        turn = self._turns.get(site)
        return None if turn is None else turn.asked

    def is_running(self, site: UUID) -> bool:
        """Whether a site is being looked at now."""
        turn = self._turns.get(site)
        return turn is not None and turn.is_running

    def assign(self, items: Iterable[Assignment], at: float) -> None:
        """Take over what is asked now. A site keeps its place; a new one waits for its grid time."""
        old, self._turns = self._turns, {}
        for asked in items:
            turn = old.get(asked.site)
            if turn is None or _grid(turn.asked) != _grid(asked):
                done = latest(asked, at)
                turn = _Turn(asked=asked, done=done, next_at=due_at(asked, done + 1))
            turn.asked = asked
            self._turns[asked.site] = turn

    def due(self, at: float) -> list[Assignment]:
        """Return what is to be looked at now, longest due first; nothing that is under way."""
        waiting = [one for one in self._turns.values() if one.next_at <= at and not one.is_running]
        return [one.asked for one in sorted(waiting, key=lambda one: one.next_at)]

    def next_at(self) -> float | None:
        """Return when the next look is due."""
        waiting = (one.next_at for one in self._turns.values() if not one.is_running)
        return min(waiting, default=None)

    def begin(self, site: UUID, at: float) -> None:
        """Note that a site is being looked at; whatever was missed before is done with."""
        turn = self._turns[site]
        turn.is_running, turn.recheck_at = True, None
        turn.done = max(turn.done, latest(turn.asked, at))
        turn.settle()

    def finish(self, site: UUID, at: float, *, failed: bool) -> None:
        """Note how a look ended; a failure asks for quick looks, until they are used up."""
        turn = self._turns.get(site)
        if turn is None:
            return
        turn.is_running = False
        turn.failures = turn.failures + 1 if failed else 0
        turn.recheck_at = None
        if 0 < turn.failures <= len(self.rechecks_s):
            later = 1 + RECHECK_LATER * draw(site, turn.done, turn.failures)
            turn.recheck_at = at + self.rechecks_s[turn.failures - 1] * later
        turn.settle()


def _grid(asked: Assignment) -> tuple[int, int]:
    return asked.interval_s, asked.phase_s
