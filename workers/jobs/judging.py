# SPDX-License-Identifier: Apache-2.0
"""Judge what agents handed in: ask the controls where they are needed, and conclude.

Claimed in one transaction, controls measured with none open, concluded site by site in others.
"""

import asyncio
from dataclasses import replace

import structlog
import uvloop

from app.services import judging
from app.services.judging import Awaiting, Waiting
from app.services.recording import Seen
from workers.jobs.looking import Look, ProbeContext
from workers.jobs.probing import conclude, keep_bodies

log = structlog.get_logger()


def judge_waiting(context: ProbeContext) -> None:
    """Judge what waits; harmless beside other workers, for every row is leased."""
    job = context.job
    with job.sessions.writing() as session:
        waiting = judging.begin(
            session, context.bodies, context.knowledge, now=job.now(), limit=context.batch
        )
    asks = []
    for one in waiting.seen:
        if one.controls_asked or one.is_past or not _needs_controls(one.seen):
            _conclude(context, waiting, one.seen)
        else:
            asks.append(one)
    if asks:
        uvloop.run(_ask(context, waiting, asks))


def _needs_controls(seen: Seen) -> bool:
    try:
        return judging.needs_controls(seen)
    except Exception:  # as below
        log.exception("site_not_judged", site=str(seen.site_id))
        return True


async def _ask(context: ProbeContext, waiting: Waiting, asks: list[Awaiting]) -> None:
    own = waiting.controls if context.may_probe else ()
    async with Look(context, own, waiting.canaries) as look:
        await asyncio.gather(*(_ask_for(context, waiting, look, one.seen) for one in asks))


async def _ask_for(context: ProbeContext, waiting: Waiting, look: Look, seen: Seen) -> None:
    try:
        # One that was measured before this worker's forerunner died has said what it has to say.
        heard = {one.vantage.id for one in seen.controls}
        silent = [one for one in waiting.controls if one.id not in heard]
        asked = await look.controls_for(seen, silent)
        seen = replace(seen, controls=(*seen.controls, *asked))
        await asyncio.to_thread(_after_asking, context, waiting, seen)
    except Exception:  # One site's trouble is not another's; its lease runs out.
        log.exception("site_not_judged", site=str(seen.site_id))


def _after_asking(context: ProbeContext, waiting: Waiting, seen: Seen) -> None:
    keep_bodies(context, seen)
    with context.job.sessions.writing() as session:
        is_asked = judging.ask_agents(session, seen, now=context.job.now())
    if not is_asked:
        _conclude(context, waiting, seen)


def _conclude(context: ProbeContext, waiting: Waiting, seen: Seen) -> None:
    try:
        conclude(context, seen, waiting.known)
    except Exception:  # as above
        log.exception("site_not_judged", site=str(seen.site_id))
