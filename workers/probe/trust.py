# SPDX-License-Identifier: Apache-2.0
"""How this prober shakes hands, whom it trusts, and what is wrong with a chain it was shown.

OpenSSL as `cryptography` carries it, because the 3.0 many systems still have spends half of a
handshake on finding out how to read a key, and because Python's `ssl` keeps a chain to itself that
it refused (docs/decisions/0008-openssl-of-cryptography.md).

The handshake proves that the peer has the key of the certificate it shows, and nothing else:
nothing may be sent over a connection before `Trust.error_in` its chain was looked at. A chain
that verified needs no verification while its very bytes come again, within its dates and for an
hour: the same answer would follow from the same bytes and the same authorities.
"""

import ssl
import time
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from OpenSSL import SSL, crypto

from workers.probe.rules import rules_of

# OpenSSL's (x509_vfy.h), as are all errors here.
_UNREADABLE, _INVALID_PURPOSE, _TOO_WEAK = 1, 26, 66
_AFTER_PURPOSE = frozenset({7, 9, 10, 13, 14})  # signatures and dates

# Chrome's, in its order.
_TLS13 = b"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
_TLS12 = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    b"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:"
    b"AES256-SHA"
)
_GROUPS = b"X25519:P-256:P-384"
REMEMBER_S = 3600.0
_REMEMBERED = 4096
_of_context: WeakKeyDictionary[ssl.SSLContext, "Trust"] = WeakKeyDictionary()


class Trust:
    """Some authorities, what handshakes are made with, and which chains were found to lead to them."""

    def __init__(self, authorities: Sequence[bytes], *, remember_s: float = REMEMBER_S) -> None:
        """Take certificates of authorities, and for how many seconds a chain is remembered."""
        self.context = _context()
        self._store = crypto.X509Store()
        for der in authorities:
            self._store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
        self._remember_s = remember_s
        # From when until when a chain need not be verified, in seconds since 1970.
        self._verified: dict[tuple[bytes, ...], tuple[float, float]] = {}

    def error_in(self, chain: tuple[bytes, ...], shown: Sequence[crypto.X509]) -> int:
        """Verify a chain, leaf first, for servers; return OpenSSL's number of what is wrong, or 0.

        `shown` are the same certificates as OpenSSL read them. For which host the chain is remains
        to be looked at.
        """
        now = time.time()  # noqa: TID251  OpenSSL compares dates with this very clock.
        return 0 if self.remembers(chain, now) else self._verify(chain, shown, now)

    def remembers(self, chain: tuple[bytes, ...], at: float) -> bool:
        """Whether a chain verified so lately that it verifies at a moment, in seconds since 1970."""
        since, until = self._verified.get(chain, (at, 0.0))
        return since <= at <= until

    def _verify(self, chain: tuple[bytes, ...], shown: Sequence[crypto.X509], now: float) -> int:
        if not chain:
            return _UNREADABLE
        try:
            found = crypto.X509StoreContext(self._store, shown[0], shown[1:]).get_verified_chain()
        except crypto.X509StoreContextError as refused:
            error: int = refused.errors[0]
            purposeless = error in _AFTER_PURPOSE and not rules_of(chain[0]).leaf_may_serve
            return _INVALID_PURPOSE if purposeless else error
        path = [rules_of(crypto.dump_certificate(crypto.FILETYPE_ASN1, one)) for one in found]
        # The authority at the end is trusted as it is.
        leaf, *between = path[:-1] or path
        if not leaf.leaf_may_serve or not all(one.may_serve for one in between):
            return _INVALID_PURPOSE
        if not leaf.is_strong or not all(one.is_strong for one in between):
            return _TOO_WEAK
        if len(self._verified) == _REMEMBERED:
            self._verified.clear()
        since, until = max(one.since for one in path), min(one.until for one in path)
        self._verified[chain] = (since, min(until, now + self._remember_s))
        return 0


def trust_of(trusted: ssl.SSLContext) -> Trust:
    """Return the trust in the authorities a context of Python's own trusts."""
    trust = _of_context.get(trusted)
    if trust is None:
        trust = _of_context[trusted] = Trust(trusted.get_ca_certs(binary_form=True))
    return trust


def _context() -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_tls13_ciphersuites(_TLS13)
    context.set_cipher_list(_TLS12)
    context.set_alpn_protos([b"http/1.1"])
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)  # many wait, few read
    context.set_verify(SSL.VERIFY_NONE)  # `Trust.error_in` does
    _offer_small_keys(context)
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
