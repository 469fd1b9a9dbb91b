# SPDX-License-Identifier: Apache-2.0
"""An open connection as the layers above TCP use it: write, receive what came, abort.

Thinner than asyncio's streams and honest about the end: a close by the peer is `b""`, a reset
raises. Memory is bounded by pausing the peer, never by the peer's manners.
"""

import asyncio
import socket
import ssl
from typing import cast

_HIGH_WATER = 256 * 1024


class Connection(asyncio.Protocol):
    """One connection; in use by one reader at a time."""

    __slots__ = ("_ended", "_error", "_paused", "_received", "_waiter", "transport")

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._ended = False
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; part of asyncio's protocol."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Buffer what came; part of asyncio's protocol."""
        self._received += data
        if len(self._received) > _HIGH_WATER:
            self.transport.pause_reading()
            self._paused = True
        self._wake()

    def eof_received(self) -> None:
        """Note that the peer closed; part of asyncio's protocol."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note how the connection ended; part of asyncio's protocol."""
        self._error = exc
        self._ended = True
        self._wake()

    def write(self, data: bytes) -> None:
        """Send; what can't be sent shows when receiving."""
        self.transport.write(data)

    async def receive(self) -> bytes:
        """Return what came since last asked, waiting for something; b"" once the peer closed.

        Raises the OSError that ended the connection, after everything received was handed out.
        """
        while not self._received:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        received = bytes(self._received)
        self._received.clear()
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        return received

    def abort(self) -> None:
        """Close at once, without waiting for the peer's agreement."""
        self.transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def over_plain(sock: socket.socket) -> Connection:
    """Take over an open socket."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, sock=sock)
    return connection


async def over_tls(sock: socket.socket, context: ssl.SSLContext, server_name: str) -> Connection:
    """Take over an open socket and shake hands; raises ssl.SSLError or OSError.

    The caller bounds the time: asyncio's own limit would end as a lesser-known exception.
    """
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection,
        sock=sock,
        ssl=context,
        server_hostname=server_name,
        ssl_handshake_timeout=3600,
    )
    return connection
