# SPDX-License-Identifier: Apache-2.0
"""The clock of a few fixed loops; the only file that knows APScheduler.

All due times and leases live in our tables, so APScheduler keeps its jobs in memory and holds
nothing worth keeping: a second scheduler is harmless, and a restart forgets nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.storage import jobs
from workers.jobs import (
    delivering,
    evidence,
    history,
    housekeeping,
    judging,
    probing,
    reading,
    sealing,
)
from workers.jobs.looking import ProbeContext

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One loop: what it does when it comes round, and how often."""

    name: str
    run: Callable[[], None]
    every_seconds: float


def loops(context: ProbeContext, *, tick_seconds: float, seal_seconds: float = 30.0) -> list[Loop]:
    """List every loop of a worker."""
    job = context.job
    table = [
        Loop(
            name="alerts", run=lambda: delivering.fire_due_alerts(job), every_seconds=tick_seconds
        ),
        Loop(
            name="deliveries", run=lambda: delivering.deliver_due(job), every_seconds=tick_seconds
        ),
        Loop(
            name="judging", run=lambda: judging.judge_waiting(context), every_seconds=tick_seconds
        ),
        Loop(name="history", run=lambda: history.keep_right(context), every_seconds=10),
        Loop(name="sources", run=lambda: reading.read_due_sources(job), every_seconds=30),
        Loop(name="housekeeping", run=lambda: housekeeping.tidy(context), every_seconds=30),
        Loop(name="ledger", run=lambda: sealing.seal(context.job), every_seconds=seal_seconds),
    ]
    if (store := job.evidence) is not None:
        table.append(
            Loop(
                name="evidence",
                run=lambda: evidence.look_after(job, store),
                every_seconds=tick_seconds,
            )
        )
    if context.may_probe:
        measuring = Loop(
            name="measuring", run=lambda: probing.measure_due(context), every_seconds=tick_seconds
        )
        table.insert(0, measuring)
    return table


def _guarded(loop: Loop, context: ProbeContext) -> Callable[[], None]:
    def come_round() -> None:
        try:
            loop.run()
            with context.job.sessions.writing() as session:
                jobs.beat(session, loop.name, at=context.job.now())
        except Exception:  # the outermost edge of a loop: say it, and come round again
            log.exception("loop_failed", loop=loop.name)

    return come_round


@contextmanager
def running(
    context: ProbeContext, table: list[Loop], *, measuring_after_seconds: float = 0.0
) -> Iterator[None]:
    """Run the loops in threads of this process; at the end, wait for those that are busy."""
    now = context.job.now()
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(table) + 1)},
        # A late loop runs once, now; the default would drop it as missed after a second.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for loop in table:
        wait = measuring_after_seconds if loop.name == "measuring" else 0.0
        scheduler.add_job(
            _guarded(loop, context),
            "interval",
            seconds=loop.every_seconds,
            id=loop.name,
            next_run_time=now + timedelta(seconds=wait),
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
