# SPDX-License-Identifier: Apache-2.0
"""Layer three: a TLS handshake for the site's name, with the certificate chain as evidence.

The chain is verified before anything is asked over the connection, and kept whether it does or not.
"""

from OpenSSL import crypto

from app.domain.blocking.measurement import TlsHandshake
from workers.probe.certificates import chain_of
from workers.probe.failures import failure_of, failure_of_chain
from workers.probe.guard import Endpoint
from workers.probe.session import ProbeSession, Stopwatch
from workers.probe.wire import Connection


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
    connection.wait_until(watch.until(session.limits.tls_s))
    failure: str | None = None
    is_open = False
    try:
        await connection.shake_hands(session.trust.context, server_name)
        is_open = True
    except (OSError, EOFError) as error:
        failure = failure_of(error)
    finally:
        if not is_open:
            connection.abort()
    ended = watch.ms()
    shown = (connection.tls.get_peer_cert_chain() if connection.tls else None) or []
    chain = chain_of(tuple([crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in shown]))
    if shown or failure is None:
        # What was wrong with the certificate came before whatever else went wrong.
        wrong = session.trust.error_in(chain.der, shown)
        failure = failure_of_chain(wrong, is_for_host=chain.is_for(server_name)) or failure
    if failure is not None:
        connection.abort()
    spoken = connection.tls if failure is None else None
    kept = chain.within(session.limits.chain_bytes)
    return TlsHandshake(
        address=endpoint.address,
        port=endpoint.port,
        engine=endpoint.engine,
        server_name=server_name,
        started_ms=started,
        ended_ms=ended,
        failure=failure,
        version=spoken.get_protocol_version_name() if spoken else None,
        cipher=spoken.get_cipher_name() if spoken else None,
        alpn=(spoken.get_alpn_proto_negotiated().decode("latin-1") or None) if spoken else None,
        chain_sha256=kept.sha256,
        issuer=kept.issuer,
        not_after=kept.not_after,
        chain=kept.der,
        depth=depth,
    )
