# SPDX-License-Identifier: Apache-2.0
"""A machine of a site: what listens there for the world, and the censored way before it."""

import ssl
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass

from tests.testbed import http
from tests.testbed.middlebox import Middlebox
from tests.testbed.tcp import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where ports 443 and 80 really are: at the sites, and at the censor's machine before them."""

    tls: int
    http: int
    field_tls: int
    field_http: int


class Site:
    """One site with an address of its own."""

    def __init__(
        self,
        host: str,
        address: str,
        *,
        ports: Ports,
        certificate: ssl.SSLContext,
        middlebox: Middlebox,
    ) -> None:
        self.host = host
        self.address = address
        self.page: http.Page = http.news(host)
        self.tls = Listener(address, ports.tls, self._serve, tls=certificate)
        self.plain = Listener(address, ports.http, self._serve)
        self.field_tls = Listener(address, ports.field_tls, middlebox.pass_tls)
        self.field_plain = Listener(address, ports.field_http, middlebox.pass_http)

    @property
    def url(self) -> str:
        """Its front page."""
        return f"https://{self.host}/"

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Everything that listens for it; the censored ways last."""
        return self.tls, self.plain, self.field_tls, self.field_plain

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        request = await http.read_request(reader)
        await self.page(request, writer)
