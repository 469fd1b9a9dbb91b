# SPDX-License-Identifier: Apache-2.0
"""Putting an agent together from its parts; tests hand in a clock and an internet of their own."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from workers.agent.canaries import Canaries
from workers.agent.handing import Handing
from workers.agent.identity import Identity
from workers.agent.limits import Limits
from workers.agent.looking import Looker, Opener
from workers.agent.loop import Agent
from workers.agent.machine import Clock, Home
from workers.agent.spool import Spool
from workers.agent.uplink import Uplink
from workers.agent.urgent import UrgentWork
from workers.agent.vantage import Vantage
from workers.agent.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an agent is made of."""

    identity: Identity
    home: Home
    spool: Spool
    uplink: Uplink
    opener: Opener
    clock: Clock
    voice: Voice
    drawn: Callable[[], float]
    limits: Limits = field(default_factory=Limits)


def boot_of(agent: UUID, boot: str) -> UUID:
    """Name a boot to the collector without telling it what this machine calls it."""
    return uuid.uuid5(agent, boot)


def assemble(parts: Parts) -> Agent:
    """Put an agent together; nothing has been sent when this returns."""
    news = asyncio.Event()
    identity, clock, voice = parts.identity, parts.clock, parts.voice
    boot = boot_of(identity.agent, clock.boot)
    looker = Looker(parts.opener, identity.vantage)
    canaries = Canaries(looker=looker, clock=clock, voice=voice, on_count=news.set)
    vantage = Vantage(
        looker=looker,
        canaries=canaries,
        urgent=UrgentWork(role=identity.role, limits=parts.limits),
        spool=parts.spool,
        clock=clock,
        boot=boot,
        voice=voice,
        limits=parts.limits,
        on_news=news.set,
    )
    handing = Handing(
        spool=parts.spool,
        uplink=parts.uplink,
        identity=identity,
        clock=clock,
        boot=boot,
        voice=voice,
        drawn=parts.drawn,
    )
    return Agent(
        identity=identity,
        home=parts.home,
        spool=parts.spool,
        uplink=parts.uplink,
        vantage=vantage,
        canaries=canaries,
        handing=handing,
        clock=clock,
        voice=voice,
        limits=parts.limits,
        drawn=parts.drawn,
        news=news,
    )
