# SPDX-License-Identifier: Apache-2.0
"""A whole measurement: each scenario of the testbed, and everything a censor would like us to do."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from app.domain.blocking.measurement import Engine, Measurement
from app.errors import RefusedAddress
from tests.testbed import LIMITS, SniAction, Testbed, dns, http
from tests.testbed.scenarios import SCENARIOS, Scenario
from tests.workers.probe.world import NOW, hurried, in_world, probe, seen
from workers.probe import Limits, ProbeSession

HOST = "news.example"
URL = f"https://{HOST}/"
CLEARTEXT = f"http://{HOST}/"
REPOSITORY = Path(__file__).parents[3]


def last_failures(measured: Measurement) -> dict[str, str | None]:
    """The failure of the last attempt in each layer that was reached."""
    lookups = [lookup for lookup in measured.lookups if lookup.query_type == "A"]
    layers = {
        "dns": lookups,
        "tcp": measured.connects,
        "tls": measured.handshakes,
        "http": measured.exchanges,
    }
    return {layer: records[-1].failure for layer, records in layers.items() if records}


def limits_for(scenario: Scenario) -> Limits:
    """The testbed's limits, with those layers hurried that the scenario lets run out."""
    silent = [layer for layer, name in scenario.sees.items() if name == "generic_timeout_error"]
    return hurried(**{f"{layer}_s": 0.4 for layer in silent})


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_scenario_is_seen_as_it_is(scenario: Scenario) -> None:
    """The field sees the interference, layer by layer; the control sees the site."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        scenario.arrange(net)
        field = await seen(net, scenario.url, limits=limits_for(scenario), **scenario.vantage())
        control = await seen(net, scenario.url, role="control", limits=limits_for(scenario))
        assert last_failures(field) == scenario.sees
        assert field.prober_fault is None
        assert net.sink_hits == 0
        if scenario.for_everybody:
            assert last_failures(control) == scenario.sees
        else:
            assert control.final is not None
            assert (control.final.status, control.final.title) == (200, HOST)

    in_world(story)


def test_the_record_says_who_measured_what_and_when() -> None:
    """Identity and time come from the caller; times within are milliseconds in order."""
    measured = in_world(lambda net: seen_site(net, URL))
    assert (measured.uid, measured.url, measured.vantage) == ("m-1", URL, "kz-1")
    assert NOW <= measured.started_at < NOW + timedelta(seconds=2)
    assert measured.connects[0].port == 443
    assert 0 <= measured.lookups[0].started_ms <= measured.lookups[0].ended_ms
    assert measured.lookups[0].ended_ms <= measured.connects[0].started_ms
    assert measured.connects[0].ended_ms <= measured.handshakes[0].started_ms
    assert measured.handshakes[0].ended_ms <= measured.exchanges[0].started_ms
    assert measured.exchanges[0].ended_ms <= measured.runtime_ms


async def seen_site(net: Testbed, url: str) -> Measurement:
    """Put the site online and measure it."""
    net.site(HOST)
    return await seen(net, url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "file:///etc/passwd", "http://x.example:22/"]
)
def test_a_refused_address_is_refused_before_any_packet(url: str) -> None:
    """Nothing is asked, not even DNS."""

    async def story(net: Testbed) -> None:
        with pytest.raises(RefusedAddress):
            await seen(net, url)
        assert net.field_resolver.queries == []
        assert net.sink_hits == 0

    in_world(story)


@pytest.mark.parametrize("url", [URL, CLEARTEXT])
def test_a_bogon_is_evidence_and_never_contacted(url: str) -> None:
    """The answer is kept with its class, and no connection is even attempted."""

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, dns.forge(net.sink_address, "10.10.34.36", "127.0.0.1"))
        measured = await seen(net, url)
        classes = Counter(answer.address_class for answer in measured.lookups[0].answers)
        assert classes == {"bogon:loopback": 2, "bogon:private": 1}
        assert measured.lookups[0].failure is None
        assert measured.connects == ()
        assert net.sink_hits == 0

    in_world(story)


def test_of_a_mixed_answer_only_the_public_part_is_contacted() -> None:
    """One true address beside a bogon is enough to reach the site."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, dns.forge(net.sink_address, site.address))
        measured = await seen(net, URL)
        assert [connect.address for connect in measured.connects] == [site.address]
        assert measured.final is not None
        assert measured.final.status == 200
        assert net.sink_hits == 0

    in_world(story)


