# SPDX-License-Identifier: Apache-2.0
"""The life of an alert: every state with every event."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerting.alert import (
    TABLE,
    AlertFacts,
    AlertPolicy,
    Trigger,
    advance,
    fingerprint,
)
from app.domain.vocabulary import AlertKind, AlertState
from app.errors import Conflict

NOW = datetime(2026, 5, 3, 14, 0, tzinfo=UTC)
POLICY = AlertPolicy()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

NONE = AlertFacts()
PENDING = AlertFacts(state=AlertState.PENDING, fires_at=NOW)
WAITING = AlertFacts(state=AlertState.PENDING, fires_at=NOW + SECOND)
FIRING = AlertFacts(
    state=AlertState.FIRING, fires_at=NOW, fired_at=NOW - MINUTE, told_at=NOW - MINUTE
)
UNTOUCHED = AlertFacts(
    state=AlertState.FIRING, fired_at=NOW - timedelta(days=3), told_at=NOW - timedelta(hours=24)
)
WELL = AlertFacts(state=AlertState.FIRING, fired_at=NOW - MINUTE, resolves_at=NOW)
ACKED_WELL = AlertFacts(state=AlertState.ACKED, fired_at=NOW - MINUTE, resolves_at=NOW)
HASTY = AlertPolicy(resolve_hold=timedelta(0))
ACKED = AlertFacts(state=AlertState.ACKED, fired_at=NOW - timedelta(days=3))
JUST_OVER = AlertFacts(
    state=AlertState.RESOLVED, fired_at=NOW - 40 * MINUTE, resolved_at=NOW - 30 * MINUTE
)
NEVER_TOLD = AlertFacts(state=AlertState.RESOLVED, resolved_at=NOW - MINUTE)
LONG_OVER = AlertFacts(
    state=AlertState.RESOLVED, fired_at=NOW - 40 * MINUTE, resolved_at=NOW - 30 * MINUTE - SECOND
)

SEEN, GONE, ELAPSED, HELD, NEWS, ACK, REMIND = (
    Trigger.CONDITION_SEEN,
    Trigger.CONDITION_GONE,
    Trigger.GROUPING_ELAPSED,
    Trigger.HOLD_ELAPSED,
    Trigger.NEWS,
    Trigger.ACK,
    Trigger.REMINDER_DUE,
)
P, F, A, R = AlertState.PENDING, AlertState.FIRING, AlertState.ACKED, AlertState.RESOLVED

# alert, event → next state, told?, new alert?, same alert reopened? (None: a conflict)
LIFE: list[tuple[AlertFacts, Trigger, tuple[AlertState | None, bool, bool, bool] | None]] = [
    (NONE, SEEN, (P, False, True, False)),
    (NONE, GONE, (None, False, False, False)),
    (NONE, ELAPSED, (None, False, False, False)),
    (NONE, HELD, (None, False, False, False)),
    (NONE, NEWS, (None, False, False, False)),
    (NONE, ACK, None),
    (NONE, REMIND, (None, False, False, False)),
    (PENDING, SEEN, (P, False, False, False)),
    (PENDING, GONE, (R, False, False, False)),
    (PENDING, ELAPSED, (F, True, False, False)),
    (WAITING, ELAPSED, (P, False, False, False)),
    (PENDING, HELD, (P, False, False, False)),
    (PENDING, NEWS, (P, False, False, False)),
    (PENDING, ACK, None),
    (PENDING, REMIND, (P, False, False, False)),
    (FIRING, SEEN, (F, False, False, False)),
    (FIRING, GONE, (F, False, False, False)),
    (FIRING, HELD, (F, False, False, False)),
    (WELL, HELD, (R, True, False, False)),
    (FIRING, NEWS, (F, True, False, False)),
    (FIRING, ELAPSED, (F, False, False, False)),
    (FIRING, ACK, (A, False, False, False)),
    (FIRING, REMIND, (F, False, False, False)),
    (UNTOUCHED, REMIND, (F, True, False, False)),
    (ACKED, SEEN, (A, False, False, False)),
    (ACKED, GONE, (A, False, False, False)),
    (ACKED, HELD, (A, False, False, False)),
    (ACKED_WELL, HELD, (R, True, False, False)),
    (ACKED, NEWS, (A, True, False, False)),
    (ACKED, ELAPSED, (A, False, False, False)),
    (ACKED, ACK, (A, False, False, False)),
    (ACKED, REMIND, (A, False, False, False)),
    (JUST_OVER, SEEN, (F, True, False, True)),
    (NEVER_TOLD, SEEN, (P, False, False, True)),
    (LONG_OVER, SEEN, (P, False, True, False)),
    (JUST_OVER, GONE, (R, False, False, False)),
    (JUST_OVER, HELD, (R, False, False, False)),
    (JUST_OVER, NEWS, (R, False, False, False)),
    (JUST_OVER, ELAPSED, (R, False, False, False)),
    (JUST_OVER, ACK, None),
    (JUST_OVER, REMIND, (R, False, False, False)),
]


@pytest.mark.parametrize(("alert", "event", "expected"), LIFE)
def test_every_state_and_event(
    alert: AlertFacts,
    event: Trigger,
    expected: tuple[AlertState | None, bool, bool, bool] | None,
) -> None:
    """The next state, whether people are told, and whether the alert is new or the same again."""
    if expected is None:
        with pytest.raises(Conflict):
            advance(alert, event, NOW, POLICY)
        return
    step = advance(alert, event, NOW, POLICY)
    assert (step.state, step.notify, step.opens, step.reopened) == expected
    assert step.why.endswith(".")


def test_the_list_above_is_complete() -> None:
    """Every state meets every event, and every row of the table is used."""
    assert {(alert.state, event) for alert, event, _ in LIFE} == {
        (state, event) for state in (None, *AlertState) for event in Trigger
    }
    used = {advance(alert, event, NOW, POLICY).rule for alert, event, expected in LIFE if expected}
    used |= {advance(alert, GONE, NOW, HASTY).rule for alert in (FIRING, ACKED)}
    assert used == {row.id for row in TABLE}
    assert len({row.id for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("wait", [timedelta(0), 2 * SECOND, MINUTE])
def test_the_grouping_time_is_the_policys(wait: timedelta) -> None:
    """An alert waits exactly as long as the policy says, and its row says until when."""
    policy = AlertPolicy(group_wait=wait)
    opened = advance(NONE, SEEN, NOW, policy)
    assert opened.fires_at == NOW + wait
    waiting = AlertFacts(state=opened.state, fires_at=opened.fires_at)
    assert advance(waiting, ELAPSED, NOW + wait, policy).state is F
    if wait:
        assert advance(waiting, ELAPSED, NOW + wait - SECOND, policy).state is P


class Story:
    """An alert folded over events as a service would, counting what people were told."""

    def __init__(self) -> None:
        self.alert, self.now = NONE, NOW
        self.told: list[AlertState | None] = []
        self.opened = self.reopened = 0

    def happens(self, event: Trigger) -> None:
        """Apply one event at the present moment."""
        step = advance(self.alert, event, self.now, POLICY)
        self.opened += step.opens
        self.reopened += step.reopened
        before = NONE if step.opens else self.alert
        self.alert = AlertFacts(
            state=step.state,
            fires_at=step.fires_at or before.fires_at,
            fired_at=before.fired_at or (self.now if step.notify else None),
            told_at=self.now if step.notify else before.told_at,
            resolves_at=step.resolves_at,
            resolved_at=self.now
            if step.state is R and before.state is not R
            else before.resolved_at,
        )
        if step.notify:
            self.told.append(step.state)


def test_a_story_from_seen_to_resolved_and_back() -> None:
    """One message when it fires, one when it is over, and the same alert when it soon returns."""
    story = Story()
    first = ((SEEN, 0), (ELAPSED, 1), (SEEN, 15), (GONE, 30), (HELD, 40))
    for event, minutes in (*first, (SEEN, 60), (GONE, 70), (HELD, 80)):
        story.now = NOW + minutes * MINUTE
        story.happens(event)
    assert story.told == [F, R, F, R]
    assert (story.opened, story.reopened) == (1, 1)


def test_the_end_is_told_only_after_a_while_of_being_over() -> None:
    """What returns within the hold was never over: no message, and the hold begins anew."""
    story = Story()
    for event, minutes in (
        (SEEN, 0), (ELAPSED, 1), (GONE, 20), (GONE, 25), (HELD, 29), (SEEN, 29.5), (HELD, 31),
        (GONE, 35), (HELD, 44), (HELD, 45), (HELD, 46),
    ):  # fmt: skip
        story.now = NOW + minutes * MINUTE
        story.happens(event)
        assert (R in story.told) is (minutes >= 45)
    assert story.told == [F, R]


@given(
    st.lists(
        st.tuples(st.sampled_from([SEEN, GONE, ELAPSED, HELD, NEWS, REMIND]), st.integers(0, 3000)),
        max_size=30,
    )
)
def test_nobody_hears_of_an_end_without_a_beginning(steps: list[tuple[Trigger, int]]) -> None:
    """In any course of events a resolution is told only after a firing, and never twice in a row."""
    story = Story()
    for event, seconds in steps:
        story.now += seconds * SECOND
        story.happens(event)
    assert story.told[:1] in ([], [F])
    assert (R, R) not in pairwise(story.told)


def test_a_fingerprint_is_stable_and_tells_alerts_apart() -> None:
    """The same on any machine and in any version; different in kind, subject or scope."""
    blocked = fingerprint(AlertKind.SITE_BLOCKED, "site-1", "AS9198")
    assert blocked == "c721bd8b774bd35fc26824e9f210b092"
    others = {
        fingerprint(AlertKind.SITE_DOWN, "site-1", "AS9198"),
        fingerprint(AlertKind.SITE_BLOCKED, "site-2", "AS9198"),
        fingerprint(AlertKind.SITE_BLOCKED, "site-1", "AS1"),
        fingerprint(AlertKind.SITE_BLOCKED, "site-1A", "S9198"),
    }
    assert blocked not in others
    assert len(others) == 4
