# SPDX-License-Identifier: Apache-2.0
"""The measuring half of an agent: canaries first, then the sites that are due, each kept on disk.

A vantage without a network accuses nobody: while its canaries do not answer nothing else is looked
at, and a look that failed is kept only beside canaries asked since it began. Time is asked of the
clock it was given, and every step returns, so that tests can live through a day in seconds.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.agents.protocol import Assignments, CanaryCount, Item, Urgent
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import VerdictState
from app.errors import QalamError
from workers.agent import packing
from workers.agent.canaries import Canaries
from workers.agent.limits import Limits, Rate
from workers.agent.looking import Looker
from workers.agent.machine import Clock
from workers.agent.schedule import Schedule
from workers.agent.spool import Spool
from workers.agent.urgent import Ask, UrgentWork
from workers.agent.voice import Voice


@dataclass(slots=True, kw_only=True)
class Counts:
    """What happened since the start, for the person before the screen."""

    looked: int = 0
    came: int = 0

    def __str__(self) -> str:
        return f"{self.looked} looks taken: {self.came} came, {self.looked - self.came} did not"


@dataclass(slots=True, kw_only=True)
class Vantage:
    """What is looked at, and what is under way."""

    looker: Looker
    canaries: Canaries
    urgent: UrgentWork
    spool: Spool
    clock: Clock
    boot: UUID
    voice: Voice
    limits: Limits
    on_news: Callable[[], None]  # called when something waits that should not wait long
    counts: Counts = field(default_factory=Counts)
    schedule: Schedule = field(default_factory=Schedule)
    _assigned: Assignments | None = None
    _looks: set[asyncio.Task[None]] = field(default_factory=set)
    _endings: set[asyncio.Task[None]] = field(default_factory=set)
    _is_stopping: bool = False
    _anchor: float = field(init=False)
    _rate: Rate = field(init=False)

    def __post_init__(self) -> None:
        # The grid runs on a clock that never jumps, set once by the one that may.
        self._anchor = self.clock.now().timestamp() - self.clock.steady_s()
        self._rate = Rate(self.limits.looks_a_minute)

    @property
    def at(self) -> float:
        """Now, in Unix time that does not jump."""
        return self._anchor + self.clock.steady_s()

    def now(self) -> datetime:
        """Now, by the same clock."""
        return datetime.fromtimestamp(self.at, UTC)

    def assign(self, assigned: Assignments | None) -> None:
        """Work from these assignments from now on; from none, rest."""
        self._assigned = assigned
        self.schedule.rechecks_s = () if assigned is None else assigned.rechecks_s
        self.schedule.assign(() if assigned is None else assigned.items, self.at)

    def step(self) -> None:
        """Begin what is due now: the canaries, or else the sites."""
        assigned = self._assigned
        if assigned is None or self._is_stopping or self.canaries.asking is not None:
            return
        if self.canaries.age_s() >= assigned.health_interval_s:
            self.canaries.ask(assigned)
        elif self.canaries.is_online:
            for asked in self.schedule.due(self.at):
                if not self._rate.allows(self.at):
                    return
                self._begin(Ask(site=asked.site, url=asked.url))

    def take(self, tasks: Iterable[Urgent], *, server_time: datetime) -> None:
        """Begin urgent work, as far as it is ours."""
        if self._is_stopping or self._assigned is None or not self.canaries.is_online:
            return
        chosen, refused = self.urgent.choose(
            tasks, schedule=self.schedule, server_time=server_time, at=self.at
        )
        for ask in chosen:
            self._begin(ask)
        for why in refused:
            self.voice.detail(f"urgent work left undone: {why}")

    async def look_at_everything(self) -> bool:
        """Ask the canaries, then look at every site once; return whether that was possible."""
        if self._assigned is None:
            return False
        await asyncio.wait([self.canaries.ask(self._assigned)])
        if not self.canaries.is_online:
            return not self._assigned.items
        for asked in self._assigned.items:
            self._begin(Ask(site=asked.site, url=asked.url))
        await self.settled()
        return True

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while running := self._running():
            await asyncio.wait(running)

    async def stop(self) -> None:
        """Begin nothing more, give up looks under way, and keep what was seen."""
        self._is_stopping = True
        asking = self.canaries.asking
        for task in (*self._looks, *((asking,) if asking else ())):
            task.cancel()
        await self.settled()
        await self.looker.aclose()

    def _running(self) -> set[asyncio.Task[None]]:
        asking = self.canaries.asking
        return self._looks | self._endings | ({asking} if asking else set())

    def _begin(self, ask: Ask) -> None:
        if ask.control_of is None:
            self.schedule.begin(ask.site, self.at)
        self._spawn(ask, self._look(ask), self._looks)

    def _spawn(
        self, ask: Ask, work: Coroutine[Any, Any, None], running: set[asyncio.Task[None]]
    ) -> None:
        task = asyncio.create_task(self._guarded(ask, work))
        running.add(task)
        task.add_done_callback(running.discard)

    async def _guarded(self, ask: Ask, work: Coroutine[Any, Any, None]) -> None:
        """One site's trouble is not another's."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  It is told, and the site has its turn again.
            # What it says may hold the address of a site.
            self.voice.say(f"A look was lost to an error in Qalam ({type(error).__name__}).")
            self.voice.detail(f"{ask.url}: {error}")
            self._finish(ask, failed=False)

    async def _look(self, ask: Ask) -> None:
        wall, steady_s = self.clock.now(), self.clock.steady_s()
        try:
            seen = await self.looker.look(
                ask.url, started_at=wall, extra_addresses=ask.extra_addresses
            )
        except QalamError as error:
            self.voice.detail(f"not looked at {ask.url}: {error.detail}")
            self._finish(ask, failed=False)
            return
        # Waiting for the host's turn is not part of the look.
        began_s = steady_s + (seen.started_at - wall) / timedelta(seconds=1)
        self._spawn(ask, self._keep(ask, seen, began_s), self._endings)

    async def _keep(self, ask: Ask, seen: Measurement, began_s: float) -> None:
        """Keep what was seen; nothing cancels this."""
        alone = judge(seen, (), (), None)
        is_ok = alone.state is VerdictState.OK and not alone.interference
        failed = alone.state not in (VerdictState.OK, VerdictState.SERVER_SIDE)
        vouched = self.canaries.count
        if failed:
            since_s = began_s - self.limits.canaries_fresh_s
            if self._assigned is not None and not self._is_stopping:
                await self.canaries.ensure_asked(self._assigned, since_s=since_s)
            # A machine that goes down may lose its network first: no older count vouches for it.
            vouched = self.canaries.vouching(since_s=since_s)
        item = Item(
            site=ask.site,
            measurement=packing.bare(seen),
            canaries=vouched or CanaryCount(reached=0, asked=0),
            boot=self.boot,
            monotonic_ms=began_s * 1000,
            control_of=ask.control_of,
        )
        # That a genuine page came needs no more evidence than its hash.
        bodies = {} if is_ok and ask.control_of is None else packing.evidence(seen)
        await asyncio.to_thread(
            self.spool.add,
            uid=seen.uid,
            at=datetime.fromtimestamp(self._anchor + began_s, UTC),
            site=ask.site,
            content=packing.encoded(item),
            bodies=bodies,
            is_ok=is_ok,
        )
        self.counts.looked += 1
        self.counts.came += not failed
        self.voice.detail(f"{alone.state.value}: {ask.url} ({alone.rule})")
        self._finish(ask, failed=failed and self.canaries.is_online)
        if failed or ask.control_of is not None:
            self.on_news()

    def _finish(self, ask: Ask, *, failed: bool) -> None:
        if ask.control_of is None:
            self.schedule.finish(ask.site, self.at, failed=failed)
