# SPDX-License-Identifier: Apache-2.0
"""A volunteer's machine with a clock that tests move, and a folder of its own."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.agents.protocol import PROTOCOL, CanaryCount, Consent, Item
from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import VantageRole
from app.errors import WrongSettings
from tests.make import NOW
from workers.agent import packing
from workers.agent.assembly import Parts, assemble
from workers.agent.identity import Identity
from workers.agent.limits import Limits
from workers.agent.looking import Way
from workers.agent.loop import Agent
from workers.agent.machine import Home
from workers.agent.spool import Spool
from workers.agent.uplink import Uplink
from workers.agent.voice import Voice
from workers.probe import ProbeSession

SIGNING_KEY = bytes(range(32))
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(SIGNING_KEY).public_key().public_bytes_raw()
WELL = CanaryCount(reached=3, asked=3)


@dataclass(slots=True)
class MovedClock:
    """Two clocks that stand still until they are moved; the wall clock may be moved alone."""

    wall: datetime = NOW
    steady: float = 1000.0
    boot: str = "first boot"

    def now(self) -> datetime:
        """The wall clock."""
        return self.wall

    def steady_s(self) -> float:
        """The clock that never jumps."""
        return self.steady

    def pass_(self, by: timedelta) -> None:
        """Let time pass."""
        self.wall += by
        self.steady += by.total_seconds()


def no_way_out(way: Way) -> ProbeSession:
    """A machine that has no name server: its network is gone."""
    raise WrongSettings("This machine names no DNS resolver.")


@dataclass(slots=True, kw_only=True)
class Machine:
    """One machine. `agent()` starts its agent, as often as wanted."""

    folder: Path
    routes: tuple[str, ...]
    clock: MovedClock = field(default_factory=MovedClock)
    role: VantageRole = VantageRole.FIELD
    opener: Callable[[Way], ProbeSession] = no_way_out
    limits: Limits = field(default_factory=Limits)
    identity: Identity | None = None
    drawn: float = 0.5
    proxy: str | None = None
    said: list[str] = field(default_factory=list)
    refused: tuple[str, ...] = ()

    def agent(self) -> Agent:
        """Start the agent in this folder; `close` what it opened."""
        home = Home(self.folder)
        home.prepare()
        who = self.identity or self._anybody()
        return assemble(
            Parts(
                identity=who,
                home=home,
                spool=Spool(home.spool),
                uplink=Uplink(
                    self.routes,
                    key=who.key,
                    proxy=self.proxy,
                    timeout=httpx.Timeout(5.0, read=1.0),
                ),
                opener=self.opener,
                clock=self.clock,
                voice=Voice(show=self.said.append, now=self.clock.now),
                drawn=lambda: self.drawn,
                limits=self.limits,
            )
        )

    def _anybody(self) -> Identity:
        return Identity(
            agent=uuid.UUID(int=7),
            vantage="kz-1",
            role=self.role,
            country="KZ",
            key="qlm_test",
            signing_key=SIGNING_KEY,
            servers=self.routes,
            consent=Consent(version="1", accepted_at=NOW),
            refused_categories=self.refused,
            token_sha256="",
            enrolled_at=NOW,
            protocol=PROTOCOL,
        )


async def close(agent: Agent) -> None:
    """End an agent as its loop would."""
    await agent.vantage.stop()
    await agent.uplink.aclose()
    agent.spool.close()


def keep(agent: Agent, number: int, *, bodies: dict[str, bytes] | None = None) -> str:
    """Put a look into the spool as if it had been taken `number` minutes after NOW; its uid."""
    uid = str(uuid.UUID(int=number + 1))
    at = NOW + timedelta(minutes=number)
    item = Item(
        site=uuid.UUID(int=1),
        measurement=Measurement(
            uid=uid, url="https://news.example/", vantage="kz-1", started_at=at, runtime_ms=12.5
        ),
        canaries=WELL,
        boot=agent.handing.boot,
        monotonic_ms=1000.0,
    )
    agent.spool.add(
        uid=uid,
        at=at,
        site=item.site,
        content=packing.encoded(item),
        bodies=bodies or {},
        is_ok=False,
    )
    return uid
