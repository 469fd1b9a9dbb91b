# SPDX-License-Identifier: Apache-2.0
"""When people are reminded of a deadline, and in which words: once before it, once after it has passed.

Never here: whose deadlines there are, storage, or sending.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.alerting.texts import AlertMessage


class Notice(StrEnum):
    """Which of its two reminders is due."""

    AHEAD = "ahead"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something asked of somebody by a day: by whom, what, and about which country."""

    addressee: str
    asked_by: str | None
    text: str
    place: str
    deadline: date


def notice_due(deadline: date, *, today: date, notice: timedelta) -> Notice | None:
    """Return which reminder the day asks for; on the deadline itself there is still time.

    Whoever begins to look after a deadline has passed is told so, and nothing of before.

    >>> notice_due(date(2026, 3, 10), today=date(2026, 3, 1), notice=timedelta(days=14)).value
    'ahead'
    >>> notice_due(date(2026, 3, 10), today=date(2026, 3, 11), notice=timedelta(days=14)).value
    'overdue'
    """
    if today > deadline:
        return Notice.OVERDUE
    return Notice.AHEAD if deadline - today <= notice else None


_LONGEST = 300


def reminder(awaited: Awaited, notice: Notice, *, today: date) -> AlertMessage:
    """Say a reminder: who was asked, by when, and what."""
    by = f"{awaited.asked_by} asked" if awaited.asked_by else "It was asked"
    asked = awaited.text if len(awaited.text) <= _LONGEST else f"{awaited.text[:_LONGEST]}…"
    day = awaited.deadline.isoformat()
    left = (awaited.deadline - today).days
    if notice is Notice.OVERDUE:
        title = f"{awaited.addressee}: the deadline {day} has passed"
        end = f"The deadline was {day}; the record holds no answer that settles it."
    else:
        title = f"{awaited.addressee}: the deadline {day} is near"
        end = f"The deadline is {day}, {_days(left)}."
    text = f"{by} of {awaited.addressee}, concerning {awaited.place}: “{asked}” {end}"
    return AlertMessage(title=title, text=text)


def _days(left: int) -> str:
    return "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
