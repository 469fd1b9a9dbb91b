# SPDX-License-Identifier: Apache-2.0
"""Announced work: whether a site or vantage is under maintenance at a time.

What comes back every week does so by the clocks of its place: at the same hour in winter and summer.
Measuring goes on meanwhile and the true verdict is stored; only telling people waits.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

WEEK = timedelta(days=7)
LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of work, [starts_at, ends_at). `weekly_in` is the place whose clocks repeat it."""

    starts_at: datetime
    ends_at: datetime
    weekly_in: tzinfo | None = None


def fault_of(window: Window) -> str | None:
    """Return what is wrong with a window, as a sentence, or None."""
    length = window.ends_at - window.starts_at
    if length <= timedelta(0):
        return "the maintenance must end after it starts"
    if window.weekly_in is not None and length >= WEEK:
        return "what comes back every week must be shorter than a week"
    if length > LONGEST:
        return "a maintenance lasts 30 days at most; announce it again when it lasts longer"
    return None


def is_under(window: Window, at: datetime) -> bool:
    """Whether a time lies within the work."""
    begin = occurrence(window, at)
    return begin is not None and begin[0] <= at < begin[1]


def occurrence(window: Window, at: datetime) -> tuple[datetime, datetime] | None:
    """Return begin and end (UTC) of the last occurrence that began by a time, or None before the first."""
    if at < window.starts_at:
        return None
    if window.weekly_in is None:
        return window.starts_at, window.ends_at
    place = window.weekly_in
    first = window.starts_at.astimezone(place).replace(tzinfo=None)
    until = window.ends_at.astimezone(place).replace(tzinfo=None)
    weeks = (at.astimezone(place).replace(tzinfo=None) - first) // WEEK
    # Where clocks are changed, one occurrence may begin an hour sooner or later than counted.
    for nth in (weeks + 1, weeks, weeks - 1):
        begin = _instant(first + nth * WEEK, place)
        if nth >= 0 and begin <= at:
            return begin, _instant(until + nth * WEEK, place)
    return None


def _instant(wall: datetime, place: tzinfo) -> datetime:
    """Return when clocks of a place show a time: its first time where they show it twice."""
    return wall.replace(tzinfo=place).astimezone(UTC)