def test_a_name_that_is_rebound_between_two_hops_is_judged_again() -> None:
    """The first answer is public, the second a bogon: the redirect to the same name stops there."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, dns.in_turn(dns.honest, dns.forge(net.sink_address, ttl=0)))
        net.change_page(HOST, http.redirect("/again"))
        measured = await seen(net, URL)
        assert [connect.address for connect in measured.connects] == [site.address]
        assert [lookup.addresses for lookup in measured.lookups if lookup.query_type == "A"] == [
            (site.address,),
            (net.sink_address,),
        ]
        assert measured.final is not None
        assert measured.final.location_refused == "refused:bogon:loopback"
        assert net.sink_hits == 0

    in_world(story)


def test_one_attempt_uses_one_resolution() -> None:
    """A name rebound right after its answer changes nothing: the judged address is used."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        net.block_dns(HOST, dns.in_turn(dns.honest, dns.forge(net.sink_address, ttl=0)))
        net.change_certificate(HOST, net.authorities.self_signed(HOST))
        measured = await seen(net, URL)
        assert net.field_resolver.queries.count((HOST, "A")) == 1
        assert measured.handshakes[0].failure == "ssl_unknown_authority"
        assert site.tls.hits == 1
        assert net.sink_hits == 0

    in_world(story)


@pytest.mark.parametrize(
    ("location", "refused", "failure"),
    [
        ("http://169.254.169.254/latest/meta-data/", "refused:non_global_literal", None),
        ("file:///etc/passwd", "refused:scheme", None),
        ("http://localhost:6379/", "refused:port", None),
        ("//127.0.0.1/", "refused:non_global_literal", None),
        ("http://[", "refused:host", "http_invalid_redirect_location_host"),
        ("https:///start", "refused:host", "http_invalid_redirect_location_host"),
        ("https:start", "refused:host", "http_invalid_redirect_location_host"),
        ("https://?q", "refused:host", "http_invalid_redirect_location_host"),
    ],
)
def test_redirects_into_private_space_are_recorded_and_not_followed(
    location: str, refused: str, failure: str | None
) -> None:
    """The hop is kept as evidence; no lookup and no connection follows it."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        net.change_page(HOST, http.redirect(location))
        measured = await seen(net, URL)
        (exchange,) = measured.exchanges
        assert (exchange.status, exchange.location) == (302, location)
        assert (exchange.location_refused, exchange.failure) == (refused, failure)
        assert len(measured.connects) == 1
        assert {host for host, _ in net.field_resolver.queries} == {HOST}
        assert net.sink_hits == 0

    in_world(story)


def test_a_redirect_to_a_name_with_a_bogon_is_recorded_with_its_class() -> None:
    """The block page on a private address is named, and never visited."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        net.name("blocked.example", net.sink_address)
        net.block_http(HOST, http.redirect("http://blocked.example/?law=1"))
        measured = await seen(net, CLEARTEXT)
        (exchange,) = measured.exchanges
        assert exchange.location_refused == "refused:bogon:loopback"
        assert measured.lookups[-1].depth == 1
        assert net.sink_hits == 0

    in_world(story)


