# SPDX-License-Identifier: Apache-2.0
"""Certificates are judged as Python's own `ssl` judges them: the same names, the same failures.

Both shake hands in memory with one server; what one refuses the other refuses, for one reason.
"""

import ipaddress
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL, crypto

from workers.probe.certificates import Chain
from workers.probe.failures import failure_of, failure_of_chain
from workers.probe.trust import Trust, trust_of

HOST = "news.example"
LONG_AGO, IN_THE_PAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
NOT_YET, LATER = datetime(2080, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
CERTIFICATE_SIGNING = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass
class Issued:
    """A certificate with its key, and what was issued above it."""

    certificate: x509.Certificate
    key: Key
    above: list[x509.Certificate] = field(default_factory=list)


def issue(
    name: str,
    by: Issued | None = None,
    *,
    names: list[x509.GeneralName] | None = None,
    since: datetime = LONG_AGO,
    until: datetime = LATER,
    is_authority: bool = False,
    path_length: int | None = None,
    usage: list[x509.ObjectIdentifier] | None = None,
    is_for_signing_only: bool = False,
    key: Key | None = None,
) -> Issued:
    """Issue a certificate; without `by` it signs itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
    )
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    if is_for_signing_only:
        builder = builder.add_extension(CERTIFICATE_SIGNING, critical=True)
    certificate = builder.sign(by.key if by else key, hashes.SHA256())
    return Issued(certificate, key, [by.certificate, *by.above] if by else [])


def named(*names: str) -> list[x509.GeneralName]:
    """Alternative names: host names, and addresses where they are written as such."""
    given: list[x509.GeneralName] = []
    for name in names:
        try:
            given.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            given.append(x509.DNSName(name))
    return given


ROOT = issue("Root of tests", is_authority=True)
BETWEEN = issue("Between", ROOT, is_authority=True, path_length=0)


def server(leaf: Issued, folder: Path) -> ssl.SSLContext:
    """A server's context that shows a leaf and what is between it and its root."""
    pem = serialization.Encoding.PEM
    sent = [leaf.certificate, *leaf.above[:-1]]
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(pem) for one in sent))
    (folder / "key.pem").write_bytes(
        leaf.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


def trusting() -> ssl.SSLContext:
    """A context that trusts the root of these tests and, like a browser, no common names."""
    context = ssl.create_default_context(
        cadata=ROOT.certificate.public_bytes(serialization.Encoding.DER)
    )
    context.hostname_checks_common_name = False
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST  # Python 3.13 sets more by default
    return context


def by_python(host: str, context: ssl.SSLContext) -> str | None:
    """How Python's own handshake with a server ends."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = context.wrap_bio(to_server, to_client, server_side=True)
    here = trusting().wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(2):
        try:
            here.do_handshake()
        except ssl.SSLWantReadError:
            with pytest.raises(ssl.SSLWantReadError):
                there.do_handshake()
        except ssl.SSLError as error:
            return failure_of(error)
    return None


def by_us(host: str, context: ssl.SSLContext) -> str | None:
    """How ours ends."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = context.wrap_bio(to_server, to_client, server_side=True)
    trust = trust_of(trusting())
    here = SSL.Connection(trust.context)
    here.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        here.do_handshake()
    to_server.write(here.bio_read(16_384))
    with pytest.raises(ssl.SSLWantReadError):
        there.do_handshake()
    here.bio_write(to_client.read())
    here.do_handshake()
    presented = here.get_peer_cert_chain() or []
    der = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in presented)
    return failure_of_chain(
        trust.error_in(der, presented), is_for_host=Chain.read(der).is_for(host)
    )


HOSTS = [HOST, "www.news.example", "a.www.news.example", "example", "xn--80a.news.example",
         "127.0.0.1", "127.0.0.2", "::1"]  # fmt: skip
NAMES = [
    [], ["news.example"], ["NEWS.Example"], ["*.news.example"], ["*.example"], ["*"],
    ["w*.news.example"], ["*w.news.example"], ["www.*.example"], ["*.*.example"], ["*.www.news.example"],
    ["other.example", "news.example"], ["news.example.evil.example"], ["evilnews.example"],
    ["127.0.0.1"], ["::1"], ["0:0:0:0:0:0:0:1"], [".news.example"], ["example"], ["xn--*.news.example"],
]  # fmt: skip


