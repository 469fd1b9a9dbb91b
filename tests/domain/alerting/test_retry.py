# SPDX-License-Identifier: Apache-2.0
"""The retry schedule: ten attempts, 75 hours 35 minutes and 5 seconds, then a dead letter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerting.retry import (
    MAX_ATTEMPTS,
    RETRY_AFTER_CAP,
    WAITS,
    after_attempt,
    asked_wait,
    next_attempt,
)

NOW = datetime(2026, 5, 3, 14, 0, tzinfo=UTC)
PROMISE = timedelta(hours=75, minutes=35, seconds=5)


def test_ten_attempts_fill_the_promise() -> None:
    """Followed without jitter, the schedule ends where the delivery promise does."""
    at, attempts = NOW, 0
    while (due := next_attempt(attempts, at)) is not None:
        at, attempts = due, attempts + 1
    assert (attempts, at - NOW) == (10, PROMISE)
    assert sum(WAITS, timedelta(0)) == PROMISE


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(0, "0:00:00"), (1, "0:00:05"), (2, "0:05:00"), (3, "0:30:00"), (4, "2:00:00"),
     (5, "5:00:00"), (6, "10:00:00"), (7, "14:00:00"), (8, "20:00:00"), (9, "1 day, 0:00:00")],
)  # fmt: skip
def test_each_wait(attempts: int, wait: str) -> None:
    """The wait before each attempt is the specification's example."""
    due = next_attempt(attempts, NOW)
    assert due is not None
    assert str(due - NOW) == wait


@given(st.integers(0, 9), st.floats(-5, 5))
def test_jitter_stays_within_a_tenth(attempts: int, jitter: float) -> None:
    """Whatever the caller draws, a wait moves by ten per cent at most."""
    due = next_attempt(attempts, NOW, jitter)
    assert due is not None
    assert abs((due - NOW) - WAITS[attempts]) <= WAITS[attempts] * 0.1 + timedelta(microseconds=1)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_only_2xx_is_delivered(status: int) -> None:
    """The receiver took it."""
    after = after_attempt(1, NOW, status=status)
    assert (after.delivered, after.next_attempt_at, after.disable_endpoint) == (True, None, False)


@pytest.mark.parametrize("status", [None, 199, 301, 302, 400, 401, 404, 500, 503])
def test_everything_else_is_tried_again(status: int | None) -> None:
    """No answer, redirects and errors follow the schedule."""
    after = after_attempt(1, NOW, status=status)
    assert (after.delivered, after.disable_endpoint) == (False, False)
    assert after.next_attempt_at == NOW + timedelta(seconds=5)


def test_gone_disables_the_endpoint_at_once() -> None:
    """410 on the first attempt: no second one."""
    after = after_attempt(1, NOW, status=410)
    assert (after.delivered, after.next_attempt_at, after.disable_endpoint) == (False, None, True)


@pytest.mark.parametrize("status", [None, 500, 429])
def test_after_the_last_attempt_it_is_given_up(status: int | None) -> None:
    """The tenth failure is a dead letter, whatever the receiver asks for."""
    after = after_attempt(MAX_ATTEMPTS, NOW, status=status, retry_after="5")
    assert (after.next_attempt_at, after.disable_endpoint) == (None, False)
    assert "replayed" in after.why


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_receiver_may_ask_for_more_time(status: int) -> None:
    """Retry-After moves the attempt later, by a day at most, and never earlier."""

    def due(retry_after: str | None, attempts: int = 1) -> timedelta:
        after = after_attempt(attempts, NOW, status=status, retry_after=retry_after)
        assert after.next_attempt_at is not None
        return after.next_attempt_at - NOW

    assert due("120") == timedelta(seconds=120)
    assert due("999999") == RETRY_AFTER_CAP
    assert due("1", attempts=2) == timedelta(minutes=5)
    assert due(None) == timedelta(seconds=5)


def test_other_failures_do_not_ask_for_time() -> None:
    """Retry-After beside a 500 is not honoured."""
    after = after_attempt(1, NOW, status=500, retry_after="3600")
    assert after.next_attempt_at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("Sun, 03 May 2026 14:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 03 May 2026 16:10:00 +0200", timedelta(minutes=10)),
        ("Sun, 03 May 2026 14:10:00 -0000", timedelta(minutes=10)),
        ("Sun, 03 May 2026 13:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 -1200", RETRY_AFTER_CAP),
        ("9" * 400, RETRY_AFTER_CAP),
        (" 60 ", timedelta(seconds=60)),
        ("-5", timedelta(0)),
        ("soon", timedelta(0)),
        ("٣٠", timedelta(0)),
        ("", timedelta(0)),
        (None, timedelta(0)),
    ],
)
def test_retry_after_is_read_leniently_and_bounded(text: str | None, wait: timedelta) -> None:
    """Seconds or an HTTP date; nonsense asks for nothing and breaks nothing."""
    assert asked_wait(text, NOW) == wait


@given(st.text(max_size=60))
def test_no_header_breaks_the_reading(text: str) -> None:
    """Whatever a receiver sends, the wait lies between nothing and a day."""
    assert timedelta(0) <= asked_wait(text, NOW) <= RETRY_AFTER_CAP
