# SPDX-License-Identifier: Apache-2.0
"""Layer two: opening a connection to one address, with the kernel's own word for a failure.

A raw non-blocking socket, because higher layers hide errno and try several addresses at once.
"""

import asyncio
import socket

from app.domain.blocking.measurement import TcpConnect
from workers.probe.failures import failure_of
from workers.probe.guard import Endpoint
from workers.probe.session import ProbeSession, Stopwatch
from workers.probe.wire import Connection


async def connect(
    endpoint: Endpoint, *, depth: int, session: ProbeSession, watch: Stopwatch
) -> tuple[TcpConnect, Connection | None]:
    """Return what was seen, and the open connection where there is one; the caller owns it."""
    started = watch.ms()
    connection, failure = None, None
    try:
        connection = await open_connection(
            endpoint, session, until=watch.until(session.limits.tcp_s)
        )
    except OSError as error:
        failure = failure_of(error)
    seen = TcpConnect(
        address=endpoint.address,
        port=endpoint.port,
        engine=endpoint.engine,
        started_ms=started,
        ended_ms=watch.ms(),
        failure=failure,
        depth=depth,
    )
    return seen, connection


async def open_connection(endpoint: Endpoint, session: ProbeSession, *, until: float) -> Connection:
    """Open a TCP connection, through the tunnel if there is one; raise OSError with its errno.

    `until` is a moment of the loop's clock, and holds until another is set.
    """
    port = session.ports.get(endpoint.port, endpoint.port)
    if session.tunnel is not None:
        async with asyncio.timeout_at(until):
            return Connection(await session.tunnel.open(endpoint.address, port), until=until)
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(0)
    connection = Connection(sock, until=until)
    try:
        await connection.open(endpoint.address, port)
    except BaseException:
        connection.abort()
        raise
    return connection
