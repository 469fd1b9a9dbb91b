# SPDX-License-Identifier: Apache-2.0
"""Certificates as a server presented them: who issued them, until when, and for which names.

Whether they lead to an authority is for `trust.py` to say; nothing here verifies a signature.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.x509.oid import NameOID

_SHORT = {NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATION_NAME: "O", NameOID.COUNTRY_NAME: "C"}
_CHAINS_KEPT = 1024
_CHAIN_BYTES_KEPT = 16 * 1024  # twice what most sites send
_chains: dict[tuple[bytes, ...], "Chain"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The certificates a server presented, and what the first of them says."""

    der: tuple[bytes, ...] = ()  # leaf first
    sha256: tuple[str, ...] = ()  # of each
    length: int = 0  # bytes of all
    issuer: str | None = None
    not_after: datetime | None = None
    names: frozenset[str] = frozenset()  # host names in lower case, with stars, and addresses

    @classmethod
    def read(cls, der: tuple[bytes, ...]) -> Self:
        """Read a chain, whatever is written in it; leaf first."""
        if not der:
            return cls()
        leaf = _leaf(der[0])
        return cls(
            der=der,
            sha256=tuple(hashlib.sha256(one).hexdigest() for one in der),
            length=sum(map(len, der)),
            issuer=_issuer_of(leaf),
            not_after=_end_of(leaf),
            names=_names_of(leaf),
        )

    def is_for(self, host: str) -> bool:
        """Whether the leaf is for a host, an A-label name in lower case or an address.

        As browsers read RFC 6125: a star is the whole first label and stands for one label, never
        beneath a top-level domain alone, and the common name of the subject counts for nothing.
        """
        if host in self.names:
            return True
        label, _, parent = host.partition(".")
        return label != "" and "." in parent and f"*.{parent}" in self.names

    def within(self, max_bytes: int) -> "Chain":
        """As much of it as may be kept, in bytes; all of it, unless somebody sent very much."""
        if self.length <= max_bytes:
            return self
        room, kept = max_bytes, 0
        while len(self.der[kept]) <= room:
            room -= len(self.der[kept])
            kept += 1
        return Chain.read(self.der[:kept])


def chain_of(der: tuple[bytes, ...]) -> Chain:
    """Return a chain, read once: a site shows the same one for months, and reading is dear."""
    chain = _chains.get(der)
    if chain is None:
        chain = Chain.read(der)
        if chain.length <= _CHAIN_BYTES_KEPT:
            if len(_chains) == _CHAINS_KEPT:
                _chains.clear()
            _chains[der] = chain
    return chain


def _leaf(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def _issuer_of(leaf: x509.Certificate | None) -> str | None:
    """Write who issued it as people do: 'O=Example Trust, CN=Example CA'. Anybody may write one."""
    if leaf is None:
        return None
    try:
        parts = [(_SHORT.get(part.oid), part.value) for part in leaf.issuer]
    except ValueError:
        return None
    return ", ".join(f"{short}={value!s}" for short, value in parts if short is not None)


def _end_of(leaf: x509.Certificate | None) -> datetime | None:
    try:
        return None if leaf is None else leaf.not_valid_after_utc
    except (ValueError, OverflowError):
        return None


def _names_of(leaf: x509.Certificate | None) -> frozenset[str]:
    """Return what it is for; nothing where that can't be read, as it is for no browser either."""
    if leaf is None:
        return frozenset()
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
        addresses = map(str, found.get_values_for_type(x509.IPAddress))
    except (
        ValueError,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return frozenset()
    # An address written as if it were a name is neither.
    return frozenset([name for name in names if not name[-1:].isdigit()]).union(addresses)
