# SPDX-License-Identifier: Apache-2.0
"""When a message is tried again, and when it is given up.

The schedule is the example of the Standard Webhooks specification: ten attempts over 75 h 35 min 5 s,
each wait ±10 %. A receiver may ask for more time (Retry-After), up to a day; 410 Gone means that it
wants no more. Never here: a random number (the caller draws the jitter) or sending.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS: tuple[timedelta, ...] = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait before each attempt, counted from the attempt before it."""

MAX_ATTEMPTS = len(WAITS)
MAX_JITTER = 0.1
RETRY_AFTER_CAP = timedelta(hours=24)
GONE = 410
_ASKING_FOR_TIME = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterAttempt:
    """What follows an attempt: when to try again (None: never), and whether to stop for good."""

    delivered: bool
    next_attempt_at: datetime | None
    disable_endpoint: bool
    why: str


def next_attempt(attempts_made: int, now: datetime, jitter: float = 0.0) -> datetime | None:
    """Return when the next attempt is due, or None when all ten were made.

    `jitter` is a factor from -0.1 to 0.1 drawn by the caller; outside of that it is cut to it.
    """
    if attempts_made >= MAX_ATTEMPTS:
        return None
    factor = 1 + min(max(jitter, -MAX_JITTER), MAX_JITTER)
    return now + WAITS[max(attempts_made, 0)] * factor


def after_attempt(
    attempts_made: int,
    now: datetime,
    *,
    status: int | None,
    retry_after: str | None = None,
    jitter: float = 0.0,
) -> AfterAttempt:
    """Decide after an attempt that is counted in `attempts_made`.

    `status` is the HTTP status, None when there was no answer. Only 2xx is success; a redirect is not.
    """
    if status is not None and 200 <= status < 300:
        return AfterAttempt(
            delivered=True,
            next_attempt_at=None,
            disable_endpoint=False,
            why="The receiver took it.",
        )
    if status == GONE:
        why = "The receiver answered 410 Gone: it wants no more messages."
        return AfterAttempt(delivered=False, next_attempt_at=None, disable_endpoint=True, why=why)
    due = next_attempt(attempts_made, now, jitter)
    failure = "There was no answer" if status is None else f"The receiver answered {status}"
    if due is None:
        why = f"{failure}, and all {MAX_ATTEMPTS} attempts are made; it can be replayed."
    else:
        if status in _ASKING_FOR_TIME:
            due = max(due, now + asked_wait(retry_after, now))
        why = f"{failure}; attempt {attempts_made + 1} of {MAX_ATTEMPTS} follows."
    return AfterAttempt(delivered=False, next_attempt_at=due, disable_endpoint=False, why=why)


def asked_wait(retry_after: str | None, now: datetime) -> timedelta:
    """Read Retry-After (seconds or an HTTP date), cut to 24 h; what cannot be read asks nothing."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        # Cut before it becomes a timedelta, which a long number would overflow.
        return timedelta(seconds=min(int(text[:9]), RETRY_AFTER_CAP.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), RETRY_AFTER_CAP)
