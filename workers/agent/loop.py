# SPDX-License-Identifier: Apache-2.0
"""Everything together: ask the collector what to do, do it, hand in what was seen.

Three activities, none of which waits for another: measuring goes on without a collector, and
handing in goes on without a network to measure. Each is a step that returns; `run` repeats them.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from app.domain.agents.protocol import CLOCK_REMARKABLE, POLL_EVERY, Poll
from workers.agent import assignments
from workers.agent.assignments import Snapshot
from workers.agent.canaries import Canaries
from workers.agent.handing import Handing
from workers.agent.identity import Identity
from workers.agent.limits import Limits
from workers.agent.machine import Clock, Home
from workers.agent.spool import Spool
from workers.agent.uplink import Away, KeyRefused, Revoked, Uplink, UplinkError
from workers.agent.vantage import Vantage
from workers.agent.voice import Voice

REVOKED = "revoked"
"""The note under which the spool keeps which agent was revoked: it never calls again."""

T = TypeVar("T")

_HANDING_STEP_S = 15.0
_BACKFILL_STEP_S = 0.5
_SUMMARY_EVERY_S = 600.0
_REFRESH_AFTER = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent at work. Its parts are given; `assembly` puts them together."""

    identity: Identity
    home: Home
    spool: Spool
    uplink: Uplink
    vantage: Vantage
    canaries: Canaries
    handing: Handing
    clock: Clock
    voice: Voice
    limits: Limits
    drawn: Callable[[], float]
    look_around_s: float = 1.0  # how often it is seen whether something is due
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_revoked: bool = False
    _snapshot: Snapshot | None = None
    _is_resting: bool = False
    _told_canaries: object = None

    def begin(self) -> None:
        """Take up the work where the last run left it."""
        self.spool.expire(self.vantage.now())
        self._adopt(assignments.load(self.home.assignments))

    async def poll(self) -> None:
        """Ask what is urgent and whether the assignments changed."""
        if self.handing.is_locked_out():
            return
        try:
            poll, rtt = await self.uplink.poll(now=self.clock.now())
            await self._note_contact(poll, rtt)
            self.handing.hurry()
            await self._refresh(poll.assignments)
            self.vantage.take(poll.urgent, server_time=poll.server_time)
        except Revoked as error:
            self._end(error)
        except KeyRefused as error:
            self.handing.lock_out(error)
        except UplinkError as error:
            self.voice.detail(f"not polled: {error.detail}")

    def measure(self) -> None:
        """Begin what is due, unless the assignments are too old to work from."""
        if self._snapshot is not None and not self._snapshot.is_valid(self.clock.now()):
            if not self._is_resting:
                self._is_resting = True
                self.vantage.assign(None)
                self.canaries.count = None
                self.voice.say(
                    "The collector has not been heard for a week: measuring stops until it is. "
                    "Everything is kept."
                )
            return
        self.vantage.step()

    async def hand_in(self) -> bool:
        """Hand in one batch if there is anything to tell; return whether more is waiting."""
        waiting = await asyncio.to_thread(self.spool.depth)
        has_told = self._told_canaries is self.canaries.count
        if not self.handing.is_due() or (waiting == 0 and has_told):
            return False
        count = self.canaries.count
        try:
            taken = await self.handing.step(count)
        except Revoked as error:
            self._end(error)
            return False
        if taken:
            self._told_canaries = count
        return taken and await asyncio.to_thread(self.spool.depth) > 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until asked to stop, or until the collector's people revoke this agent."""
        self.begin()
        working = [
            asyncio.create_task(work)
            for work in (self._polling(), self._measuring(), self._handing(), self._summing_up())
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((*working, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*working, stopping):
                task.cancel()
            ended = await asyncio.gather(*working, stopping, return_exceptions=True)
            await self.vantage.stop()
        for one in ended:
            if isinstance(one, Exception):
                raise one

    async def run_once(self) -> bool:
        """Ask, look at everything once, hand in; return whether all was looked at and handed in."""
        self.begin()
        await self.poll()
        has_looked = False
        if not self.is_revoked and self._snapshot is not None:
            has_looked = await self.vantage.look_at_everything()
            while await self.hand_in():
                pass
        await self.vantage.stop()
        return has_looked and not self.is_revoked and self.spool.depth() == 0

    async def _polling(self) -> None:
        every_s = POLL_EVERY / timedelta(seconds=1)
        while not self.is_revoked:
            await self._steadily(self.poll())
            await asyncio.sleep(every_s * (0.9 + 0.2 * self.drawn()))

    async def _measuring(self) -> None:
        while not self.is_revoked:
            self.measure()
            await asyncio.sleep(self.look_around_s)

    async def _handing(self) -> None:
        while not self.is_revoked:
            has_more = await self._steadily(self.hand_in())
            await self._rest(_BACKFILL_STEP_S if has_more else _HANDING_STEP_S)

    async def _rest(self, seconds: float) -> None:
        """Wait, or less where there is news and the collector may be spoken to."""
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return
        self.news.clear()
        await asyncio.sleep(min(self.handing.wait_s(), _HANDING_STEP_S))

    async def _summing_up(self) -> None:
        while not self.is_revoked:
            await asyncio.sleep(_SUMMARY_EVERY_S)
            await self._steadily(self.sum_up())

    async def _steadily(self, step: Awaitable[T]) -> T | None:
        """Take a step; a disk that is full or gone is told, and does not end the agent."""
        try:
            return await step
        except (sqlite3.OperationalError, OSError) as error:
            why = getattr(error, "strerror", None) or error
            self.voice.say(f"The agent's folder cannot be written: {why}.")
            return None

    async def sum_up(self) -> None:
        """Tell how it goes, and let go of what waited too long."""
        expired = await asyncio.to_thread(self.spool.expire, self.vantage.now())
        if expired:
            self.voice.say(f"{expired} results waited for more than 14 days and were deleted.")
        waiting = await asyncio.to_thread(self.spool.depth)
        self.voice.say(
            f"{self.vantage.counts}; {self.handing.handed_in} handed in, {waiting} waiting."
        )

    async def _refresh(self, version: str) -> None:
        """Fetch the assignments where they changed, and have the copy confirmed once a day."""
        now, known = self.clock.now(), self._snapshot
        is_current = known is not None and known.assignments.version == version
        if is_current and known is not None and abs(now - known.heard_at) < _REFRESH_AFTER:
            return
        heard = await self.uplink.assignments(None if known is None else known.etag, now=now)
        if heard.assignments is not None:
            fresh = Snapshot(etag=heard.etag, heard_at=now, assignments=heard.assignments)
        elif known is not None:
            fresh = known.confirmed(now)
        else:
            raise Away("the collector calls a copy current that was never made")
        # Taken up first: a disk that is full keeps nobody from working.
        self._adopt(fresh, is_new=heard.assignments is not None)
        await asyncio.to_thread(assignments.save, self.home.assignments, fresh)

    def _adopt(self, snapshot: Snapshot | None, *, is_new: bool = True) -> None:
        """Work from this snapshot, cut to what this machine does."""
        self._snapshot = snapshot
        if snapshot is None or not snapshot.is_valid(self.clock.now()):
            return
        left = assignments.cut(
            snapshot.assignments,
            refused=frozenset(self.identity.refused_categories),
            limits=self.limits,
        )
        self._is_resting = False
        self.vantage.assign(left.assignments)
        if is_new:
            refused = left.refused_category + left.refused_address + left.over_the_limit
            more = (
                f"; {refused} are left out, as this machine does not measure such"
                if refused
                else ""
            )
            self.voice.say(f"{len(left.assignments.items)} sites to watch{more}.")

    async def _note_contact(self, poll: Poll, rtt: timedelta) -> None:
        now = self.clock.now()
        offset = poll.server_time - (now - rtt / 2)
        self.voice.detail(f"polled: {rtt / timedelta(milliseconds=1):.0f} ms")
        if abs(offset) > CLOCK_REMARKABLE and self.spool.noted("clock") != "wrong":
            self.voice.say(
                f"This machine's clock is {abs(offset).total_seconds():.0f} s off; the collector "
                "corrects for it."
            )
        clock = "wrong" if abs(offset) > CLOCK_REMARKABLE else "right"
        await asyncio.to_thread(self._keep_contact, now.isoformat(timespec="seconds"), clock)

    def _keep_contact(self, at: str, clock: str) -> None:
        self.spool.note("contact_at", at)
        self.spool.note("clock", clock)

    def _end(self, error: Revoked) -> None:
        self.is_revoked = True
        self.spool.note(REVOKED, str(self.identity.agent))
        self.voice.say(
            f"The collector took this agent out of service ({error.detail}). Measuring stops. What "
            "was not handed in is kept; a new token starts it again."
        )
