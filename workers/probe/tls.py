# SPDX-License-Identifier: Apache-2.0
"""Layer three: a TLS handshake for the site's name, with the certificate chain as evidence.

The handshake verifies. Where verification fails OpenSSL gives away nothing of the chain, so one
more connection is made that verifies nothing, takes the chain down and hangs up: no page is ever
asked for over it.
"""

import hashlib
import ssl
from _ssl import ENCODING_DER
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.blocking.measurement import TlsHandshake
from workers.probe.failures import failure_of
from workers.probe.guard import Endpoint
from workers.probe.session import ProbeSession, Stopwatch, unverifying_context
from workers.probe.tcp import open_connection
from workers.probe.wire import Connection

_Facts = tuple[str | None, datetime | None]
_FACTS_KEPT = 4096
_facts: dict[str, _Facts] = {}  # by the certificate's SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The certificates a server presented."""

    der: tuple[bytes, ...] = ()  # leaf first
    sha256: tuple[str, ...] = ()  # of each
    issuer: str | None = None
    not_after: datetime | None = None


async def handshake(
    connection: Connection,
    endpoint: Endpoint,
    *,
    server_name: str,
    depth: int,
    session: ProbeSession,
    watch: Stopwatch,
) -> TlsHandshake:
    """Shake hands and return what was seen; the connection is closed where that failed.

    No failure means that the chain verified for the name.
    """
    started = watch.ms()
    until = watch.until(session.limits.tls_s)
    connection.wait_until(until)
    spoken, failure, chain = None, None, Chain()
    try:
        spoken = await connection.shake_hands(session.tls, server_name)
    except OSError as error:
        failure = failure_of(error)
    finally:
        if spoken is None:
            connection.abort()
    ended = watch.ms()
    if spoken is not None:
        chain = chain_of(spoken, session.limits.chain_bytes)
    elif failure in _REFUSED_CHAINS:
        chain = await _look_again(endpoint, server_name, session, until)
    return TlsHandshake(
        address=endpoint.address,
        port=endpoint.port,
        engine=endpoint.engine,
        server_name=server_name,
        started_ms=started,
        ended_ms=ended,
        failure=failure,
        version=spoken.version() if spoken else None,
        cipher=(spoken.cipher() or (None,))[0] if spoken else None,
        alpn=spoken.selected_alpn_protocol() if spoken else None,
        chain_sha256=chain.sha256,
        issuer=chain.issuer,
        not_after=chain.not_after,
        chain=chain.der,
        depth=depth,
    )


_REFUSED_CHAINS = frozenset(
    {"ssl_invalid_hostname", "ssl_unknown_authority", "ssl_invalid_certificate"}
)


def chain_of(tls: ssl.SSLObject, max_bytes: int) -> Chain:
    """Read the chain of an open TLS connection, up to a size in bytes."""
    # Python publishes the chain from 3.13 on; the object beneath has had it since 3.10.
    beneath: Any = tls._sslobj  # type: ignore[attr-defined]  # noqa: SLF001
    certificates: Sequence[Any] = beneath.get_unverified_chain() or ()
    kept: list[bytes] = []
    for certificate in certificates:
        der = certificate.public_bytes(ENCODING_DER)
        max_bytes -= len(der)
        if max_bytes < 0:
            break
        kept.append(der)
    if not kept:
        return Chain()
    hashes = tuple(hashlib.sha256(der).hexdigest() for der in kept)
    issuer, not_after = _remembered(hashes[0], certificates[0])
    return Chain(
        der=tuple(kept),
        sha256=hashes,
        issuer=issuer,
        not_after=not_after,
    )


def _remembered(sha256: str, certificate: Any) -> _Facts:  # noqa: ANN401  It has no public type.
    """Read a certificate once: a site shows the same one for months, and reading is dear."""
    facts = _facts.get(sha256)
    if facts is None:
        if len(_facts) == _FACTS_KEPT:
            _facts.clear()
        facts = _facts[sha256] = _read(certificate)
    return facts


def _read(certificate: Any) -> _Facts:  # noqa: ANN401
    """Return issuer and end of a certificate, as far as can be read: anybody may write one."""
    try:
        facts = certificate.get_info()
    except (ssl.SSLError, ValueError):
        return None, None
    try:
        not_after = _moment(facts.get("notAfter", ""))
    except (ValueError, OverflowError):
        not_after = None
    return _name_of(facts.get("issuer", ())), not_after


async def _look_again(
    endpoint: Endpoint, server_name: str, session: ProbeSession, until: float
) -> Chain:
    try:
        connection = await open_connection(endpoint, session, until=until)
    except OSError:
        return Chain()
    try:
        spoken = await connection.shake_hands(unverifying_context(), server_name)
        return chain_of(spoken, session.limits.chain_bytes)
    except OSError:
        return Chain()
    finally:
        connection.abort()


def _moment(text: str) -> datetime:
    """Read OpenSSL's way of writing a time."""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _name_of(rdns: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Write a distinguished name as people do: 'O=Example Trust, CN=Example CA'."""
    short = {"commonName": "CN", "organizationName": "O", "countryName": "C"}
    return ", ".join(f"{short[key]}={value}" for rdn in rdns for key, value in rdn if key in short)
