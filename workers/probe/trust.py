# SPDX-License-Identifier: Apache-2.0
"""How this prober shakes hands: OpenSSL as `cryptography` carries it, and what a browser offers.

Python's own `ssl` stays what says whom to trust, and speaks where httpx does. It isn't used for
probing because the OpenSSL many systems still have, 3.0, spends half of a handshake on finding
out how to read a key, and because it keeps a chain to itself that it refused
(docs/decisions/0008-openssl-of-cryptography.md).

A chain is verified in the handshake, by OpenSSL; that something is wrong with it is noted and
ends nothing, so that whoever shook hands has the chain. Nothing may be sent over a connection
before `refusal_of` its handshake was looked at.
"""

import ssl
from typing import Any
from weakref import WeakKeyDictionary

from OpenSSL import SSL, crypto

# In the order of Chrome: https://www.iana.org/assignments/tls-parameters names them.
_TLS13 = b"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
_TLS12 = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    b"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:"
    b"AES256-SHA"
)
_GROUPS = b"X25519:P-256:P-384"
_contexts: WeakKeyDictionary[ssl.SSLContext, SSL.Context] = WeakKeyDictionary()


def handshakes_trusting(trusted: ssl.SSLContext) -> SSL.Context:
    """Return what handshakes are made with that trust the authorities a context trusts."""
    context = _contexts.get(trusted)
    if context is None:
        context = _contexts[trusted] = _context(trusted.get_ca_certs(binary_form=True))
    return context


def _context(authorities: list[bytes]) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_tls13_ciphersuites(_TLS13)
    context.set_cipher_list(_TLS12)
    context.set_alpn_protos([b"http/1.1"])
    _offer_small_keys(context)
    context.set_verify(SSL.VERIFY_PEER, _note)
    store: Any = context.get_cert_store()
    for der in authorities:
        store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
    return context


def _offer_small_keys(context: SSL.Context) -> None:
    """Offer the groups whose keys let the first message be one packet, wherever that can be said.

    A first message in two packets is one that some middleboxes don't read; the same is to be
    measured everywhere, whichever groups an OpenSSL begins with. pyOpenSSL has no word for it yet.
    """
    beneath: Any = SSL
    choose = getattr(beneath._lib, "SSL_CTX_set1_curves_list", None)  # noqa: SLF001
    if choose is not None:
        choose(context._context, _GROUPS)  # noqa: SLF001


def _note(
    connection: SSL.Connection, _: crypto.X509, error: int, _depth: int, _is_well: int
) -> bool:
    if error:
        connection.get_app_data().append(error)
    return True
