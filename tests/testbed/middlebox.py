# SPDX-License-Identifier: Apache-2.0
"""The censor's machine between the field and the sites: reads names, and acts on some of them.

It sees the server name in a ClientHello and the Host in a request; whatever no rule names is
passed on to the site untouched.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum

from tests.testbed import http
from tests.testbed.tcp import hold, reset
from tests.testbed.tls import ALERT, server_name_in

_THROTTLED_BYTES = 512
_THROTTLED_EVERY_S = 0.05


class SniAction(StrEnum):
    """What happens to a connection once the site's name was sent."""

    RESET = "reset"
    DROP = "drop"
    CLOSE = "close"
    ALERT = "alert"
    INTERCEPT = "intercept"
    THROTTLE = "throttle"


class Middlebox:
    """Rules by host, and how to reach the real site and the interceptor behind it."""

    def __init__(
        self,
        *,
        tls_upstream: Callable[[str], tuple[str, int]],
        http_upstream: Callable[[str], tuple[str, int]],
        interceptor: tuple[str, int],
    ) -> None:
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
                await relay(hello, reader, writer, self._interceptor)
            case _:
                slowly = action is SniAction.THROTTLE
                await relay(hello, reader, writer, self._tls_upstream(address), slowly=slowly)

    async def pass_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle a connection to a site's cleartext port."""
        request = await http.read_request(reader)
        page = self.pages.get(request.host)
        if page is not None:
            await page(request, writer)
            return
        address: str = writer.get_extra_info("sockname")[0]
        await relay(request.head, reader, writer, self._http_upstream(address))


async def relay(
    first: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    upstream: tuple[str, int],
    *,
    slowly: bool = False,
) -> None:
    """Pass a conversation on, both ways, until either side ends it."""
    try:
        up_reader, up_writer = await asyncio.open_connection(*upstream)
    except OSError:
        reset(writer)
        return
    up_writer.write(first)
    ways = [
        asyncio.create_task(_pump(reader, up_writer)),
        asyncio.create_task(_pump(up_reader, writer, slowly=slowly)),
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
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool = False
) -> None:
    while data := await reader.read(_THROTTLED_BYTES if slowly else 65_536):
        writer.write(data)
        await writer.drain()
        if slowly:
            await asyncio.sleep(_THROTTLED_EVERY_S)