def test_redirects_are_followed_through_names_and_schemes() -> None:
    """From cleartext to TLS to another host: each hop is looked up and recorded at its depth."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        net.site("www.news.example")

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            where = "https://www.news.example/start"
            await http.redirect(where, status="308 Permanent Redirect")(request, writer)

        net.change_page(HOST, page)
        net.block_http(HOST, http.redirect(URL, status="301 Moved Permanently"))
        measured = await seen(net, CLEARTEXT)
        assert [(seen.depth, seen.status, seen.url) for seen in measured.exchanges] == [
            (0, 301, CLEARTEXT),
            (1, 308, URL),
            (2, 200, "https://www.news.example/start"),
        ]
        assert [handshake.depth for handshake in measured.handshakes] == [1, 2]
        assert {lookup.depth for lookup in measured.lookups} == {0, 1, 2}

    in_world(story)


@pytest.mark.parametrize(("there", "back"), [("/", "/"), ("/b", "/a")])
def test_a_redirect_loop_ends_after_ten(there: str, back: str) -> None:
    """A loop, of one page or two, each hop with a fat cookie, ends as OONI's does."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        fat = "x=" + "y" * 60_000

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            assert len(request.head) < 12_000
            where = back if request.target == there else there
            await http.redirect(where, cookie=fat)(request, writer)

        site.page = page
        measured = await seen(net, URL, limits=hurried(head_bytes=100_000))
        assert len(measured.exchanges) == 11
        assert measured.final is not None
        assert measured.final.failure == "unknown_failure: stopped after too many redirects"
        assert measured.final.location_refused == "refused:too_many_redirects"

    in_world(story)


def test_the_deadline_holds_over_all_layers_and_hops() -> None:
    """A site that is slow everywhere is given up in time, and what was seen is kept."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            await http.drip(http.response("", headers=(("Location", "/"),)), every_s=0.01)(
                request, writer
            )

        site.page = page
        limits = hurried(overall_s=0.8, http_s=30)
        measured = await seen(net, URL, limits=limits)
        assert measured.runtime_ms < 3000
        assert measured.final is not None
        assert measured.final.failure == "generic_timeout_error"

    in_world(story)


def test_a_dead_address_does_not_keep_a_living_one_from_answering() -> None:
    """The page is fetched from the address that answers; the dead one costs its share of time only."""

    async def story(net: Testbed) -> None:
        site, other = net.site(HOST), net.site("other.example")
        other.field_tls.swallow()
        net.name(HOST, other.address, site.address)
        measured = await seen(net, URL, limits=hurried(tcp_s=10, address_s=0.4))
        assert [(connect.address, connect.failure) for connect in measured.connects] == [
            (other.address, "generic_timeout_error"),
            (site.address, None),
        ]
        assert measured.final is not None
        assert measured.final.status == 200
        assert measured.final.ended_ms < 3000

    in_world(story)


def test_the_share_of_an_address_leaves_time_for_the_page() -> None:
    """Three dead addresses before a living one never use the whole time up."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        dead = [net.site(f"dead-{number}.example") for number in range(3)]
        for one in dead:
            one.field_tls.swallow()
        net.name(HOST, *(one.address for one in dead), site.address)
        measured = await seen(net, URL, limits=hurried(overall_s=2.0, tcp_s=10))
        assert [connect.failure for connect in measured.connects] == [
            *["generic_timeout_error"] * 3,
            None,
        ]
        assert measured.final is not None
        assert measured.final.status == 200

    in_world(story)


def test_a_host_meets_one_connection_at_a_time() -> None:
    """All its addresses are tried and verified, one after another, the page first."""

    async def story(net: Testbed) -> None:
        hosts = [net.site(HOST), *(net.site(f"more-{number}.example") for number in range(3))]
        for one in hosts:
            one.tls.tls = net.authorities.genuine(HOST)
        net.name(HOST, *(one.address for one in hosts))
        measured = await seen(net, URL, independent=True)
        assert [connect.address for connect in measured.connects] == [one.address for one in hosts]
        assert [shake.failure for shake in measured.handshakes] == [None] * 4
        (page,) = measured.exchanges
        ends = [page.ended_ms, *(shake.ended_ms for shake in measured.handshakes[1:])]
        begins = [connect.started_ms for connect in measured.connects[1:]]
        assert all(end <= begin for end, begin in zip(ends, begins, strict=False))

    in_world(story)


