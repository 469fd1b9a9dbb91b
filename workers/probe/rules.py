# SPDX-License-Identifier: Apache-2.0
"""What a certificate must allow and withstand to stand in a chain of a TLS server.

OpenSSL looks at these inside a handshake only, and here chains are verified after it (`trust.py`).
A certificate is read once: the same authorities issue for half of the web.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

# What 112 bits of security take (NIST SP 800-57), the level OpenSSL and Debian begin with.
_LEAST_RSA_BITS, _LEAST_CURVE_BITS = 2048, 224
_WEAK_HASHES = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one certificate says of itself; nothing is allowed where it can't be read."""

    may_serve: bool = False  # as an authority's
    leaf_may_serve: bool = False
    is_strong: bool = False
    since: float = 0.0  # seconds since 1970
    until: float = 0.0


@lru_cache(maxsize=2048)
def rules_of(der: bytes) -> Rules:
    """Read a certificate."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        return Rules(
            may_serve=_may_serve(certificate),
            leaf_may_serve=_may_serve(certificate, is_leaf=True),
            is_strong=_is_strong(certificate),
            since=certificate.not_valid_before_utc.timestamp(),
            until=certificate.not_valid_after_utc.timestamp(),
        )
    except (ValueError, OverflowError):
        return Rules()


def _may_serve(certificate: x509.Certificate, *, is_leaf: bool = False) -> bool:
    """Whether a leaf, or an authority's certificate, may be used for TLS servers.

    As OpenSSL reads RFC 5280 4.2.1.3 and 4.2.1.12. False where the extensions can't be read.
    """
    try:
        extensions = certificate.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    found = {type(one.value): one.value for one in extensions}
    purposes, usage = found.get(x509.ExtendedKeyUsage), found.get(x509.KeyUsage)
    serving = ExtendedKeyUsageOID.SERVER_AUTH
    if isinstance(purposes, x509.ExtendedKeyUsage) and serving not in purposes:
        return False
    if is_leaf and isinstance(usage, x509.KeyUsage):
        return usage.digital_signature or usage.key_encipherment or usage.key_agreement
    return True


def _is_strong(certificate: x509.Certificate) -> bool:
    """Whether key and signature are of a strength that browsers take today."""
    try:
        key = certificate.public_key()
        signed_with = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return True  # OpenSSL verified with it: it is something newer
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        is_long = key.key_size >= _LEAST_RSA_BITS
    else:
        is_long = not isinstance(key, ec.EllipticCurvePublicKey) or (
            key.key_size >= _LEAST_CURVE_BITS
        )
    return is_long and (signed_with is None or signed_with.name not in _WEAK_HASHES)
