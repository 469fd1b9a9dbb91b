# SPDX-License-Identifier: Apache-2.0
"""Looking from this machine's vantages for one round: open probes, canaries, and controls on demand.

Never here: what is due (probing.py), or what a measurement means (app/services).
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from app.domain.blocking.controls import addresses_to_try
from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import Egress, VantageHealth
from app.errors import WrongSettings
from app.services import monitoring
from app.services.knowledge import Knowledge
from app.services.monitoring import VantagePlan, WatchPolicy
from app.services.recording import ControlSeen, Seen
from app.storage.bodies import BodyStore
from workers.jobs.context import JobContext
from workers.probe import ProbeSession, Tunnel, measure

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeContext:
    """What the measuring loops need beside the common context."""

    job: JobContext
    bodies: BodyStore
    # How to look from a vantage. The demonstration hands in its own small internet.
    open_session: Callable[[VantagePlan], ProbeSession]
    watch: WatchPolicy = field(default_factory=WatchPolicy)
    knowledge: Knowledge = field(default_factory=Knowledge)
    batch: int = 200
    # How long a good measurement is kept, and what came with it.
    keep_ok: timedelta = timedelta(days=90)
    # False where no packet may leave this machine for any site; agents' measurements are judged still.
    may_probe: bool = True


def local_sessions(
    *,
    resolver: str | None,
    independent_resolver: str | None,
    doh_url: str | None = None,
    concurrency: int,
    starts_per_second: float | None = None,
) -> Callable[[VantagePlan], ProbeSession]:
    """Return the way to look from vantages of this machine: straight out, or through their proxy.

    What a vantage names itself goes before what is said here for all of them.
    """

    def open_session(vantage: VantagePlan) -> ProbeSession:
        own = vantage.parameters.get("resolver")
        if proxy := vantage.parameters.get("proxy"):
            return ProbeSession(
                resolvers=(own,) if own else (),
                tunnel=Tunnel(proxy),
                concurrency=concurrency,
                starts_per_second=starts_per_second,
            )
        asked = own or resolver
        return ProbeSession(
            resolvers=(asked,) if asked else (),
            independent_resolver=(
                vantage.parameters.get("independent_resolver") or independent_resolver
            ),
            doh_url=vantage.parameters.get("doh_url") or doh_url,
            concurrency=concurrency,
            starts_per_second=starts_per_second,
        )

    return open_session


def needs_canaries(vantage: VantagePlan, context: ProbeContext) -> bool:
    """Whether it is time to ask this vantage's canaries again."""
    at = vantage.health_at
    return at is None or context.job.now() - at >= context.watch.health_interval


class Look:
    """The vantages of this machine, opened and examined. Use it as a context."""

    def __init__(
        self,
        context: ProbeContext,
        vantages: Iterable[VantagePlan],
        canaries: Sequence[str],
    ) -> None:
        """Take any vantages; those of agents are left out, for they look by themselves."""
        self._context = context
        self._vantages = [one for one in vantages if one.egress in (Egress.LOCAL, Egress.PROXY)]
        self._canaries = canaries
        self._stack = AsyncExitStack()
        self._probes: dict[uuid.UUID, ProbeSession] = {}
        self._health: dict[uuid.UUID, VantageHealth] = {}

    async def __aenter__(self) -> Self:
        for vantage in self._vantages:
            session = self._open(vantage)
            if session is not None:
                self._probes[vantage.id] = await self._stack.enter_async_context(session)
        await asyncio.gather(*(self._examine(vantage) for vantage in self._vantages))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def _open(self, vantage: VantagePlan) -> ProbeSession | None:
        """Open a vantage's session; None where this machine has no way to look from it now."""
        try:
            return self._context.open_session(vantage)
        except WrongSettings as error:
            log.warning("vantage_not_opened", vantage=vantage.code, why=error.detail)
            return None

    def is_healthy(self, vantage: VantagePlan) -> bool:
        """Whether its canaries answered, just now or a moment ago."""
        return self._health.get(vantage.id) is VantageHealth.HEALTHY

    async def measure(
        self, vantage: VantagePlan, url: str, extra: tuple[str, ...] = ()
    ) -> Measurement:
        """Measure one URL from one of the opened vantages."""
        return await measure(
            url,
            session=self._probes[vantage.id],
            vantage=vantage.code,
            started_at=self._context.job.now(),
            uid=str(uuid.uuid4()),
            extra_addresses=extra,
        )

    async def controls_for(
        self, seen: Seen, controls: Iterable[VantagePlan]
    ) -> tuple[ControlSeen, ...]:
        """Ask every opened control for the same URL, at the addresses seen in the field as well."""
        extra = addresses_to_try(seen.measurement)
        asked = [one for one in controls if one.id in self._probes]
        found = await asyncio.gather(*(self.measure(one, seen.url, extra) for one in asked))
        return tuple(
            ControlSeen(
                vantage=control,
                measurement=one,
                measured_at=one.started_at,
                healthy=self.is_healthy(control),
            )
            for control, one in zip(asked, found, strict=True)
        )

    async def _examine(self, vantage: VantagePlan) -> None:
        """Ask the canaries whether this vantage is online, unless that was done just now."""
        if vantage.id in self._probes and not needs_canaries(vantage, self._context):
            self._health[vantage.id] = vantage.health
            return
        if vantage.id not in self._probes:
            # No resolver, no tunnel: a vantage that cannot ask anybody is offline.
            self._health[vantage.id] = await asyncio.to_thread(
                self._record_health, vantage, 0, max(1, len(self._canaries))
            )
            return
        seen = await asyncio.gather(*(self.measure(vantage, url) for url in self._canaries))
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