def test_two_measurements_that_lead_to_one_host_talk_to_it_in_turn() -> None:
    """A redirect waits for whoever talks to that host already."""

    async def story(net: Testbed) -> None:
        talking = most = 0

        async def page(_: http.Request, writer: asyncio.StreamWriter) -> None:
            nonlocal talking, most
            talking += 1
            most = max(most, talking)
            await asyncio.sleep(0.05)
            talking -= 1
            writer.write(http.response("one"))

        net.site("goal.example")
        net.change_page("goal.example", page)
        starts = ["a.example", "b.example", "c.example"]
        for host in starts:
            net.site(host)
            net.change_page(host, http.redirect("https://goal.example/"))
        async with net.session() as session:
            measured = await asyncio.gather(
                *(probe(session, f"https://{host}/") for host in [*starts, "goal.example"])
            )
        assert [one.exchanges[-1].status for one in measured] == [200] * 4
        assert most == 1

    in_world(story)


def test_sites_that_lead_to_each_other_do_not_wait_for_ever() -> None:
    """Each would wait for the other's turn to end; after a while they go on."""

    async def story(net: Testbed) -> None:
        both = asyncio.Barrier(2)

        def leads_to(where: str) -> http.Page:
            async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
                if request.target == "/end":
                    writer.write(http.response("end"))
                    return
                await both.wait()
                await http.redirect(f"https://{where}/end")(request, writer)

            return page

        for host, other in (("a.example", "b.example"), ("b.example", "a.example")):
            net.site(host)
            net.change_page(host, leads_to(other))
        async with net.session(limits=hurried(host_wait_s=0.2)) as session:
            measured = await asyncio.gather(
                probe(session, "https://a.example/"), probe(session, "https://b.example/")
            )
        assert [one.exchanges[-1].status for one in measured] == [200, 200]
        assert all(one.runtime_ms < 3000 for one in measured)

    in_world(story)


def test_the_systems_answer_is_preferred_to_a_faster_one() -> None:
    """What a reader would get is fetched, if it comes at all; the other is tried as well."""

    async def story(net: Testbed) -> None:
        site, other = net.site(HOST), net.site("other.example")
        other.tls.tls = net.authorities.genuine(HOST)
        net.name(HOST, other.address)
        net.block_dns(HOST, dns.forge(site.address))
        measured = await seen(net, URL, independent=True)
        assert {connect.address for connect in measured.connects} == {site.address, other.address}
        assert measured.final is not None
        assert (measured.final.engine, measured.final.address) == (Engine.SYSTEM, site.address)

    in_world(story)


def test_an_independent_answer_gets_through_where_the_systems_fails() -> None:
    """With one forged and dead answer, the page comes through the independent one."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        net.block_dns(HOST, dns.forge(net.dead_address))
        measured = await seen(net, URL, independent=True)
        assert measured.final is not None
        assert (measured.final.engine, measured.final.status) == (Engine.UDP, 200)

    in_world(story)


def test_a_control_tries_the_fields_addresses_and_fetches_from_its_own() -> None:
    """Handed-over addresses are judged, tried up to TLS and never asked for a page."""

    async def story(net: Testbed) -> None:
        site = net.site(HOST)
        extra = [net.block_page_address, net.sink_address, "10.0.0.1", site.address]
        async with net.session(role="control") as session:
            measured = await probe(session, URL, extra_addresses=extra)
        tried = {connect.address: connect.engine for connect in measured.connects}
        assert tried == {
            site.address: Engine.SYSTEM,
            net.block_page_address: Engine.CONTROL,
        }
        verdicts = {seen.address: seen.failure for seen in measured.handshakes}
        assert verdicts == {site.address: None, net.block_page_address: "ssl_unknown_authority"}
        assert [seen.engine for seen in measured.exchanges] == [Engine.SYSTEM]
        assert net.sink_hits == 0

    in_world(story)


def test_a_control_without_an_answer_of_its_own_fetches_nothing() -> None:
    """A name that is gone for the control stays gone, whatever address the field saw."""

    async def story(net: Testbed) -> None:
        async with net.session(role="control") as session:
            measured = await probe(session, CLEARTEXT, extra_addresses=[net.block_page_address])
        assert measured.lookups[0].failure == "dns_nxdomain_error"
        assert [connect.failure for connect in measured.connects] == [None]
        assert measured.exchanges == ()

    in_world(story)


def open_files() -> int:
    """How many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.15])
