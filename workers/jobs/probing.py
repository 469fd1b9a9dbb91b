# SPDX-License-Identifier: Apache-2.0
"""Measure every site that is due, and record what was seen.

Read in one transaction, measure with none open, record site by site in others. A vantage whose
canaries do not answer is not asked about any other site: it would accuse the innocent.
"""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
import uvloop

from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import VantageHealth, VerdictState
from app.errors import WrongSettings
from app.services import monitoring, recording
from app.services.monitoring import Round, VantagePlan, WatchPolicy
from app.services.recording import ControlSeen, Seen
from app.storage.bodies import BodyStore
from app.storage.sites import DueTarget
from workers.jobs.context import JobContext
from workers.probe import ProbeSession, Tunnel, measure

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeContext:
    """What the measuring loop needs beside the common context."""

    job: JobContext
    bodies: BodyStore
    # How to look from a vantage. The demonstration hands in its own small internet.
    open_session: Callable[[VantagePlan], ProbeSession]
    watch: WatchPolicy = field(default_factory=WatchPolicy)
    batch: int = 200


def measure_due(context: ProbeContext) -> None:
    """Measure what is due now; harmless beside other workers, for every row is leased."""
    job = context.job
    with job.sessions.writing() as session:
        monitoring.enlist_new_pairs(session, now=job.now(), policy=context.watch)
    with job.sessions.writing() as session:
        plan = monitoring.begin_round(
            session, worker=job.worker, now=job.now(), limit=context.batch
        )
    if plan.targets or _health_is_due(plan, context):
        uvloop.run(_Rounds(context, plan).run())


def _health_is_due(plan: Round, context: ProbeContext) -> bool:
    return bool(plan.canaries) and any(
        _needs_canaries(vantage, context) for vantage in plan.vantages.values()
    )


def _needs_canaries(vantage: VantagePlan, context: ProbeContext) -> bool:
    at = vantage.health_at
    return at is None or context.job.now() - at >= context.watch.health_interval


def local_sessions(
    *, resolver: str | None, independent_resolver: str | None, concurrency: int
) -> Callable[[VantagePlan], ProbeSession]:
    """Return the way to look from vantages of this machine: straight out, or through their proxy."""

    def open_session(vantage: VantagePlan) -> ProbeSession:
        own = vantage.parameters.get("resolver")
        if proxy := vantage.parameters.get("proxy"):
            return ProbeSession(
                resolvers=(own,) if own else (), tunnel=Tunnel(proxy), concurrency=concurrency
            )
        asked = own or resolver
        return ProbeSession(
            resolvers=(asked,) if asked else (),
            independent_resolver=independent_resolver,
            concurrency=concurrency,
        )

    return open_session


