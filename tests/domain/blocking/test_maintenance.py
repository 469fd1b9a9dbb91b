# SPDX-License-Identifier: Apache-2.0
"""Announced work in time: once, every week, and by clocks that are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.blocking.maintenance import Window, fault_of, is_under

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def window(start: datetime, hours: float = 2, *, weekly: bool = False) -> Window:
    """Work from a time on, in Berlin where it comes back every week."""
    return Window(
        starts_at=start,
        ends_at=start + hours * HOUR,
        weekly_in=BERLIN if weekly else None,
    )


def test_work_announced_once_begins_and_ends() -> None:
    """The first moment belongs to it, the last does not, and it never comes back."""
    once = window(datetime(2026, 3, 2, 22, tzinfo=UTC))
    at = once.starts_at
    assert [is_under(once, at + d) for d in (-timedelta.resolution, timedelta(0), HOUR)] == [
        False,
        True,
        True,
    ]
    assert not is_under(once, once.ends_at)
    assert not is_under(once, at + timedelta(days=7))


def test_weekly_work_follows_the_clocks_of_its_place() -> None:
    """Mondays at 23:00 in Berlin are 22:00 UTC in winter and 21:00 in summer."""
    weekly = window(datetime(2026, 3, 2, 22, tzinfo=UTC), weekly=True)
    assert is_under(weekly, datetime(2026, 3, 23, 22, 0, tzinfo=UTC))
    assert not is_under(weekly, datetime(2026, 3, 23, 21, 30, tzinfo=UTC))
    assert is_under(weekly, datetime(2026, 3, 30, 21, 0, tzinfo=UTC))
    assert not is_under(weekly, datetime(2026, 3, 30, 23, 0, tzinfo=UTC))
    assert is_under(weekly, datetime(2026, 10, 26, 22, 30, tzinfo=UTC))
    assert not is_under(weekly, datetime(2026, 2, 23, 22, 30, tzinfo=UTC))


def test_work_across_the_night_the_clocks_are_changed() -> None:
    """01:30 to 03:30 by the clocks: an hour in spring, three in autumn."""
    spring = window(datetime(2026, 3, 22, 1, 30, tzinfo=BERLIN), weekly=True)
    day = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert [is_under(spring, day + n * HOUR / 2) for n in range(-1, 3)] == [
        False,
        True,
        True,
        False,
    ]
    autumn = window(datetime(2026, 10, 18, 1, 30, tzinfo=BERLIN), weekly=True)
    night = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert [is_under(autumn, night + n * HOUR) for n in range(-1, 4)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@given(st.integers(0, 200), st.integers(1, 167), st.integers(0, 7 * 24 * 60 - 1))
def test_weekly_work_of_a_place_without_summer_time_is_a_plain_week(
    weeks: int, hours: int, minute: int
) -> None:
    """In Almaty every week is like the first."""
    start = datetime(2026, 3, 2, 22, tzinfo=UTC)
    work = Window(starts_at=start, ends_at=start + hours * HOUR, weekly_in=ZoneInfo("Asia/Almaty"))
    at = start + timedelta(weeks=weeks, minutes=minute)
    assert is_under(work, at) is (minute < hours * 60)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (window(datetime(2026, 3, 2, tzinfo=UTC), 0), "must end after it starts"),
        (window(datetime(2026, 3, 2, tzinfo=UTC), 168, weekly=True), "shorter than a week"),
        (window(datetime(2026, 3, 2, tzinfo=UTC), 30 * 24 + 1), "30 days at most"),
    ],
)
def test_what_cannot_be_planned_is_said(wrong: Window, said: str) -> None:
    """A sentence for each fault, none for what is right."""
    assert said in (fault_of(wrong) or "")
    assert fault_of(window(datetime(2026, 3, 2, tzinfo=UTC))) is None