def test_a_cancelled_measurement_leaves_nothing_open(
    run: Callable[..., None], wait_s: float
) -> None:
    """Wherever it is cut off, sockets are closed and the host is free for the next one."""

    async def story() -> None:
        async with Testbed() as net:
            other = net.site("other.example")
            other.field_tls.swallow()
            net.name(HOST, net.site(HOST).address, other.address)
            net.block_sni(HOST, SniAction.DROP)
            async with net.session() as session:
                open_before = open_files()
                measuring = asyncio.create_task(probe(session, URL))
                await asyncio.sleep(wait_s)
                measuring.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await measuring
                net.restore(HOST)
                net.name(HOST, net.site(HOST).address)
                measured = await probe(session, URL)
                assert measured.exchanges[-1].status == 200
                await asyncio.sleep(0.1)
                assert open_files() <= open_before + 1

    run(story())


def test_an_address_in_the_url_needs_no_resolver() -> None:
    """A literal is judged by the same policy and contacted without DNS."""

    async def story(net: Testbed) -> None:
        net.public.add("93.184.216.34")
        async with net.session(limits=hurried(tcp_s=0.05, overall_s=0.2)) as session:
            session.address_policy = lambda _: "bogon:private"
            measured = await probe(session, "http://93.184.216.34/")
        assert measured.lookups == ()
        assert measured.connects == ()
        assert net.field_resolver.queries == []

    in_world(story)


def test_waiting_for_a_turn_is_added_to_the_start() -> None:
    """A measurement that queued says when it really began, and its times count from there."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        net.change_page(HOST, http.drip(http.response("slow" * 10), every_s=0.002))
        async with net.session() as session:
            first, second = await asyncio.gather(probe(session, URL), probe(session, URL))
        waited_ms = (second.started_at - first.started_at).total_seconds() * 1000
        # Both were asked for at once, give or take the time to start the second.
        assert waited_ms > first.runtime_ms / 2
        assert second.lookups[0].started_ms < waited_ms

    in_world(story)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_hundred_at_once_are_all_measured_right(run: Callable[..., None]) -> None:
    """A hundred sites, some blocked in each way, in one session: none is mistaken for another."""
    expected = {
        "ok": {"dns": None, "tcp": None, "tls": None, "http": None},
        "nx": {"dns": "dns_nxdomain_error"},
        "sni": {"dns": None, "tcp": None, "tls": "connection_reset"},
        "dead": {"dns": None, "tcp": "connection_refused"},
    }
    kinds = list(expected) * 25

    async def story() -> None:
        async with Testbed() as net:
            hosts = [f"{kind}-{number}.example" for number, kind in enumerate(kinds)]
            for kind, host in zip(kinds, hosts, strict=True):
                net.site(host)
                if kind == "nx":
                    net.block_dns(host)
                if kind == "sni":
                    net.block_sni(host)
                if kind == "dead":
                    net.block_dns(host, dns.forge(net.dead_address))
            async with net.session(limits=Limits(), concurrency=100) as session:
                measured = await asyncio.gather(
                    *(probe(session, f"https://{host}/") for host in hosts)
                )
        for kind, host, one in zip(kinds, hosts, measured, strict=True):
            assert (host, last_failures(one)) == (host, expected[kind])
            assert one.final is None or one.final.title == host
            assert one.prober_fault is None

    run(story())


def test_the_prober_suspects_itself_when_the_kernel_lost_datagrams() -> None:
    """An unanswered question while datagrams were lost here is no evidence about a site."""
    if sys.platform != "linux":
        pytest.skip("only Linux counts what it lost")

    async def story(net: Testbed) -> None:
        net.block_dns(HOST, dns.silent)
        async with net.session(limits=hurried(dns_s=0.5)) as session:
            measuring = asyncio.create_task(probe(session, URL))
            await asyncio.sleep(0.05)
            lose_datagrams()
            measured = await measuring
        assert measured.lookups[0].failure == "generic_timeout_error"
        assert measured.prober_fault == "udp_receive_buffer_overflow"

    in_world(story)


def lose_datagrams() -> None:
    """Overflow a receive buffer of this machine, for real."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loud,
    ):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.bind(("127.0.0.1", 0))
        for _ in range(50):
            loud.sendto(bytes(1000), deaf.getsockname())