class _Rounds:
    """One round, measured: canaries first, then every due site, each with its controls if needed."""

    def __init__(self, context: ProbeContext, plan: Round) -> None:
        self._context = context
        self._plan = plan
        self._probes: dict[uuid.UUID, ProbeSession] = {}
        self._health: dict[uuid.UUID, VantageHealth] = {}

    async def run(self) -> None:
        plan = self._plan
        vantages = [*plan.vantages.values(), *plan.controls]
        async with AsyncExitStack() as stack:
            for vantage in vantages:
                session = self._open(vantage)
                if session is not None:
                    self._probes[vantage.id] = await stack.enter_async_context(session)
            await asyncio.gather(*(self._examine(vantage) for vantage in vantages))
            await asyncio.gather(*(self._watch(target) for target in plan.targets))

    def _open(self, vantage: VantagePlan) -> ProbeSession | None:
        """Open a vantage's session; None where this machine has no way to look from it now."""
        try:
            return self._context.open_session(vantage)
        except WrongSettings as error:
            log.warning("vantage_not_opened", vantage=vantage.code, why=error.detail)
            return None

    async def _measure(
        self, vantage: VantagePlan, url: str, extra: tuple[str, ...] = ()
    ) -> Measurement:
        return await measure(
            url,
            session=self._probes[vantage.id],
            vantage=vantage.code,
            started_at=self._context.job.now(),
            uid=str(uuid.uuid4()),
            extra_addresses=extra,
        )

    async def _examine(self, vantage: VantagePlan) -> None:
        """Ask the canaries whether this vantage is online, unless that was done just now."""
        if vantage.id in self._probes and not _needs_canaries(vantage, self._context):
            self._health[vantage.id] = vantage.health
            return
        if vantage.id not in self._probes:
            # No resolver, no tunnel: a vantage that cannot ask anybody is offline.
            self._health[vantage.id] = await asyncio.to_thread(
                self._record_health, vantage, 0, max(1, len(self._plan.canaries))
            )
            return
        canaries = [url for _, url in self._plan.canaries]
        seen = await asyncio.gather(*(self._measure(vantage, url) for url in canaries))
        reached = sum(monitoring.canary_reached(measurement) for measurement in seen)
        self._health[vantage.id] = await asyncio.to_thread(
            self._record_health, vantage, reached, len(seen)
        )

    def _record_health(self, vantage: VantagePlan, reached: int, asked: int) -> VantageHealth:
        job = self._context.job
        with job.sessions.writing() as session:
            health = monitoring.record_health(
                session,
                vantage.id,
                reached=reached,
                asked=asked,
                now=job.now(),
                alerts=job.alerts,
            )
        if health is not vantage.health:
            log.info("vantage_examined", vantage=vantage.code, health=health.value)
        return health

    def _is_healthy(self, vantage: VantagePlan) -> bool:
        return self._health[vantage.id] is VantageHealth.HEALTHY

    async def _watch(self, target: DueTarget) -> None:
        vantage = self._plan.vantages[target.vantage_id]
        try:
            if not self._is_healthy(vantage):
                await asyncio.to_thread(self._postpone, target)
                return
            measurement = await self._measure(vantage, target.url)
            seen = Seen(
                target=target, vantage=vantage, vantage_healthy=True, measurement=measurement
            )
            if recording.judge_seen(seen, FingerprintSet(())).state is not VerdictState.OK:
                seen = await self._with_controls(seen)
            await asyncio.to_thread(self._record, seen)
        except Exception:  # One site's trouble is not another's; its lease runs out.
            log.exception("site_not_measured", site=str(target.site_id))

    async def _with_controls(self, seen: Seen) -> Seen:
        """Ask every control now for the same URL, at the addresses seen in the field as well."""
        extra = tuple(
            dict.fromkeys(
                answer.address
                for lookup in seen.measurement.lookups
                for answer in lookup.answers
                if not answer.is_bogon
            )
        )
        asked = [one for one in self._plan.controls if one.id in self._probes]
        found = await asyncio.gather(
            *(self._measure(control, seen.target.url, extra) for control in asked)
        )
        controls = tuple(
            ControlSeen(vantage=control, measurement=one, healthy=self._is_healthy(control))
            for control, one in zip(asked, found, strict=True)
        )
        return Seen(
            target=seen.target,
            vantage=seen.vantage,
            vantage_healthy=seen.vantage_healthy,
            measurement=seen.measurement,
            controls=controls,
        )

    def _postpone(self, target: DueTarget) -> None:
        job = self._context.job
        later = job.now() + max(self._context.watch.health_interval, timedelta(seconds=1))
        with job.sessions.writing() as session:
            monitoring.postpone(session, (target,), until=later)

    def _record(self, seen: Seen) -> None:
        context, job = self._context, self._context.job
        verdict = recording.judge_seen(seen, self._plan.fingerprints)
        if verdict.state is not VerdictState.OK:
            self._keep_bodies(seen)
        with job.sessions.writing() as session:
            condition = recording.record_seen(
                session, seen, verdict, now=job.now(), policy=context.watch, alerts=job.alerts
            )
        log.info(
            "site_measured",
            site=str(seen.target.site_id),
            vantage=seen.vantage.code,
            verdict=verdict.state.value,
            rule=verdict.rule,
            condition=condition.value,
        )

    def _keep_bodies(self, seen: Seen) -> None:
        for measurement in (seen.measurement, *(one.measurement for one in seen.controls)):
            for exchange in measurement.exchanges:
                if exchange.body:
                    self._context.bodies.put(exchange.body)
