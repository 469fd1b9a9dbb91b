# SPDX-License-Identifier: Apache-2.0
"""Keep the history right: fold late data in, count hours and days, and once an hour tidy up.

Everything happens in small transactions, so that measuring never waits long; killed anywhere, what
was not done is still marked and is done by whoever comes next.
"""

import time
from datetime import datetime, timedelta

import structlog

from app.services import counting, refolding, relinking
from app.storage import history, ledger, rollups
from workers.jobs.looking import ProbeContext

log = structlog.get_logger()

ROUND_SECONDS = 5.0
"""After this time a round takes nothing new, so that the loop comes round and is seen to live."""

TIDY_EVERY = timedelta(hours=1)
KEEP_CHECKPOINTS = timedelta(days=45)
"""Longer than an agent keeps its spool; older ones are thinned to one a month."""

_TIDIED = "history.tidied"


def keep_right(context: ProbeContext) -> None:
    """Drain what late data and finished hours have left to do, as far as the round's time goes."""
    started = time.monotonic()
    while time.monotonic() - started < ROUND_SECONDS and (
        _refold(context) or _count(context) or _keep_checkpoints(context)
    ):
        pass
    _tidy(context)


def _refold(context: ProbeContext) -> bool:
    job = context.job
    with job.sessions.writing() as session:
        folded = refolding.refold_late(
            session, now=job.now(), policy=context.watch, alerts=job.alerts
        )
    if folded:
        log.info("history_folded_again", pairs=folded)
    return bool(folded)


def _count(context: ProbeContext) -> bool:
    job = context.job
    with job.sessions.writing() as session:
        hour = counting.count_hour(session, now=job.now(), interval=context.watch.state.interval)
    return hour is not None


def _keep_checkpoints(context: ProbeContext) -> bool:
    with context.job.sessions.writing() as session:
        return refolding.keep_checkpoints(session, now=context.job.now()) > 0


def _tidy(context: ProbeContext) -> None:
    job = context.job
    now = job.now()
    with job.sessions.writing() as session:
        if not _is_due(session.get(ledger.Note, _TIDIED), now):
            return
        session.merge(ledger.Note(name=_TIDIED, value={"at": now.isoformat()}))
        history.thin_checkpoints(session, before=now - KEEP_CHECKPOINTS)
        rollups.forget_hours(session, before=now - counting.KEEP_HOURS)
    with job.sessions.writing() as session:
        if relinking.relink_stale(session, now=now):
            ledger.bump(session, "public", "staff")


def _is_due(note: ledger.Note | None, now: datetime) -> bool:
    return note is None or now - datetime.fromisoformat(note.value["at"]) >= TIDY_EVERY
