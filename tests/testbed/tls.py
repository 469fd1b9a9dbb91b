# SPDX-License-Identifier: Apache-2.0
"""The authorities of the testbed: one that probers trust, one that a State would like them to.

Certificates are real and made on the spot; nothing is read from or written to disk.
"""

import ssl
import struct
from collections.abc import Callable
from datetime import UTC, datetime

import trustme

_EXPIRED_AT = datetime(2020, 1, 1, tzinfo=UTC)
_HANDSHAKE_RECORD = 22
_SERVER_NAME = 0

# A fatal alert: handshake_failure, as some middleboxes inject it.
ALERT = b"\x15\x03\x01\x00\x02\x02\x28"


class Authorities:
    """Who signs what. Contexts are made once per host and kind."""

    def __init__(self) -> None:
        self._trusted = trustme.CA(organization_name="Testbed Trust")
        self._national = trustme.CA(organization_name="National Security Authority")
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        self._client: ssl.SSLContext | None = None

    @property
    def client(self) -> ssl.SSLContext:
        """What an honest prober verifies with: the trusted authority only."""
        if self._client is None:
            self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._client.set_alpn_protocols(["http/1.1"])
            self._trusted.configure_trust(self._client)
        return self._client

    @property
    def trusted_pem(self) -> bytes:
        """The trusted authority's certificate, for whoever makes a context of their own."""
        return self._trusted.cert_pem.bytes()

    def genuine(self, host: str) -> ssl.SSLContext:
        """The certificate the site's owner has."""
        return self._context("genuine", host, lambda: self._trusted.issue_cert(host))

    def wrong_name(self, host: str) -> ssl.SSLContext:
        """A trusted certificate for another name."""
        return self._context("wrong", host, lambda: self._trusted.issue_cert(f"not-{host}"))

    def expired(self, host: str) -> ssl.SSLContext:
        """A trusted certificate for the right name, past its time."""
        return self._context(
            "expired",
            host,
            lambda: self._trusted.issue_cert(
                host, not_before=_EXPIRED_AT.replace(year=2019), not_after=_EXPIRED_AT
            ),
        )

    def self_signed(self, host: str) -> ssl.SSLContext:
        """A certificate nobody vouches for."""
        return self._context("self_signed", host, lambda: trustme.CA().issue_cert(host))

    def interceptor(self) -> ssl.SSLContext:
        """A server that shows, for whatever name is asked, a certificate of the national CA."""

        def choose(ssl_object: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            host = name or "blocked.example"
            ssl_object.context = self._context(
                "national", host, lambda: self._national.issue_cert(host)
            )

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._national.issue_cert("blocked.example").configure_cert(context)
        context.sni_callback = choose
        return context

    def _context(
        self, kind: str, host: str, issue: Callable[[], trustme.LeafCert]
    ) -> ssl.SSLContext:
        key = (kind, host)
        if key not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            issue().configure_cert(context)
            context.set_alpn_protocols(["http/1.1"])
            self._contexts[key] = context
        return self._contexts[key]


def server_name_in(hello: bytes) -> str | None:
    """Return the server name of a ClientHello; raise EOFError until all of it has come."""
    if len(hello) < 5:
        raise EOFError
    if hello[0] != _HANDSHAKE_RECORD:
        return None
    end = 5 + struct.unpack("!H", hello[3:5])[0]
    if len(hello) < end:
        raise EOFError
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]  # session id
    at += 2 + struct.unpack("!H", hello[at : at + 2])[0]  # cipher suites
    at += 1 + hello[at]  # compression methods
    at += 2
    while at < end:
        kind, length = struct.unpack("!HH", hello[at : at + 4])
        if kind == _SERVER_NAME:
            return hello[at + 9 : at + 4 + length].decode("ascii")
        at += 4 + length
    return None
