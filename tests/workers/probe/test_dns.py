# SPDX-License-Identifier: Apache-2.0
"""Resolvers are asked once, heard out, and never believed blindly."""

import asyncio
import socket

import dns.message
import httpx
import pytest

from app.domain.blocking.measurement import DnsLookup, Engine
from tests.testbed import Testbed, http
from tests.testbed import dns as lies
from tests.testbed.dns import Name, Rule
from tests.testbed.tcp import Listener, bound
from tests.workers.probe.world import hurried, in_world, probe, seen
from workers.probe import ProbeSession

HOST = "news.example"
URL = f"https://{HOST}/"


def asked(rule: Rule, **limits: float) -> list[DnsLookup]:
    """The lookups of a measurement while the field's resolver follows a rule."""

    async def story(net: Testbed) -> list[DnsLookup]:
        net.block_dns(HOST, rule)
        return list((await seen(net, URL, limits=hurried(**limits))).lookups)

    return in_world(story)


@pytest.mark.parametrize(
    ("rule", "failure", "rcode"),
    [
        (lies.nxdomain, "dns_nxdomain_error", "NXDOMAIN"),
        (lies.servfail, "dns_servfail_error", "SERVFAIL"),
        (lies.refused, "dns_refused_error", "REFUSED"),
        (lies.empty, "dns_no_answer", "NOERROR"),
        (lies.silent, "generic_timeout_error", None),
        (lies.malformed, "generic_timeout_error", None),
    ],
    ids=["nxdomain", "servfail", "refused", "empty", "silent", "malformed"],
)
def test_each_way_not_to_answer_has_its_name(rule: Rule, failure: str, rcode: str | None) -> None:
    """Five refusals and a broken reply are told apart, for A and for AAAA."""
    lookups = asked(rule, dns_s=0.3)
    assert [(lookup.query_type, lookup.failure, lookup.rcode) for lookup in lookups] == [
        ("A", failure, rcode),
        ("AAAA", failure, rcode),
    ]


def test_silence_is_asked_again_and_bounded() -> None:
    """A lost packet is not blocking: each question is sent twice, and no longer waited than said."""

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, lies.silent)
        measured = await seen(net, URL, limits=hurried(dns_s=0.4))
        assert sorted(net.field_resolver.queries) == sorted([(HOST, "A"), (HOST, "AAAA")] * 2)
        lookup = measured.lookups[0]
        assert 390 <= lookup.ended_ms - lookup.started_ms < 2000

    in_world(story)


def test_a_lost_answer_is_made_good_by_the_second_try() -> None:
    """The answer to the second try counts."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.in_turn(lies.silent, lies.honest))
        measured = await seen(net, URL, limits=hurried(dns_s=0.6))
        assert measured.lookups[0].addresses == (site.address,)
        assert measured.lookups[0].failure is None

    in_world(story)


def test_an_injected_answer_and_the_true_one_are_both_kept() -> None:
    """Two differing answers to one question are the mark of injection."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.inject(net.sink_address, truth_after_s=0.02))
        lookup = (await seen(net, URL)).lookups[0]
        assert lookup.addresses == (net.sink_address,)
        assert lookup.answers[0].address_class == "bogon:loopback"
        assert lookup.late_answers == ((site.address,),)

    in_world(story)


def test_an_injected_refusal_is_contradicted_as_well() -> None:
    """A forged NXDOMAIN is waited on until the truth arrives."""

    def rule(query: dns.message.Message, truth: dns.message.Message) -> lies.Sending:
        return [*lies.nxdomain(query, truth), (0.03, truth.to_wire())]

    lookup = asked(rule)[0]
    assert lookup.failure == "dns_nxdomain_error"
    assert len(lookup.late_answers) == 1


def test_the_same_answer_twice_is_no_contradiction() -> None:
    """Networks duplicate packets; only a differing second answer is evidence."""

    def twice(_: dns.message.Message, truth: dns.message.Message) -> lies.Sending:
        return [(0, truth.to_wire()), (0, truth.to_wire())]

    assert asked(twice)[0].late_answers == ()


def test_a_reply_under_a_guessed_id_is_ignored() -> None:
    """Whoever can't see the question can't answer it."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.wrong_id)
        lookup = (await seen(net, URL)).lookups[0]
        assert lookup.addresses == (site.address,)
        assert lookup.late_answers == ()

    in_world(story)


def test_a_truncated_answer_is_asked_again_over_tcp() -> None:
    """The TC bit leads to TCP, and the answer given there counts."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.truncate)
        lookup = (await seen(net, URL)).lookups[0]
        assert lookup.addresses == (site.address,)
        assert lookup.failure is None

    in_world(story)


def test_a_truncated_answer_without_tcp_is_the_failure_of_tcp() -> None:
    """Where the resolver's TCP port is closed, no answer was got, and it says why."""

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, lies.truncate)
        net.field_resolver.refuse_tcp()
        lookup = (await seen(net, URL)).lookups[0]
        assert (lookup.addresses, lookup.failure) == ((), "connection_refused")

    in_world(story)


def test_a_resolver_that_is_not_there_is_refused_not_silent() -> None:
    """The kernel's ICMP message is heard at once."""

    async def story(net: Testbed) -> None:
        with bound(net.dead_address, 0, socket.SOCK_DGRAM) as free:
            port = free.getsockname()[1]
        async with ProbeSession(
            resolvers=[f"{net.dead_address}:{port}"], limits=hurried(dns_s=4)
        ) as session:
            measured = await probe(session, URL)
        assert {lookup.failure for lookup in measured.lookups} == {"connection_refused"}
        assert measured.runtime_ms < 3500

    in_world(story)


