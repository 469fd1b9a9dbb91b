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


async def connect(
    endpoint: Endpoint, *, depth: int, session: ProbeSession, watch: Stopwatch
) -> tuple[TcpConnect, socket.socket | None]:
    """Return what was seen, and the open socket where there is one; the caller owns it."""
    started = watch.ms()
    sock, failure = None, None
    try:
        async with asyncio.timeout_at(watch.until(session.limits.tcp_s)):
            sock = await open_socket(endpoint, session)
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
    return seen, sock


async def open_socket(endpoint: Endpoint, session: ProbeSession) -> socket.socket:
    """Open a TCP connection, through the tunnel if there is one; raise OSError with its errno."""
    port = session.ports.get(endpoint.port, endpoint.port)
    if session.tunnel is not None:
        return await session.tunnel.open(endpoint.address, port)
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (endpoint.address, port))
    except BaseException:
        sock.close()
        raise
    return sock
