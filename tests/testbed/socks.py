# SPDX-License-Identifier: Apache-2.0
"""A SOCKS5 proxy (RFC 1928, no authentication) at the edge of the open network.

It knows the testbed's real ports, as the open internet knows 443 and 80, and counts what it was
asked for: `requests` holds every destination, so a test can see that nothing went another way.
"""

import asyncio
import contextlib
import ipaddress
import struct
from collections.abc import Callable

Destination = tuple[str, int]


class SocksProxy:
    """The proxy; `open` it inside a running loop."""

    def __init__(self, route: Callable[[Destination], Destination]) -> None:
        self._route = route
        self.requests: list[Destination] = []
        self.unreachable: set[str] = set()  # addresses to which it says that there is no way
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def aclose(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The proxy as a setting names it."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"socks5://127.0.0.1:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            # A talk that `aclose` cancels is over: the server's own callback would complain of it.
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            await _close(writer)
            self._talks.discard(talk)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        packed = await reader.readexactly({1: 4, 4: 16}[kind])
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        wanted = (str(ipaddress.ip_address(packed)), port)
        self.requests.append(wanted)
        if wanted[0] in self.unreachable:
            writer.write(b"\x05\x04\x00\x01" + bytes(6))
            await writer.drain()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._route(wanted))
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            await writer.drain()
            return
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        try:
            await asyncio.gather(_pump(reader, up_writer), _pump(up_reader, writer))
        finally:
            await _close(up_writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
