# SPDX-License-Identifier: Apache-2.0
"""What must happen now and then: silence becomes `stale`, old idempotency records go."""

from datetime import timedelta

from app.services import agents, standing, upkeep
from app.storage import access
from workers.jobs.looking import ProbeContext

KEEP_IDEMPOTENCY = timedelta(hours=48)


def tidy(context: ProbeContext) -> None:
    """Let silent states become stale, and forget answers no caller will ask for again."""
    now = context.job.now()
    with context.job.sessions.writing() as session:
        standing.let_stale(session, now=now, policy=context.watch)
        upkeep.note(session, now=now)
        agents.notice_silence(session, now=now, policy=context.job.alerts)
        access.forget_idempotency(session, before=now - KEEP_IDEMPOTENCY)
