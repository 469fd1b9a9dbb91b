# SPDX-License-Identifier: Apache-2.0
"""What must happen now and then: silence becomes `stale`; what was kept long enough goes.

Forgetting is done in small transactions and for a short while only, so that measuring never waits.
"""

import time
from datetime import timedelta

import structlog

from app.services import agents, deadlines, rekeying, retention, standing, upkeep
from app.storage import access, desk_sessions
from workers.jobs.looking import ProbeContext

KEEP_IDEMPOTENCY = timedelta(hours=48)
LONGEST_IDLE = timedelta(hours=24)
"""No setting lets a login at the desk hold unused for longer; most end sooner, at their next request."""

FORGETTING_SECONDS = 2.0
"""After this time a round forgets no more; the next goes on where it stopped."""

log = structlog.get_logger()


def tidy(context: ProbeContext) -> None:
    """Let silent states become stale, remind of deadlines, forget answers no caller asks for again.

    Each by itself: together they would hold the counters while they wait for states and vantages,
    and whoever records holds those while it waits for the counters.
    """
    now, sessions = context.job.now(), context.job.sessions
    with sessions.writing() as session:
        standing.let_stale(session, now=now, policy=context.watch)
    with sessions.writing() as session:
        upkeep.note(session, now=now)
    with sessions.writing() as session:
        agents.notice_silence(session, now=now, policy=context.job.alerts)
    with sessions.writing() as session:
        deadlines.remind(session, now=now, notice=context.job.alerts.deadline_notice)
    with sessions.writing() as session:
        access.forget_idempotency(session, before=now - KEEP_IDEMPOTENCY)
        desk_sessions.forget_sessions(session, now=now, idle_since=now - LONGEST_IDLE)
    _rekey(context)
    _forget(context)


REKEYING_SECONDS = 2.0
"""After this time a round looks at no more of an older record; the next goes on where it stopped."""


def _rekey(context: ProbeContext) -> None:
    until, more = time.monotonic() + REKEYING_SECONDS, True
    while more and time.monotonic() < until:
        with context.job.sessions.writing() as session:
            more = rekeying.rekey_some(session, now=context.job.now())


def _forget(context: ProbeContext) -> None:
    until = time.monotonic() + FORGETTING_SECONDS
    measurements, more = 0, True
    while more and time.monotonic() < until:
        with context.job.sessions.writing() as session:
            deleted, more = retention.forget_measurements(
                session, now=context.job.now(), keep_ok=context.keep_ok
            )
        measurements += deleted
    bodies, more = 0, True
    while more and time.monotonic() < until:
        with context.job.sessions.writing() as session:
            removed, more = retention.forget_bodies(session, context.bodies, now=context.job.now())
        bodies += removed
    if measurements or bodies:
        log.info("forgotten", measurements=measurements, bodies=bodies)
