# SPDX-License-Identifier: Apache-2.0
"""Counts of an hour and a day: what is covered, what was reached, and how fast."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.blocking.rollup import (
    EDGES_MS,
    Counts,
    Sample,
    add_up,
    count,
    histogram,
    percentile,
)
from app.domain.vocabulary import VerdictState
from tests.domain.blocking.rounds import NOON

QUARTER = timedelta(minutes=15)


def sample(minute: float, state: str = "ok", **more: object) -> Sample:
    """One measurement so many minutes after noon."""
    plain = {"rule": "rule", "failure_class": None if state == "ok" else "tls:reset"}
    return Sample(
        at=NOON + timedelta(minutes=minute),
        state=VerdictState(state),
        **{**plain, **more},  # type: ignore[arg-type]
    )


def test_a_quiet_hour_is_wholly_covered_and_reached() -> None:
    """Four rounds in an hour at a quarter each: all expected, all there."""
    counts = count([sample(m) for m in (3, 18, 33, 48)], NOON, QUARTER)
    assert (counts.ok, counts.expected, counts.covered, counts.reached) == (4, 4, 4, 4)
    assert (counts.uptime, counts.coverage) == (1.0, 1.0)


def test_a_gap_is_not_covered_and_not_up() -> None:
    """Half the rounds missing: half is covered, and uptime is of that half alone."""
    counts = count([sample(3), sample(48, "blocked")], NOON, QUARTER)
    assert (counts.uptime, counts.coverage) == (0.5, 0.5)
    assert count([], NOON, QUARTER).uptime is None


def test_quick_rechecks_weigh_no_more_than_steady_rounds() -> None:
    """Five failures within one quarter are one slot, and its last word stands."""
    story = [sample(3), *(sample(15 + n / 2, "blocked") for n in range(5)), sample(33), sample(48)]
    counts = count(story, NOON, QUARTER)
    assert (counts.blocked, counts.covered, counts.reached) == (5, 4, 3)
    assert count([*story, sample(28)], NOON, QUARTER).reached == 4


def test_what_said_nothing_covers_nothing() -> None:
    """An unhealthy round, a fault of the prober and a page nobody could judge are no coverage."""
    mute = [
        sample(3, healthy=False),
        sample(18, "insufficient", rule="prober_fault"),
        sample(33, "insufficient", failure_class=None),
    ]
    counts = count(mute, NOON, QUARTER)
    assert (counts.covered, counts.distrusted, counts.insufficient) == (0, 2, 1)
    assert counts.ok == 0


def test_a_day_expects_the_hours_nobody_measured_as_well() -> None:
    """Twelve full hours of a day are half of it."""
    hour = count([sample(m) for m in (3, 18, 33, 48)], NOON, QUARTER)
    day = add_up([hour] * 12, interval=QUARTER)
    assert (day.expected, day.covered, day.coverage, day.uptime) == (96, 48, 0.5, 1.0)


@given(st.lists(st.lists(st.floats(0, 60_000), max_size=20), max_size=6))
def test_histograms_add_up(groups: list[list[float]]) -> None:
    """Percentiles of a day are those of all its values, to the width of a bucket."""
    hours = [Counts(total=histogram(values)) for values in groups]
    everything = [value for values in groups for value in values]
    merged = add_up(hours, interval=QUARTER).total
    assert merged == histogram(everything)
    half = percentile(merged, 0.5)
    if half is not None:
        assert sum(value <= half for value in everything) * 2 >= len(everything)
        assert half in EDGES_MS


@given(st.permutations(range(8)))
def test_counting_does_not_depend_on_the_order(order: list[int]) -> None:
    """The same measurements in any order are the same counts, which survive as a row."""
    story = [sample(n * 7, "blocked" if n % 3 else "ok", total_ms=n * 90.0) for n in range(8)]
    counts = count([story[number] for number in order], NOON, QUARTER)
    assert counts == count(story, NOON, QUARTER)
    row = counts.to_row()
    assert Counts.from_row(type("Row", (), row)) == counts