@pytest.mark.parametrize("names", NAMES, ids=lambda names: " ".join(names) or "no name")
def test_names_are_compared_as_openssl_compares_them(names: list[str], tmp_path: Path) -> None:
    """For every host the answer is that of Python's `ssl`, also where the subject has its name."""
    context = server(issue(HOST, BETWEEN, names=named(*names) if names else None), tmp_path)
    ours = {host: by_us(host, context) for host in HOSTS}
    assert ours == {host: by_python(host, context) for host in HOSTS}
    assert set(ours.values()) <= {None, "ssl_invalid_hostname"}


def test_an_address_written_as_a_name_is_none(tmp_path: Path) -> None:
    """Only an address in the field for addresses makes a certificate good for one."""
    leaf = issue(HOST, BETWEEN, names=[x509.DNSName("127.0.0.1")])
    context = server(leaf, tmp_path)
    assert by_us("127.0.0.1", context) == "ssl_invalid_hostname"
    assert by_python("127.0.0.1", context) == "ssl_invalid_hostname"


def _stranger() -> Issued:
    return issue("Stranger", is_authority=True)


BAD: dict[str, tuple[Callable[[], Issued], str | None]] = {
    "good": (lambda: issue("x", BETWEEN, names=named(HOST)), None),
    "expired": (
        lambda: issue("x", BETWEEN, names=named(HOST), until=IN_THE_PAST),
        "ssl_invalid_certificate",
    ),
    "not yet valid": (
        lambda: issue("x", BETWEEN, names=named(HOST), since=NOT_YET),
        "ssl_invalid_certificate",
    ),
    "expired and for another": (
        lambda: issue("x", BETWEEN, names=named("other.example"), until=IN_THE_PAST),
        "ssl_invalid_hostname",
    ),
    "signs itself": (lambda: issue("x", names=named(HOST)), "ssl_unknown_authority"),
    "signs itself, for another": (
        lambda: issue("x", names=named("other.example")),
        "ssl_unknown_authority",
    ),
    "of a stranger": (lambda: issue("x", _stranger(), names=named(HOST)), "ssl_unknown_authority"),
    "of a stranger and expired": (
        lambda: issue("x", _stranger(), names=named(HOST), until=IN_THE_PAST),
        "ssl_unknown_authority",
    ),
    "of a stranger, for another": (
        lambda: issue("x", _stranger(), names=named("other.example")),
        "ssl_unknown_authority",
    ),
    "for clients": (
        lambda: issue("x", BETWEEN, names=named(HOST), usage=[ExtendedKeyUsageOID.CLIENT_AUTH]),
        "ssl_invalid_certificate",
    ),
    "for clients of another": (
        lambda: issue(
            "x", BETWEEN, names=named("other.example"), usage=[ExtendedKeyUsageOID.CLIENT_AUTH]
        ),
        "ssl_invalid_certificate",
    ),
    "expired and for clients": (
        lambda: issue(
            "x",
            BETWEEN,
            names=named("other.example"),
            usage=[ExtendedKeyUsageOID.CLIENT_AUTH],
            until=IN_THE_PAST,
        ),
        "ssl_invalid_certificate",
    ),
    "beneath one for clients": (
        lambda: issue(
            "x",
            issue("y", ROOT, is_authority=True, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]),
            names=named(HOST),
        ),
        "ssl_invalid_certificate",
    ),
    "for signing only": (
        lambda: issue("x", BETWEEN, names=named(HOST), is_for_signing_only=True),
        "ssl_invalid_certificate",
    ),
    "for servers": (
        lambda: issue("x", BETWEEN, names=named(HOST), usage=[ExtendedKeyUsageOID.SERVER_AUTH]),
        None,
    ),
    "of no authority": (
        lambda: issue("x", issue("y", BETWEEN), names=named(HOST)),
        "ssl_invalid_certificate",
    ),
    "one authority too many": (
        lambda: issue("x", issue("y", BETWEEN, is_authority=True), names=named(HOST)),
        "ssl_invalid_certificate",
    ),
    "beneath one that expired": (
        lambda: issue(
            "x", issue("y", ROOT, is_authority=True, until=IN_THE_PAST), names=named(HOST)
        ),
        "ssl_invalid_certificate",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificates_have_the_failure_openssl_stops_at(kind: str, tmp_path: Path) -> None:
    """What is wrong is named as Python's `ssl` names it, also where several things are wrong."""
    make, failure = BAD[kind]
    context = server(make(), tmp_path)
    assert (by_us(HOST, context), by_python(HOST, context)) == (failure, failure)


def test_a_forged_signature_is_refused(tmp_path: Path) -> None:
    """A leaf that only claims to be an authority's is no unknown authority's: it is invalid."""
    impostor = Issued(BETWEEN.certificate, ec.generate_private_key(ec.SECP256R1()), BETWEEN.above)
    context = server(issue("x", impostor, names=named(HOST)), tmp_path)
    assert by_us(HOST, context) == by_python(HOST, context) == "ssl_invalid_certificate"


@pytest.mark.parametrize(
    ("weak", "error"),
    [
        (
            lambda: issue(
                "x", BETWEEN, names=named(HOST), key=rsa.generate_private_key(65537, 1024)
            ),
            66,
        ),
        (
            lambda: issue(
                "x",
                issue("y", ROOT, is_authority=True, key=rsa.generate_private_key(65537, 1024)),
                names=named(HOST),
            ),
            66,
        ),
        (
            lambda: issue(
                "x", BETWEEN, names=named(HOST), key=rsa.generate_private_key(65537, 2048)
            ),
            0,
        ),
    ],
    ids=["leaf", "authority", "none"],
)
def test_short_keys_are_refused(weak: Callable[[], Issued], error: int) -> None:
    """A key that could be broken proves nothing, whatever this machine's OpenSSL would let pass."""
    assert error_in(trust_of(trusting()), der_of(weak())) == error


def error_in(trust: Trust, chain: tuple[bytes, ...]) -> int:
    """What is wrong with a chain, read by OpenSSL as in a handshake."""
    shown = [crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in chain]
    return trust.error_in(chain, shown)


def der_of(leaf: Issued) -> tuple[bytes, ...]:
    """What a server with this leaf shows."""
    sent = [leaf.certificate, *leaf.above[:-1]]
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in sent)