def run_alone(
    prelude: list[str], setup: str, url: str = "https://news.example/"
) -> dict[str, object]:
    """Measure once in a process of its own, after `setup`, and return what came out."""
    program = f"""
import asyncio, datetime, json, sys
{setup}
from workers.probe import Limits, ProbeSession, measure
async def main():
    limits = Limits(dns_s=0.5, tcp_s=0.5, overall_s=2)
    async with ProbeSession(resolvers=["9.9.9.9"], limits=limits) as session:
        hurdle()
        seen = await measure("{url}", session=session, vantage="v", uid="u",
                             started_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        release()
    print(json.dumps({{
        "fault": seen.prober_fault,
        "dns": [one.failure for one in seen.lookups],
        "tcp": [one.failure for one in seen.connects],
    }}))
asyncio.run(main())
"""
    done = subprocess.run(
        [*prelude, sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def can_unshare() -> bool:
    """Whether a process may have a network of its own here."""
    if shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    )


def test_a_machine_without_a_network_says_so() -> None:
    """Where no question could even be sent, nothing was measured."""
    if not can_unshare():
        pytest.skip("processes can't have a network of their own here")
    result = run_alone(["unshare", "-rn"], "def hurdle(): pass\ndef release(): pass")
    assert result == {"fault": "no_network", "dns": ["network_unreachable"] * 2, "tcp": []}


def test_a_missing_ipv6_is_recorded_and_blames_nobody() -> None:
    """Without a way to any IPv6 address the attempt is kept with its failure, the site not judged."""
    if not can_unshare():
        pytest.skip("processes can't have a network of their own here")
    nothing = "def hurdle(): pass\ndef release(): pass"
    result = run_alone(["unshare", "-rn"], nothing, "http://[2620:fe::fe]/")
    assert result["fault"] == "no_ipv6"
    assert result["tcp"] in (["network_unreachable"], ["address_not_available"])
    result = run_alone(["unshare", "-rn"], nothing, "http://9.9.9.9/")
    assert result == {"fault": None, "dns": [], "tcp": ["network_unreachable"]}


def test_a_process_out_of_files_says_so() -> None:
    """Our own shortage is never taken for a site's failure."""
    setup = """
import os
held = []
def hurdle():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    try:
        while True: held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError: pass
def release():
    for number in held: os.close(number)
"""
    result = run_alone([], setup)
    assert result["fault"] == "out_of_file_descriptors"


def test_the_testbed_policy_is_only_ever_explicit() -> None:
    """A session that was not told otherwise classes addresses as the world has them."""
    session = ProbeSession(resolvers=["127.0.0.1"])
    assert session.address_policy("127.0.0.1") == "bogon:loopback"
    assert session.ports == {}
    assert LIMITS.overall_s < session.limits.overall_s


def test_each_scenario_has_its_own_name_and_story() -> None:
    """The table of scenarios is documentation."""
    assert max(Counter(scenario.name for scenario in SCENARIOS).values()) == 1
    assert all(scenario.story.endswith(".") for scenario in SCENARIOS)