def test_the_next_nameserver_is_tried() -> None:
    """A machine with two nameservers works while one of them is dead, and so does the prober."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        with bound(net.dead_address, 0, socket.SOCK_DGRAM) as free:
            port = free.getsockname()[1]
        good = "{}:{}".format(*net.open_resolver.address)
        async with ProbeSession(
            resolvers=[f"{net.dead_address}:{port}", good],
            ports={443: net.ports.tls},
            tls=net.authorities.client,
            address_policy=net.classify,
        ) as session:
            measured = await probe(session, URL)
        assert measured.lookups[0].addresses == (site.address,)
        assert measured.final is not None
        assert measured.final.status == 200

    in_world(story)


def test_an_independent_resolver_is_asked_beside() -> None:
    """The lie and the truth stand side by side, each under its resolver's name."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.nxdomain)
        measured = await seen(net, URL, independent=True)
        by_engine = {
            lookup.engine: lookup.addresses
            for lookup in measured.lookups
            if lookup.query_type == "A"
        }
        assert by_engine == {Engine.SYSTEM: (), Engine.UDP: (site.address,)}
        assert [connect.engine for connect in measured.connects] == [Engine.UDP]
        assert measured.final is not None
        assert measured.final.engine is Engine.UDP

    in_world(story)


def test_a_swollen_answer_is_kept_up_to_a_bound() -> None:
    """Of 60 addresses 32 are kept, and only a few per family are contacted."""

    async def story(net: Testbed) -> None:
        forged = [f"{net.subnet}.{number}" for number in range(200, 230)]
        net.public.update(forged)
        net.block_dns(HOST, lies.forge(*forged, *(f"10.0.0.{number}" for number in range(1, 31))))
        measured = await seen(net, URL)
        assert len(measured.lookups[0].answers) == 32
        assert len(measured.connects) == 4

    in_world(story)


def test_aliases_are_kept_up_to_a_bound() -> None:
    """A chain of twenty aliases is cut at ten."""

    async def story(net: Testbed) -> None:
        aliases = tuple(f"hop{number}.example" for number in range(20))
        net.name(HOST, net.dead_address, cnames=aliases)
        lookup = (await seen(net, URL)).lookups[0]
        assert lookup.cnames == aliases[:10]
        assert lookup.addresses == (net.dead_address,)

    in_world(story)


def doh_server(net: Testbed, page: http.Page) -> Listener:
    """A DNS server over HTTPS at an address of its own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await page(await http.read_request(reader), writer)

    address = net.dead_address
    listener = Listener(address, 0, serve, tls=net.authorities.genuine(address))
    listener.open()
    return listener


def message(body: bytes | str) -> bytes:
    """An answer that says it is a DNS message."""
    return http.response(body, headers=(("Content-Type", "application/dns-message"),))


async def over_https(net: Testbed, page: http.Page) -> list[DnsLookup]:
    """The lookups over HTTPS of a measurement."""
    listener = doh_server(net, page)
    async with ProbeSession(
        resolvers=["{}:{}".format(*net.field_resolver.address)],
        doh_url=f"https://{listener.address}:{listener.port}/dns-query",
        tls=net.authorities.client,
        address_policy=net.classify,
        limits=hurried(dns_s=0.5, tcp_s=0.2),
    ) as session:
        measured = await probe(session, URL)
    await listener.aclose()
    return [lookup for lookup in measured.lookups if lookup.engine is Engine.DOH]


def test_a_resolver_is_asked_over_https() -> None:
    """DNS over HTTPS gives the truth where UDP lies."""

    async def story(net: Testbed) -> None:
        zone = {HOST: Name(addresses=("127.1.2.3",))}

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            assert request.method == "POST"
            query = await request.reader.readexactly(int(request.headers["content-length"]))
            reply = lies.honest_reply(zone, dns.message.from_wire(query)).to_wire()
            kind = (("Content-Type", "application/dns-message"),)
            writer.write(http.response(reply, headers=kind))

        net.block_dns(HOST, lies.nxdomain)
        lookups = await over_https(net, page)
        assert [(lookup.addresses, lookup.failure) for lookup in lookups] == [
            (("127.1.2.3",), None),
            ((), "dns_no_answer"),
        ]

    in_world(story)


@pytest.mark.parametrize(
    ("page", "failure"),
    [
        (http.raw(http.response("no", status="503 Service Unavailable")), "http_request_failed"),
        (http.raw(http.response("a login page")), "http_request_failed"),
        (http.raw(message("no DNS")), "dns_server_misbehaving"),
        (http.raw(message(b"x" * 100_000)), "dns_server_misbehaving"),
        (http.silence(), "generic_timeout_error"),
        (http.torn(), "connection_reset"),
    ],
    ids=["503", "another type", "garbage", "swollen", "silence", "reset"],
)
def test_dns_over_https_fails_by_name(page: http.Page, failure: str) -> None:
    """A blocked or broken resolver over HTTPS is data, too."""

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, lies.nxdomain)
        assert {lookup.failure for lookup in await over_https(net, page)} == {failure}

    in_world(story)


def test_the_environment_is_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment would measure another network than the vantage's."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    async def story() -> None:
        async with ProbeSession(resolvers=["127.0.0.1"]) as session:
            assert isinstance(session.http, httpx.AsyncClient)
            assert session.http.trust_env is False

    asyncio.run(story())