def test_a_verified_chain_is_remembered_within_its_dates_for_an_hour() -> None:
    """Only the very bytes are, only while they are valid, and never one that failed."""
    trust = trust_of(trusting())
    now = time.time()  # noqa: TID251  What OpenSSL compares with.
    short = der_of(issue("x", BETWEEN))
    assert not trust.remembers(short, now)
    assert error_in(trust, short) == 0
    assert trust.remembers(short, now)
    assert not trust.remembers(short[:1], now)
    assert not trust.remembers((*short, short[0]), now)
    assert not trust.remembers(short, now + 3700)
    assert not trust.remembers(short, LONG_AGO.timestamp() - 1)
    soon = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(now) + 600)
    ends_soon = der_of(issue("x", BETWEEN, until=soon))
    assert error_in(trust, ends_soon) == 0
    assert trust.remembers(ends_soon, now + 590)
    assert not trust.remembers(ends_soon, now + 610)
    assert not trust_of(trusting()).remembers(short, now)
    bad = der_of(issue("x", issue("Stranger", is_authority=True)))
    assert error_in(trust, bad) == 20
    assert not trust.remembers(bad, now)


def test_sessions_that_trust_the_same_share_their_trust() -> None:
    """The memory of chains is one for each set of authorities, and never crosses to another."""
    one, other = trusting(), ssl.create_default_context()
    assert trust_of(one) is trust_of(one)
    chain = der_of(issue("x", BETWEEN))
    assert error_in(trust_of(one), chain) == 0
    assert error_in(trust_of(other), chain) == 20


def test_no_certificate_is_no_good_one() -> None:
    """A peer that shows nothing is refused."""
    assert trust_of(trusting()).error_in((), []) != 0


def test_a_chain_is_cut_between_certificates() -> None:
    """A bound keeps whole certificates, from the leaf on."""
    der = tuple(one.certificate.public_bytes(serialization.Encoding.DER) for one in (BETWEEN, ROOT))
    chain = Chain.read(der)
    assert chain.within(len(der[0]) + len(der[1])) is chain
    assert chain.within(len(der[0]) + len(der[1]) - 1).der == der[:1]
    assert chain.within(len(der[0]) - 1) == Chain()
