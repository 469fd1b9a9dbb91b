# SPDX-License-Identifier: Apache-2.0
"""Layer two: opening a connection to one address, with the kernel's own word for a failure.

A raw non-blocking socket, because higher layers hide errno and try several addresses at once.
"""

import asyncio
import errno
import os
import socket

from app.domain.blocking.measurement import TcpConnect
from workers.probe.failures import failure_of
from workers.probe.guard import Endpoint
from workers.probe.session import ProbeSession, Stopwatch
from workers.probe.wire import writable


async def connect(
    endpoint: Endpoint, *, depth: int, session: ProbeSession, watch: Stopwatch
) -> tuple[TcpConnect, socket.socket | None]:
    """Return what was seen, and the open socket where there is one; the caller owns it."""
    started = watch.ms()
    sock, failure = None, None
    try:
        until = watch.until(session.limits.tcp_s)
        sock = await open_socket(endpoint, session, until=until)
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


async def open_socket(endpoint: Endpoint, session: ProbeSession, *, until: float) -> socket.socket:
    """Open a TCP connection, through the tunnel if there is one; raise OSError with its errno.

    `until` is a moment of the loop's clock.
    """
    port = session.ports.get(endpoint.port, endpoint.port)
    if session.tunnel is not None:
        async with asyncio.timeout_at(until):
            return await session.tunnel.open(endpoint.address, port)
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        failed = sock.connect_ex((endpoint.address, port))
        if failed == errno.EINPROGRESS:
            await writable(sock, until=until)
            failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    except BaseException:
        sock.close()
        raise
    if failed:
        sock.close()
        raise OSError(failed, os.strerror(failed))
    return sock
