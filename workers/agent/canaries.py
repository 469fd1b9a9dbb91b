# SPDX-License-Identifier: Apache-2.0
"""Whether this machine is online at all, as steady sites tell; asked by one at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.agents.protocol import Assignments, CanaryCount
from workers.agent.looking import Looker, Way
from workers.agent.machine import Clock
from workers.agent.voice import Voice


@dataclass(slots=True, kw_only=True)
class Canaries:
    """The count when they were last asked, and the asking that is under way."""

    looker: Looker
    clock: Clock
    voice: Voice
    on_count: Callable[[], None]
    count: CanaryCount | None = None
    _asked_at_s: float = float("-inf")
    _counted_at_s: float = float("-inf")
    _asking: asyncio.Task[None] | None = None

    @property
    def is_online(self) -> bool:
        """Whether enough of them answered when they were last asked."""
        return self.count is not None and self.count.suffices

    @property
    def asking(self) -> asyncio.Task[None] | None:
        """The asking that is under way, if one is."""
        return None if self._asking is None or self._asking.done() else self._asking

    def age_s(self) -> float:
        """How long ago they were asked last."""
        return self.clock.steady_s() - self._asked_at_s

    def vouching(self, *, since_s: float) -> CanaryCount | None:
        """Return the count, or None where it is older than this moment and speaks of another time."""
        return self.count if self._counted_at_s >= since_s else None

    def ask(self, assigned: Assignments) -> asyncio.Task[None]:
        """Ask them, or join whoever is asking already."""
        if self.asking is None:
            self._asked_at_s = self.clock.steady_s()
            self._asking = asyncio.create_task(self._ask(assigned))
        assert self._asking is not None
        return self._asking

    async def ensure_asked(self, assigned: Assignments, *, since_s: float) -> None:
        """Return when they were asked after this moment; an asking that is under way will do."""
        if self.asking is None and self._asked_at_s >= since_s:
            return
        await asyncio.wait([self.ask(assigned)])

    async def _ask(self, assigned: Assignments) -> None:
        way = Way(independent_resolver=assigned.independent_resolver, doh_url=assigned.doh_url)
        trouble = await self.looker.reopen(way)
        if trouble is None:
            count = await self.looker.ask_canaries(assigned.canaries, now=self.clock.now())
        else:
            count = CanaryCount(reached=0, asked=len(assigned.canaries))
        before, self.count = self.count, count
        self._counted_at_s = self.clock.steady_s()
        if before is None or before.suffices != count.suffices:
            self.voice.say(_in_words(count, trouble))
        self.on_count()


def _in_words(count: CanaryCount, trouble: str | None) -> str:
    if count.asked == 0:
        return (
            "The collector names no steady sites, by which this machine could tell that it is "
            "online: nothing is measured until it does."
        )
    said = trouble or f"{count.reached} of {count.asked} steady sites answer."
    if count.suffices:
        return f"{said} This machine is online."
    return f"{said} This machine seems to be offline, and measures nothing until they do."
