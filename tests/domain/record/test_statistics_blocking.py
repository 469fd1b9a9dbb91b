# SPDX-License-Identifier: Apache-2.0
"""Site-days: what is blocked, what may be, what is free, and what nobody knows."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.statistics import Window
from app.domain.record.statistics_blocking import (
    Blocked,
    DayState,
    Place,
    blocking_days,
    site_days,
)
from app.domain.record.statistics_series import Every

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))
HERE = Place(site="a", country="KZ", network="AS1")
TODAY = date(2026, 3, 20)


def day(number: int) -> date:
    """A day of March."""
    return date(2026, 3, number)


def states(*blockings: Blocked, measured: set[int], as_of: date = TODAY) -> dict[int, DayState]:
    """The state of each day of March at one place."""
    found = site_days(blockings, {HERE: frozenset(map(day, measured))}, MARCH, as_of=as_of)
    return {one.day.day: one.state for one in found}


def test_each_day_is_one_of_four() -> None:
    """Measured and blocked, blocked without a look, looked at and free, and not looked at."""
    one = Blocked(id="e", place=HERE, first=day(5), last=day(8))

    found = states(one, measured={3, 6, 9}, as_of=day(10))

    assert found == {
        3: DayState.FREE,
        4: DayState.UNMEASURED,
        5: DayState.BLOCKED,
        6: DayState.BLOCKED,
        7: DayState.PERHAPS,
        8: DayState.BLOCKED,
        9: DayState.FREE,
        10: DayState.UNMEASURED,
    }


def test_nothing_is_said_before_a_place_was_looked_at_nor_after_the_day_asked_about() -> None:
    """Days begin with the first measurement or blocking, and end with `as_of`."""
    assert set(states(measured={7}, as_of=day(9))) == {7, 8, 9}
    assert states(measured={7}, as_of=day(6)) == {}


def test_vantages_of_one_network_count_a_site_once() -> None:
    """Two blockings of one site in one network on one day are one site-day, with both named."""
    found = list(
        site_days(
            [Blocked(id="x", place=HERE, first=day(5), last=day(5)),
             Blocked(id="y", place=HERE, first=day(5), last=day(5))],
            {}, MARCH, as_of=day(5),
        )
    )  # fmt: skip

    assert [(one.state, one.episodes) for one in found] == [(DayState.BLOCKED, ("x", "y"))]


def test_networks_and_months_are_told_apart() -> None:
    """One row for each network in each period, with how many sites it is about."""
    other = Place(site="b", country="KZ", network="AS2")
    window = Window(date(2026, 2, 1), date(2026, 3, 31))
    days = site_days(
        [Blocked(id="x", place=HERE, first=date(2026, 2, 27), last=day(2)),
         Blocked(id="y", place=other, first=day(2), last=day(2))],
        {}, window, as_of=day(2),
    )  # fmt: skip

    rows = blocking_days(days, window, every=Every.MONTH)

    assert [
        (one.period, one.network, one.sites, one.days[DayState.BLOCKED], one.days[DayState.PERHAPS])
        for one in rows
    ] == [("2026-02", "AS1", 1, 1, 1), ("2026-03", "AS1", 1, 1, 1), ("2026-03", "AS2", 1, 1, 0)]


@given(
    st.sets(st.integers(1, 20)),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 10) | st.none()), max_size=4),
)
def test_every_day_is_counted_once(measured: set[int], spans: list[tuple[int, int | None]]) -> None:
    """The four numbers add up to all days since the first, and an unlooked-at day is never free."""
    blockings = [
        Blocked(
            id=str(number),
            place=HERE,
            first=day(first),
            last=None if length is None else day(first) + timedelta(days=length),
        )
        for number, (first, length) in enumerate(spans)
    ]
    days = list(
        site_days(blockings, {HERE: frozenset(map(day, measured))} if measured else {}, MARCH,
                  as_of=TODAY)
    )  # fmt: skip
    begun = [*measured, *(first for first, _ in spans)]

    assert len(days) == (TODAY.day - min(begun) + 1 if begun else 0)
    seen = {*measured, *(one.first.day for one in blockings),
            *(one.last.day for one in blockings if one.last and one.last.month == 3)}  # fmt: skip
    assert all(one.day.day in seen for one in days if one.state is DayState.FREE)
    total = sum(sum(one.days.values()) for one in blocking_days(days, MARCH, every=Every.YEAR))
    assert total == len(days)
