# SPDX-License-Identifier: Apache-2.0
"""Measure every site that is due, and record what was seen.

Read in one transaction, measure with none open, record site by site in others. A vantage whose
canaries do not answer is not asked about any other site: it would accuse the innocent.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
import uvloop

from app.services import judging, monitoring, recording
from app.services.knowledge import Known
from app.services.monitoring import Round
from app.services.recording import Seen
from app.storage.sites import DueTarget
from workers.jobs.looking import Look, ProbeContext, needs_canaries

log = structlog.get_logger()


def measure_due(context: ProbeContext) -> None:
    """Measure what is due now; harmless beside other workers, for every row is leased."""
    job = context.job
    with job.sessions.writing() as session:
        monitoring.enlist_new_pairs(session, now=job.now(), policy=context.watch)
    with job.sessions.writing() as session:
        plan = monitoring.begin_round(
            session,
            worker=job.worker,
            now=job.now(),
            limit=context.batch,
            known=context.knowledge.read(session),
        )
    if plan.targets or _health_is_due(plan, context):
        uvloop.run(_run(context, plan))


def _health_is_due(plan: Round, context: ProbeContext) -> bool:
    return bool(plan.canaries) and any(
        needs_canaries(vantage, context) for vantage in plan.looking_from
    )


async def _run(context: ProbeContext, plan: Round) -> None:
    """Examine the vantages, then measure every due site, each with its controls if needed."""
    async with Look(context, plan.looking_from, plan.canaries) as look:
        await asyncio.gather(*(_watch(context, plan, look, target) for target in plan.targets))


async def _watch(context: ProbeContext, plan: Round, look: Look, target: DueTarget) -> None:
    vantage = plan.vantages[target.vantage_id]
    try:
        if not look.is_healthy(vantage):
            await asyncio.to_thread(_postpone, context, target)
            return
        measurement = await look.measure(vantage, target.url)
        seen = Seen(
            site_id=target.site_id,
            url=target.url,
            vantage=vantage,
            vantage_healthy=True,
            measurement=measurement,
            measured_at=measurement.started_at,
        )
        asks = judging.needs_controls(seen)
        if asks:
            seen = replace(seen, controls=await look.controls_for(seen, plan.controls))
        await asyncio.to_thread(_record, context, plan, seen, asks_agents=asks)
    except Exception:  # One site's trouble is not another's; its lease runs out.
        log.exception("site_not_measured", site=str(target.site_id))


def _postpone(context: ProbeContext, target: DueTarget) -> None:
    job = context.job
    later = job.now() + max(context.watch.health_interval, timedelta(seconds=1))
    with job.sessions.writing() as session:
        monitoring.postpone(session, (target,), until=later)


def _record(context: ProbeContext, plan: Round, seen: Seen, *, asks_agents: bool) -> None:
    if asks_agents:
        keep_bodies(context, seen)
        with context.job.sessions.writing() as session:
            if judging.ask_agents(session, seen, now=context.job.now()):
                return  # Judged when they have answered, or when their time is over.
    conclude(context, seen, plan.known)


def conclude(context: ProbeContext, seen: Seen, known: Known) -> None:
    """Judge what was seen and record it, in one transaction."""
    job = context.job
    verdict = recording.judge_seen(seen, known)
    with job.sessions.writing() as session:
        recording.keep_seen(session, seen, now=job.now())
        condition = recording.conclude(
            session, seen, verdict, now=job.now(), policy=context.watch, alerts=job.alerts
        )
    log.info(
        "site_measured",
        site=str(seen.site_id),
        vantage=seen.vantage.code,
        verdict=verdict.state.value,
        rule=verdict.rule,
        condition=condition.value,
    )


def keep_bodies(context: ProbeContext, seen: Seen) -> None:
    """Keep what came as evidence, by its hash: bodies and certificates of the field and its controls."""
    for measurement in (seen.measurement, *(one.measurement for one in seen.controls)):
        for exchange in measurement.exchanges:
            if exchange.body:
                context.bodies.put(exchange.body)
        for handshake in measurement.handshakes:
            for certificate in handshake.chain:
                context.bodies.put(certificate)
