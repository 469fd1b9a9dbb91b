# SPDX-License-Identifier: Apache-2.0
"""The censor's machine between the field and the sites: reads names, and acts on some of them.

It sees the server name in a ClientHello and the Host in a request; whatever no rule names is
passed on to the site untouched.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.testbed import http
from tests.testbed.tcp import hold, reset
from tests.testbed.tls import ALERT, server_name_in

_SLICE_BYTES = 1024


class SniAction(StrEnum):
    """What happens to a connection once the site's name was sent."""

    RESET = "reset"
    DROP = "drop"
    CLOSE = "close"
    ALERT = "alert"
    INTERCEPT = "intercept"
    THROTTLE = "throttle"
    TRICKLE = "trickle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A token bucket: what may pass at once, and what per second after that."""

    bytes_per_second: float
    burst_bytes: int = 6 * 1024  # a handshake passes unhindered, as real policers let it


PACES = {
    SniAction.THROTTLE: Pace(bytes_per_second=20 * 1024),
    SniAction.TRICKLE: Pace(bytes_per_second=2 * 1024),
}


class Middlebox:
    """Rules by host, and how to reach the real site and the interceptor behind it."""

    def __init__(
        self,
        *,
        tls_upstream: Callable[[str], tuple[str, int]],
        http_upstream: Callable[[str], tuple[str, int]],
        interceptor: tuple[str, int],
        source: str,
    ) -> None:
        """`source` is the address by which sites see whoever comes from this country."""
        self.source = source
        self.sni: dict[str, SniAction] = {}
        self.pages: dict[str, http.Page] = {}
        self._tls_upstream = tls_upstream
        self._http_upstream = http_upstream
        self._interceptor = interceptor

    async def pass_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle a connection to a site's TLS port."""
        hello = b""
        while True:
            received = await reader.read(65_536)
            hello += received
            try:
                name = server_name_in(hello)
                break
            except EOFError:
                if not received:
                    return
        action = self.sni.get(name or "")
        address: str = writer.get_extra_info("sockname")[0]
        match action:
            case SniAction.RESET:
                reset(writer)
            case SniAction.DROP:
                await hold(reader)
            case SniAction.CLOSE:
                return
            case SniAction.ALERT:
                writer.write(ALERT)
                await writer.drain()
            case SniAction.INTERCEPT:
                await self._relay(hello, reader, writer, self._interceptor)
            case _:
                pace = PACES.get(action) if action else None
                await self._relay(hello, reader, writer, self._tls_upstream(address), pace=pace)

    async def pass_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle a connection to a site's cleartext port."""
        request = await http.read_request(reader)
        page = self.pages.get(request.host)
        if page is not None:
            await page(request, writer)
            return
        address: str = writer.get_extra_info("sockname")[0]
        await self._relay(request.head, reader, writer, self._http_upstream(address))

    async def _relay(
        self,
        first: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        upstream: tuple[str, int],
        *,
        pace: Pace | None = None,
    ) -> None:
        await relay(first, reader, writer, upstream, source=self.source, pace=pace)


async def relay(
    first: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    upstream: tuple[str, int],
    *,
    source: str,
    pace: Pace | None = None,
) -> None:
    """Pass a conversation on, both ways, until either side ends it."""
    try:
        up_reader, up_writer = await asyncio.open_connection(*upstream, local_addr=(source, 0))
    except OSError:
        reset(writer)
        return
    up_writer.write(first)
    ways = [
        asyncio.create_task(_pump(reader, up_writer)),
        asyncio.create_task(_pump(up_reader, writer, pace=pace)),
    ]
    try:
        ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if any(isinstance(way.exception(), ConnectionResetError) for way in ended):
            reset(writer)
    finally:
        up_writer.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, pace: Pace | None = None
) -> None:
    loop = asyncio.get_running_loop()
    began, passed = loop.time(), 0
    while data := await reader.read(_SLICE_BYTES if pace else 65_536):
        passed += len(data)
        if pace is not None and passed > pace.burst_bytes:
            due = began + (passed - pace.burst_bytes) / pace.bytes_per_second
            await asyncio.sleep(due - loop.time())
        writer.write(data)
        await writer.drain()
