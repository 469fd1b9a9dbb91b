# SPDX-License-Identifier: Apache-2.0
"""When a deadline is told, and in which words."""

from datetime import date, timedelta

import pytest

from app.domain.alerting.deadlines import Awaited, Notice, notice_due, reminder

DEADLINE = date(2026, 3, 20)
NOTICE = timedelta(days=14)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 3, 5), None),
        (date(2026, 3, 6), Notice.AHEAD),
        (date(2026, 3, 20), Notice.AHEAD),
        (date(2026, 3, 21), Notice.OVERDUE),
    ],
)
def test_a_deadline_is_told_before_and_after(today: date, due: Notice | None) -> None:
    """Within the notice, on the day itself still before, the day after as passed."""
    assert notice_due(DEADLINE, today=today, notice=NOTICE) is due


def test_a_reminder_says_who_what_and_when() -> None:
    """It names who asked whom, the day and how long is left; a long text is cut."""
    awaited = Awaited(
        addressee="A ministry",
        asked_by=None,
        text="Investigate. " * 100,
        place="Kazakhstan",
        deadline=DEADLINE,
    )

    ahead = reminder(awaited, Notice.AHEAD, today=date(2026, 3, 19))
    late = reminder(awaited, Notice.OVERDUE, today=date(2026, 3, 21))

    assert ahead.title == "A ministry: the deadline 2026-03-20 is near"
    assert "in 1 day." in ahead.text
    assert len(ahead.text) < 500
    assert "has passed" in late.title
    assert "no answer that settles it" in late.text
