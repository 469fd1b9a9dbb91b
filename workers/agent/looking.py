# SPDX-License-Identifier: Apache-2.0
"""Looking at sites from this machine, through the same prober as everywhere.

The prober is opened anew now and then, because a laptop moves from one network to another and its
name servers with it; a look that is under way finishes with the one it began with.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.agents.protocol import CanaryCount
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import VerdictState
from app.errors import QalamError, WrongSettings
from workers.probe import ProbeSession, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a collector may advise on how to look."""

    independent_resolver: str | None = None
    doh_url: str | None = None


Opener = Callable[[Way], ProbeSession]


def machine_sessions(*, resolver: str, concurrency: int) -> Opener:
    """Return the way to look straight out of this machine."""

    def open_session(way: Way) -> ProbeSession:
        return ProbeSession(
            resolvers=(resolver,) if resolver else (),
            independent_resolver=way.independent_resolver,
            doh_url=way.doh_url,
            concurrency=concurrency,
        )

    return open_session


@dataclass(slots=True)
class Looker:
    """The open prober, and those that are still in use."""

    opener: Opener
    vantage: str
    _session: ProbeSession | None = None
    _users: Counter[ProbeSession] = field(default_factory=Counter)

    async def reopen(self, way: Way) -> str | None:
        """Open the prober afresh; return why that is not possible now, such as no network."""
        old, self._session = self._session, None
        try:
            self._session = self.opener(way)
        except WrongSettings as error:
            return error.detail
        finally:
            await self._close_unused(old)
        return None

    async def look(
        self, url: str, *, started_at: datetime, extra_addresses: Iterable[str] = ()
    ) -> Measurement:
        """Look at one address. Raises RefusedAddress where it must not be contacted."""
        session = self._session
        if session is None:
            raise WrongSettings("there is no way to look out of this machine now")
        self._users[session] += 1
        try:
            return await measure(
                url,
                session=session,
                vantage=self.vantage,
                started_at=started_at,
                uid=str(uuid.uuid4()),
                extra_addresses=tuple(extra_addresses),
            )
        finally:
            self._users[session] -= 1
            if session is not self._session:
                await self._close_unused(session)

    async def ask_canaries(self, urls: tuple[str, ...], *, now: datetime) -> CanaryCount:
        """Ask steady sites whether this machine is online at all."""
        seen = await asyncio.gather(*(self._answers(url, now) for url in urls))
        return CanaryCount(reached=sum(seen), asked=len(seen))

    async def aclose(self) -> None:
        """Close what is open."""
        session, self._session = self._session, None
        await self._close_unused(session)

    async def _answers(self, url: str, now: datetime) -> bool:
        try:
            seen = await self.look(url, started_at=now)
        except QalamError:
            return False
        return judge(seen, (), (), None).state is VerdictState.OK

    async def _close_unused(self, session: ProbeSession | None) -> None:
        if session is not None and self._users[session] <= 0:
            del self._users[session]
            await session.aclose()
