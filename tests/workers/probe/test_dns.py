# SPDX-License-Identifier: Apache-2.0
"""Resolvers are asked once, heard out, and never believed blindly."""

import asyncio
import socket

import dns.message
import dns.rdatatype
import httpx
import pytest

from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import DnsLookup, Engine
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import VerdictState
from tests.testbed import Testbed, http
from tests.testbed import dns as lies
from tests.testbed.dns import Name, Rule
from tests.testbed.tcp import Listener, bound
from tests.workers.probe.world import hurried, in_world, probe, seen
from workers.probe import ProbeSession
from workers.probe.dns import Inquiry
from workers.probe.session import Stopwatch

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
        assert [one.attempts for one in measured.lookups] == [2, 2]

    in_world(story)


def test_a_lost_answer_is_made_good_by_the_second_try() -> None:
    """The answer to the second try counts."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, lies.in_turn(lies.silent, lies.honest))
        measured = await seen(net, URL, limits=hurried(dns_s=0.6))
        assert measured.lookups[0].addresses == (site.address,)
        assert measured.lookups[0].failure is None
        assert [one.attempts for one in measured.lookups] == [2, 1]

    in_world(story)


def test_a_question_is_asked_again_from_another_port_under_another_id() -> None:
    """Whoever guessed the first pair has gained nothing for the second."""

    async def story(net: Testbed) -> None:
        heard: list[tuple[int, tuple[str, int]]] = []
        loop = asyncio.get_running_loop()
        with bound(net.dead_address, 0, socket.SOCK_DGRAM) as deaf:

            def hear() -> None:
                wire, sender = deaf.recvfrom(4096)
                heard.append((int.from_bytes(wire[:2], "big"), sender))

            loop.add_reader(deaf, hear)
            resolver = "{}:{}".format(*deaf.getsockname())
            async with ProbeSession(resolvers=[resolver], limits=hurried(dns_s=0.4)) as session:
                await probe(session, URL)
            loop.remove_reader(deaf)
        assert len(heard) == 4
        assert len({query_id for query_id, _ in heard}) == 4
        assert len({port for _, (_, port) in heard}) == 2

    in_world(story)


def test_an_unreachable_nameserver_heard_of_late_does_not_end_the_next_try() -> None:
    """An ICMP message about the first nameserver says nothing of the second."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)

        def slowly(_: dns.message.Message, truth: dns.message.Message) -> lies.Sending:
            return [(0.25, truth.to_wire())]

        net.block_dns(HOST, slowly)
        silent = bound(net.dead_address, 0, socket.SOCK_DGRAM)
        gone = "{}:{}".format(*silent.getsockname())
        good = "{}:{}".format(*net.field_resolver.address)
        async with ProbeSession(
            resolvers=[gone, good],
            ports={443: net.ports.field_tls},
            tls=net.authorities.client,
            address_policy=net.classify,
            limits=hurried(dns_s=0.8),
        ) as session:
            watch = Stopwatch(5)
            inquiry = Inquiry(
                HOST, engine=Engine.SYSTEM, resolver=gone, depth=0, session=session, watch=watch
            )
            asking = asyncio.create_task(inquiry.ask_udp(session.resolvers))
            await asyncio.sleep(0.5)
            # Only now does the first nameserver's machine say that nobody is there.
            silent.close()
            inquiry._sockets[0].send(b"one more datagram makes the kernel say it")
            await asking
            inquiry.close()
        lookup = inquiry.lookups()[0]
        assert (lookup.failure, lookup.addresses) == (None, (site.address,))
        assert (lookup.resolver, lookup.attempts) == (good, 2)

    in_world(story)


def test_an_answer_cut_short_is_made_whole_even_if_the_other_question_stays_open() -> None:
    """A truncated A beside a silent AAAA still leads to TCP."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)

        def rule(query: dns.message.Message, truth: dns.message.Message) -> lies.Sending:
            is_a = query.question[0].rdtype == dns.rdatatype.A
            return lies.truncate(query, truth) if is_a else lies.silent(query, truth)

        net.block_dns(HOST, rule)
        measured = await seen(net, URL, limits=hurried(dns_s=0.4))
        a, aaaa = measured.lookups
        assert (a.addresses, a.failure) == ((site.address,), None)
        assert aaaa.failure == "generic_timeout_error"

    in_world(story)


def test_an_injected_public_answer_is_waited_on_where_nothing_proved_it() -> None:
    """A forged address whose page came at once leaves the true answer time to arrive."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        forged = lies.inject(net.block_page_address, truth_after_s=0.3)
        net.block_dns(HOST, forged)
        limits = hurried(late_answer_s=0.5)
        measured = await seen(net, f"http://{HOST}/", limits=limits)
        assert measured.final is not None
        assert measured.final.ended_ms < 300
        assert measured.lookups[0].addresses == (net.block_page_address,)
        assert measured.lookups[0].late_answers == ((site.address,),)

    in_world(story)


def test_a_proved_answer_is_not_waited_on() -> None:
    """Where TLS verified for the name, the ordinary measurement ends with the page."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        measured = await seen(net, URL, limits=hurried(late_answer_s=3.0))
        assert measured.runtime_ms < 2000

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


async def over_https(
    net: Testbed, page: http.Page, listener: Listener | None = None
) -> list[DnsLookup]:
    """The lookups over HTTPS of a measurement."""
    listener = listener or doh_server(net, page)
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
    """DNS over HTTPS gives the truth where UDP lies: POST, id 0, and nothing that names us."""

    async def story(net: Testbed) -> None:
        zone = {HOST: Name(addresses=("127.1.2.3",))}
        heads: list[str] = []

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            assert (request.method, request.target) == ("POST", "/dns-query")
            assert request.headers["content-type"] == "application/dns-message"
            query = await request.reader.readexactly(int(request.headers["content-length"]))
            assert query[:2] == b"\x00\x00"
            heads.append(request.head.decode())
            reply = lies.honest_reply(zone, dns.message.from_wire(query)).to_wire()
            writer.write(message(reply))

        net.block_dns(HOST, lies.nxdomain)
        lookups = await over_https(net, page)
        assert [(lookup.addresses, lookup.failure, lookup.attempts) for lookup in lookups] == [
            (("127.1.2.3",), None, 1),
            ((), "dns_no_answer", 1),
        ]
        assert "python" not in heads[0].lower()

    in_world(story)


def test_a_resolver_over_https_must_prove_its_address() -> None:
    """Somebody else's certificate at the resolver's address is a failure, and no answer is taken."""

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, lies.nxdomain)
        asked: list[str] = []

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            asked.append(request.target)

        listener = doh_server(net, page)
        listener.tls = net.authorities.self_signed(listener.address)
        lookups = await over_https(net, page, listener)
        assert {lookup.failure for lookup in lookups} == {"ssl_unknown_authority"}
        assert asked == []

    in_world(story)


def test_a_blocked_resolver_over_https_says_nothing_about_the_site() -> None:
    """Its failure stands in its own record; the page is fetched and the prober is sound."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        with bound(net.dead_address, 0, socket.SOCK_STREAM) as free:
            port = free.getsockname()[1]
        async with net.session() as session:
            session.doh_url = f"https://{net.dead_address}:{port}/"
            measured = await probe(session, URL)
        failures = {one.failure for one in measured.lookups if one.engine is Engine.DOH}
        assert failures == {"connection_refused"}
        assert measured.prober_fault is None
        assert measured.final is not None
        assert measured.final.status == 200
        verdict = judge(measured, [], FingerprintSet(()), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

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
