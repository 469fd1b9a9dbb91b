# SPDX-License-Identifier: Apache-2.0
"""Measurements of an hour as counts that can be added up to days: states, coverage, latencies.

Time is cut into slots of one interval. A slot in which something was said is covered; it counts as
reached when the last thing said in it was ok. So quick re-checks of a failing site weigh no more
than the steady rounds of a healthy one, and uptime is known over covered time only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from app.domain.blocking.rules import NOT_A_FETCH
from app.domain.vocabulary import VerdictState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

EDGES_MS = (
    50,
    100,
    150,
    200,
    300,
    400,
    600,
    800,
    1200,
    1600,
    2400,
    3200,
    4800,
    6400,
    9600,
    15000,
    30000,
)
"""Upper edges of the latency buckets in milliseconds; a last bucket takes what is slower.

Never change them: buckets of different years are added to each other.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement as it is counted. Times in milliseconds, None where that was not reached."""

    at: datetime
    state: VerdictState
    rule: str
    failure_class: str | None = None
    interference: bool = False
    healthy: bool = True
    total_ms: float | None = None
    first_byte_ms: float | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether the round was a measurement at all."""
        return self.healthy and self.rule not in NOT_A_FETCH

    @property
    def tells(self) -> bool:
        """Whether it says that the site was reached, or was not."""
        is_mute = self.state is VerdictState.INSUFFICIENT and self.failure_class is None
        return self.is_trusted and not is_mute


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A bucket. `expected`, `covered` and `reached` are slots; the states are single measurements."""

    ok: int = 0
    blocked: int = 0
    down: int = 0
    server_side: int = 0
    insufficient: int = 0
    distrusted: int = 0
    interference: int = 0
    expected: int = 0
    covered: int = 0
    reached: int = 0
    first_byte: tuple[int, ...] = (0,) * (len(EDGES_MS) + 1)
    total: tuple[int, ...] = (0,) * (len(EDGES_MS) + 1)

    def to_row(self) -> dict[str, Any]:
        """Return the columns of a row."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        latency = {name: list(plain.pop(name)) for name in ("first_byte", "total")}
        return {**plain, "latency": latency}

    @classmethod
    def from_row(cls, row: Any) -> Self:  # noqa: ANN401 - any row with these columns
        """Read what `to_row` wrote."""
        names = [one.name for one in fields(cls) if one.name not in ("first_byte", "total")]
        latency: dict[str, Any] = {
            name: tuple(row.latency[name]) for name in ("first_byte", "total")
        }
        return cls(**{name: getattr(row, name) for name in names}, **latency)

    @property
    def uptime(self) -> float | None:
        """The share of covered slots in which the site was reached; None where nothing is covered."""
        return self.reached / self.covered if self.covered else None

    @property
    def coverage(self) -> float:
        """The share of slots in which something was said."""
        return min(self.covered / self.expected, 1.0) if self.expected else 0.0


def count(samples: Iterable[Sample], begin: datetime, interval: timedelta) -> Counts:
    """Count the measurements of one hour, from its begin."""
    ordered = sorted(samples, key=lambda one: one.at)
    trusted = [one for one in ordered if one.is_trusted]
    slot = min(interval, HOUR)
    # The last word of each slot is the one that stands.
    said = {(one.at - begin) // slot: one.state for one in trusted if one.tells}
    by_state = {state: sum(one.state is state for one in trusted) for state in VerdictState}
    reached = [one for one in trusted if one.state is VerdictState.OK]
    return Counts(
        ok=by_state[VerdictState.OK],
        blocked=by_state[VerdictState.BLOCKED],
        down=by_state[VerdictState.DOWN],
        server_side=by_state[VerdictState.SERVER_SIDE],
        insufficient=by_state[VerdictState.INSUFFICIENT],
        distrusted=len(ordered) - len(trusted),
        interference=sum(one.interference for one in trusted),
        expected=max(round(HOUR / slot), 1),
        covered=len(said),
        reached=sum(state is VerdictState.OK for state in said.values()),
        first_byte=histogram(one.first_byte_ms for one in reached),
        total=histogram(one.total_ms for one in reached),
    )


def add_up(hours: Sequence[Counts], *, interval: timedelta) -> Counts:
    """Add the hours of a day up; hours without any measurement were expected all the same."""
    sums: dict[str, Any] = {
        one.name: sum(getattr(hour, one.name) for hour in hours)
        for one in fields(Counts)
        if one.name not in ("first_byte", "total", "expected")
    }
    for name in ("first_byte", "total"):
        sums[name] = _added([getattr(hour, name) for hour in hours])
    return Counts(**sums, expected=max(round(DAY / interval), 1))


def histogram(values: Iterable[float | None]) -> tuple[int, ...]:
    """Count latencies (milliseconds) into the fixed buckets."""
    buckets = [0] * (len(EDGES_MS) + 1)
    for value in values:
        if value is not None:
            buckets[sum(value > edge for edge in EDGES_MS)] += 1
    return tuple(buckets)


def percentile(buckets: Sequence[int], share: float) -> float | None:
    """Return the upper edge (milliseconds) of the bucket a share of all values lies within.

    None where there are no values, or where it lies in the last bucket, which has no edge.
    """
    wanted, passed = share * sum(buckets), 0
    for edge, number in zip(EDGES_MS, buckets[:-1], strict=True):
        passed += number
        if passed and passed >= wanted:
            return float(edge)
    return None


def _added(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True)) if rows else histogram(())
