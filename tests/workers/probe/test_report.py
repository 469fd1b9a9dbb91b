# SPDX-License-Identifier: Apache-2.0
"""A measurement is shown so that a person sees what happened, and nothing can repaint the screen."""

import io
from dataclasses import replace

import msgspec
from rich.console import Console

from app.domain.blocking.measurement import DnsLookup, Engine, Measurement
from tests.testbed import SniAction, Testbed, dns, http
from tests.workers.probe.world import NOW, hurried, in_world, seen
from workers.probe.report import render, to_json

HOST = "news.example"
URL = f"https://{HOST}/"


def shown(measured: Measurement) -> str:
    """What a person reads."""
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(render(measured))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def measured_after(arrange: object, url: str = URL, **more: object) -> Measurement:
    """Measure a site after arranging the world."""

    async def story(net: Testbed) -> Measurement:
        net.site(HOST)
        arrange(net)  # type: ignore[operator]
        return await seen(net, url, **more)

    return in_world(story)


def test_a_good_measurement_reads_from_dns_to_the_page() -> None:
    """Each layer is named with its outcome, and the certificate with its issuer."""
    text = shown(measured_after(lambda net: net.restore(HOST)))
    for part in (
        URL, "from kz-1", "2026-01-01 12:00:0",
        "DNS", "A news.example", "TTL 60 s", "no IPv6 address",
        "TCP", ":443", "connected",
        "TLS", "certificate valid for news.example", "O=Testbed Trust", "SHA-256",
        "HTTP", "200", "“news.example”", "bytes",
    ):  # fmt: skip
        assert part in text


def test_a_bogon_and_a_contradiction_are_pointed_out() -> None:
    """The reader sees why no connection was tried, and that a second answer came."""

    def arrange(net: Testbed) -> None:
        net.block_dns(HOST, dns.inject(net.sink_address))

    text = shown(measured_after(arrange))
    assert "never a public site's (loopback): not contacted" in text
    assert "a second answer contradicts it: 127." in text
    assert "\nTCP" not in text


def test_failures_are_said_in_words_and_by_name() -> None:
    """A person reads 'torn down', a researcher finds connection_reset."""
    text = shown(measured_after(lambda net: net.block_sni(HOST, SniAction.RESET)))
    assert "torn down  connection_reset" in text


def test_an_intercepted_handshake_shows_whose_certificate_it_was() -> None:
    """The issuer is the first thing to look at in an interception."""
    text = shown(measured_after(lambda net: net.block_sni(HOST, SniAction.INTERCEPT)))
    assert "nobody trusted vouches for the certificate" in text
    assert "O=National Security Authority" in text


def test_redirects_show_where_to_and_why_not() -> None:
    """A hop that was not followed says for which reason."""
    there = "http://169.254.169.254/"
    text = shown(measured_after(lambda net: net.change_page(HOST, http.redirect(there))))
    assert f"→ {there}" in text
    assert "not followed: non global literal" in text


def test_a_prober_fault_comes_first() -> None:
    """Nobody reads a page of evidence that is none."""
    fault = Measurement(
        uid="u",
        url=URL,
        vantage="v",
        started_at=NOW,
        runtime_ms=1500,
        prober_fault="no_network",
    )
    assert "No evidence about the site: this machine has no way out" in shown(fault)
    assert "took 1.5 s" in shown(fault)
    for name, words in (
        ("event_loop_stalled", "this process stood still"),
        ("no_ipv6", "IPv6 does not work from here"),
        ("tunnel_failed", "the tunnel itself failed"),
    ):
        assert words in shown(replace(fault, prober_fault=name))


def test_speed_and_repeated_questions_are_said() -> None:
    """How long the first byte took, how fast the page came, how often a question was asked."""

    def arrange(net: Testbed) -> None:
        net.block_dns(HOST, dns.in_turn(dns.silent, dns.honest))
        page = f"<title>Long</title>{'x' * 60_000}"
        net.change_page(HOST, http.raw(http.response(page)))

    text = shown(measured_after(arrange, limits=hurried(dns_s=0.6)))
    assert "asked 2 times" in text
    assert "first byte after" in text
    assert "60,019 bytes on the wire at" in text
    assert "kB/s" in text


def test_every_resolver_is_named_in_its_own_row() -> None:
    """The network's own, the independent one and the one over HTTPS stand side by side."""
    lookups = tuple(
        DnsLookup(
            hostname=HOST,
            query_type="A",
            engine=engine,
            resolver=resolver,
            started_ms=0,
            ended_ms=1,
            failure="ssl_unknown_authority" if engine is Engine.DOH else None,
        )
        for engine, resolver in (
            (Engine.SYSTEM, "10.0.0.1:53"),
            (Engine.UDP, "9.9.9.9:53"),
            (Engine.DOH, "https://9.9.9.9/dns-query"),
        )
    )
    text = shown(
        Measurement(uid="u", url=URL, vantage="v", started_at=NOW, runtime_ms=9, lookups=lookups)
    )
    for part in ("system 10.0.0.1:53", "udp 9.9.9.9:53", "doh https://9.9.9.9/dns-query"):
        assert part in text


def test_nothing_a_site_says_reaches_the_terminal_as_control() -> None:
    """Escapes, direction overrides and markup in a title are shown, not obeyed."""
    hostile = "\x1b]0;owned\x07\x1b[2J\u202egnp [bold]x[/bold] \r\n"

    def arrange(net: Testbed) -> None:
        net.change_page(HOST, http.raw(http.response(f"<title>{hostile}</title>")))

    text = shown(measured_after(arrange))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold]" in text


def test_json_carries_everything_but_bodies() -> None:
    """A program gets the facts; bodies stay in the body store."""
    measured = measured_after(lambda net: net.restore(HOST))
    decoded = msgspec.json.decode(to_json(measured))
    assert decoded["url"] == URL
    assert decoded["started_at"].startswith("2026-01-01T12:00:0")
    assert decoded["exchanges"][0]["status"] == 200
    assert decoded["exchanges"][0]["body_sha256"] == measured.exchanges[0].body_sha256
    assert "body" not in decoded["exchanges"][0]
    assert "chain" not in decoded["handshakes"][0]
    assert decoded["handshakes"][0]["chain_sha256"]
    assert decoded["exchanges"][0]["wire_length"] == measured.exchanges[0].wire_length
    assert decoded["lookups"][0]["attempts"] == 1
    assert decoded["lookups"][0]["engine"] == "system"
    assert measured.exchanges[0].body is not None


def test_a_timeout_reads_as_silence() -> None:
    """The commonest failure is said in the plainest words."""
    text = shown(
        measured_after(lambda net: net.block_dns(HOST, dns.silent), limits=hurried(dns_s=0.2))
    )
    assert "no answer in time  generic_timeout_error" in text
