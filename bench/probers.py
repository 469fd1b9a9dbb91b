# SPDX-License-Identifier: Apache-2.0
"""The probers in Python that are compared: each prepares what it shares and returns its probe.

A probe takes a host and says whether it was fetched and verified. All run on uvloop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import httpx

from bench.world import ADDRESS, TITLE, World, trusting
from workers.probe import Limits, ProbeSession, measure
from workers.probe.trust import Trust

Probe = Callable[[str], Awaitable[bool]]
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_PATIENT = Limits(overall_s=60, dns_s=20, tcp_s=20, tls_s=20, http_s=20)


async def qalam(world: World) -> Probe:
    """Our own: names, connection, chain, page, every fact of the measurement kept."""
    return _evidence(session_in(world))


async def qalam_forgetting(world: World) -> Probe:
    """The same, where no chain that verified is remembered: all names share one here."""
    session = session_in(world)
    session.trust = Trust(session.tls.get_ca_certs(binary_form=True), remember_s=0)
    return _evidence(session)


def _evidence(session: ProbeSession) -> Probe:
    async def probe(host: str) -> bool:
        seen = await measure(
            f"https://{host}/", session=session, vantage="bench", started_at=_AT, uid=host
        )
        final = seen.final
        return (
            final is not None
            and (final.status, final.title) == (200, TITLE)
            and final.body is not None
            and final.body_sha256 is not None
            and len(seen.handshakes[0].chain_sha256) == 2
            and len(seen.lookups) == 2
            and seen.prober_fault is None
        )

    return probe


def session_in(world: World, *, concurrency: int = 1000) -> ProbeSession:
    """A prober's session that finds this world's machines where they are."""
    host, port = world.resolver
    return ProbeSession(
        resolvers=[f"{host}:{port}"],
        ports={443: world.port},
        tls=trusting(world.folder),
        address_policy=lambda _: "global",
        limits=_PATIENT,
        concurrency=concurrency,
    )


async def tls_floor(world: World) -> Probe:
    """The floor: connect, shake hands, hang up. No name is asked for and no page."""
    context = trusting(world.folder)

    async def probe(host: str) -> bool:
        _, writer = await asyncio.open_connection(
            ADDRESS, world.port, ssl=context, server_hostname=host
        )
        spoken: str | None = writer.get_extra_info("ssl_object").version()
        writer.transport.abort()
        return spoken is not None

    return probe


async def httpx_fresh(world: World) -> Probe:
    """httpx as most people use it, with a fresh client for a fresh connection, one context shared."""
    context = trusting(world.folder)

    async def probe(host: str) -> bool:
        async with httpx.AsyncClient(verify=context, trust_env=False, timeout=60) as client:
            answer = await client.get(f"https://{host}:{world.port}/")
        return answer.status_code == 200 and TITLE in answer.text

    return probe


async def each(hosts: Sequence[str], concurrency: int, probe: Probe) -> int:
    """Probe every host, so many at a time; return how many succeeded."""
    todo, done = iter(hosts), 0

    async def work() -> None:
        nonlocal done
        for host in todo:
            succeeded = await probe(host)
            done += succeeded

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return done
