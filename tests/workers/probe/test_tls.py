# SPDX-License-Identifier: Apache-2.0
"""Handshakes verify, and keep the chain as evidence whether they do or not."""

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from app.domain.blocking.measurement import Measurement, TlsHandshake
from tests.testbed import SniAction, Testbed
from tests.workers.probe.world import hurried, in_world, probe, seen
from workers.probe.session import verifying_context
from workers.probe.trust import trust_of

HOST = "news.example"
URL = f"https://{HOST}/"


def leaf_of(context: ssl.SSLContext, address: str, port: int) -> str:
    """The SHA-256 of a server's leaf certificate, read with another hand."""
    pem = ssl.get_server_certificate((address, port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def handshake_with(prepare: str | SniAction) -> TlsHandshake:
    """The handshake of a field measurement with a bad certificate, or behind a middlebox."""

    async def story(net: Testbed) -> Measurement:
        net.site(HOST)
        if isinstance(prepare, SniAction):
            net.block_sni(HOST, prepare)
        else:
            net.change_certificate(HOST, getattr(net.authorities, prepare)(HOST))
        return await seen(net, URL, limits=hurried(tls_s=0.6 if prepare == "drop" else 1.5))

    measured = in_world(story)
    (handshake,) = measured.handshakes
    assert (handshake.failure is None) == bool(measured.exchanges)
    return handshake


def test_a_genuine_certificate_is_kept_with_its_chain() -> None:
    """The leaf's hash is that of the certificate the server has."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        (handshake,) = (await seen(net, URL)).handshakes
        leaf = await asyncio.to_thread(leaf_of, net.authorities.client, site.address, net.ports.tls)
        assert handshake.chain_sha256[0] == leaf
        assert tuple(hashlib.sha256(der).hexdigest() for der in handshake.chain) == (
            handshake.chain_sha256
        )
        assert handshake.failure is None
        assert (handshake.version, handshake.alpn) == ("TLSv1.3", "http/1.1")
        assert handshake.cipher is not None
        assert handshake.issuer == "O=Testbed Trust"
        assert handshake.not_after is not None
        assert handshake.not_after > datetime(2030, 1, 1, tzinfo=UTC)

    in_world(story)


@pytest.mark.parametrize(
    ("prepare", "failure"),
    [
        ("wrong_name", "ssl_invalid_hostname"),
        ("expired", "ssl_invalid_certificate"),
        ("self_signed", "ssl_unknown_authority"),
        (SniAction.INTERCEPT, "ssl_unknown_authority"),
    ],
)
def test_a_bad_certificate_is_named_and_its_chain_is_kept(
    prepare: str | SniAction, failure: str
) -> None:
    """The chain is the best evidence of an interception, and no page is asked for over it."""
    handshake = handshake_with(prepare)
    assert handshake.failure == failure
    assert len(handshake.chain_sha256) >= 1
    assert [hashlib.sha256(der).hexdigest() for der in handshake.chain] == list(
        handshake.chain_sha256
    )
    assert ssl.DER_cert_to_PEM_cert(handshake.chain[0]).startswith("-----BEGIN CERTIFICATE")
    assert handshake.issuer is not None
    assert handshake.not_after is not None


@pytest.mark.parametrize(
    ("action", "failure"),
    [
        (SniAction.RESET, "connection_reset"),
        (SniAction.CLOSE, "eof_error"),
        (SniAction.ALERT, "ssl_failed_handshake"),
        (SniAction.DROP, "generic_timeout_error"),
    ],
)
def test_each_way_to_break_a_handshake(action: SniAction, failure: str) -> None:
    """A torn, closed, broken and silent handshake are told apart, and bounded in time."""
    handshake = handshake_with(action)
    assert handshake.failure == failure
    assert handshake.chain_sha256 == ()
    assert handshake.ended_ms - handshake.started_ms < 3000


def hostile_certificate(host: str, replace: tuple[bytes, bytes], folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate in which some bytes are replaced by as many others."""
    issued = trustme.CA(organization_name="Hostile Trust").issue_cert(host)
    (pem,) = [blob.bytes() for blob in issued.cert_chain_pems]
    der = ssl.PEM_cert_to_DER_cert(pem.decode())
    assert len(replace[0]) == len(replace[1])
    assert replace[0] in der
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_text(ssl.DER_cert_to_PEM_cert(der.replace(*replace)))
    key.write_bytes(issued.private_key_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


@pytest.mark.parametrize(
    "replace",
    [(b"Hostile Trust", b"Hostile\x00Trust"), (b"000101000000Z", b"00zz01000000Z")],
    ids=["a name with a NUL", "a date that is no date"],
)
def test_a_certificate_that_cannot_be_read_is_kept_all_the_same(
    replace: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """No certificate a censor writes can break the measurement off."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        context = hostile_certificate(HOST, replace, tmp_path)
        net.change_certificate(HOST, context)
        (handshake,) = (await seen(net, URL)).handshakes
        assert handshake.failure is not None
        assert handshake.failure.startswith("ssl_")
        assert len(handshake.chain) == 1

    in_world(story)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_nothing_is_asked_of_whom_a_bad_chain_came_from(version: ssl.TLSVersion) -> None:
    """One connection takes the chain that failed, and no request is ever sent over it."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        asked: list[str] = []

        async def page(request: object, writer: object) -> None:
            asked.append("asked")

        site.page = page
        context = net.authorities.self_signed(HOST)
        context.maximum_version = version
        net.change_certificate(HOST, context)
        (handshake,) = (await seen(net, URL)).handshakes
        assert (handshake.failure, len(handshake.chain)) == ("ssl_unknown_authority", 1)
        assert site.tls.hits == 1
        assert asked == []

    in_world(story)


def test_a_huge_chain_is_kept_up_to_a_bound() -> None:
    """A chain over the limit is cut, and the measurement goes on."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        (handshake,) = (await seen(net, URL, limits=hurried(chain_bytes=10))).handshakes
        assert (handshake.failure, handshake.chain_sha256, handshake.chain) == (None, (), ())

    in_world(story)


def test_one_context_serves_the_whole_process() -> None:
    """A context costs 16 ms to make; it is made once, and verifies."""
    assert verifying_context() is verifying_context()
    assert verifying_context().verify_mode is ssl.CERT_REQUIRED
    assert verifying_context().check_hostname
    assert trust_of(verifying_context()) is trust_of(verifying_context())


def test_ciphers_of_both_versions_are_recorded() -> None:
    """A server that knows TLS 1.2 only is measured as such."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        old = net.authorities.genuine(HOST)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        async with net.session() as session:
            (handshake,) = (await probe(session, URL)).handshakes
        assert (handshake.failure, handshake.version) == (None, "TLSv1.2")

    in_world(story)
