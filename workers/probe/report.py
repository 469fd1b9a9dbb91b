# SPDX-License-Identifier: Apache-2.0
"""A measurement as a person reads it, and as a program does.

Facts only: what was asked, what came back, how long it took. What it means is a verdict's to
say. Everything a site or a censor sent is shown with control and direction characters made
visible, so that a title can't repaint the reader's terminal.
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.domain.blocking.measurement import (
    DnsAnswer,
    DnsLookup,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)

_FAULTS = {
    "udp_receive_buffer_overflow": "this machine lost datagrams while a DNS question was open",
    "no_network": "this machine has no way out to any network",
    "out_of_file_descriptors": "this process ran out of open files",
    "event_loop_stalled": "this process stood still for over a second meanwhile",
    "tunnel_failed": "the tunnel itself failed",
    "no_ipv6": "the site has only IPv6 addresses, and IPv6 does not work from here",
}
_IN_WORDS = {
    "generic_timeout_error": "no answer in time",
    "timed_out": "no answer in time",
    "connection_refused": "refused",
    "connection_reset": "torn down",
    "eof_error": "closed too early",
    "host_unreachable": "no way to this address",
    "network_unreachable": "no way to this network",
    "dns_nxdomain_error": "the resolver says there is no such name",
    "dns_servfail_error": "the resolver could not find out",
    "dns_refused_error": "the resolver refuses to answer",
    "dns_no_answer": "the name has no such address",
    "ssl_invalid_hostname": "the certificate is for another name",
    "ssl_unknown_authority": "nobody trusted vouches for the certificate",
    "ssl_invalid_certificate": "the certificate is not valid",
    "ssl_failed_handshake": "the handshake was broken off",
    "http_request_failed": "the answer is no HTTP",
    "http_invalid_redirect_location_host": "it redirects to no readable address",
}
_SHOWN_CHARACTERS = 120
# Less comes in one packet or two, and its speed is chance.
_TELLING_BYTES = 16 * 1024


def render(measurement: Measurement) -> RenderableType:
    """Lay a measurement out, one block per layer that was reached."""
    parts: list[RenderableType] = [_heading(measurement)]
    if measurement.prober_fault is not None:
        fault = _FAULTS.get(measurement.prober_fault, measurement.prober_fault)
        parts.append(Text(f"No evidence about the site: {fault}.", style="bold yellow"))
    parts += _block("DNS", (_lookup_row(lookup) for lookup in measurement.lookups))
    parts += _block("TCP", (_connect_row(connect) for connect in measurement.connects))
    parts += _block("TLS", (_handshake_row(handshake) for handshake in measurement.handshakes))
    parts += _block("HTTP", (_exchange_row(exchange) for exchange in measurement.exchanges))
    return Group(*parts)


def to_json(measurement: Measurement) -> bytes:
    """Encode a measurement without bodies and certificates; times are milliseconds, dates ISO 8601 in UTC."""
    light = replace(
        measurement,
        handshakes=tuple(replace(handshake, chain=()) for handshake in measurement.handshakes),
        exchanges=tuple(replace(exchange, body=None) for exchange in measurement.exchanges),
    )
    plain = msgspec.to_builtins(light)
    for handshake in plain["handshakes"]:
        del handshake["chain"]
    for exchange, seen in zip(plain["exchanges"], measurement.exchanges, strict=True):
        del exchange["body"]
        exchange["bytes_per_second"] = seen.bytes_per_second
    return msgspec.json.encode(plain)


def _heading(measurement: Measurement) -> Text:
    when = measurement.started_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    heading = Text(_clean(measurement.url), style="bold")
    return heading.append(
        f"   from {_clean(measurement.vantage)}, {when}, took {_span(measurement.runtime_ms)}",
        style="dim",
    )


def _block(layer: str, rows: Iterable[tuple[Text, Text, Text]]) -> list[RenderableType]:
    """One layer's rows: what was tried, how long it took, what came of it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, overflow="fold")
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    if not table.rows:
        return []
    return [Text(f"\n{layer}", style="bold cyan"), Padding(table, (0, 0, 0, 2))]


def _lookup_row(lookup: DnsLookup) -> tuple[Text, Text, Text]:
    asked = Text(f"{lookup.query_type} {_clean(lookup.hostname)}")
    asked.append(f"  {lookup.engine.value} {_clean(lookup.resolver)}", style="dim")
    came = _failure(lookup.failure) or Text("\n").join(map(_answer, lookup.answers))
    if lookup.failure == "dns_no_answer" and lookup.query_type == "AAAA":
        came = Text("no IPv6 address", style="dim")  # most sites have none
    if lookup.attempts > 1:
        came.append(f"\nasked {lookup.attempts} times", style="dim")
    if lookup.cnames:
        came.append(f"\nalias of {_clean(' → '.join(lookup.cnames))}", style="dim")
    for late in lookup.late_answers:
        addresses = ", ".join(late) or "no address"
        came.append(f"\na second answer contradicts it: {addresses}", style="bold red")
    return asked, _took(lookup.started_ms, lookup.ended_ms), came


def _answer(answer: DnsAnswer) -> Text:
    text = Text(answer.address)
    if answer.is_bogon:
        kind = answer.address_class.rpartition(":")[2].replace("_", " ")
        text.append(f"  never a public site's ({kind}): not contacted", style="bold red")
    elif answer.address_class != "global":
        text.append(f"  {answer.address_class}", style="dim")
    return text if answer.ttl is None else text.append(f"  TTL {answer.ttl} s", style="dim")


def _connect_row(connect: TcpConnect) -> tuple[Text, Text, Text]:
    tried = Text(_endpoint(connect.address, connect.port))
    came = _failure(connect.failure) or Text("connected", style="green")
    return tried, _took(connect.started_ms, connect.ended_ms), came


def _handshake_row(handshake: TlsHandshake) -> tuple[Text, Text, Text]:
    tried = Text(_endpoint(handshake.address, handshake.port))
    came = _failure(handshake.failure) or Text(
        f"certificate valid for {_clean(handshake.server_name)}", style="green"
    )
    spoken = ", ".join(part for part in (handshake.version, handshake.cipher) if part)
    if spoken:
        came.append(f"  {spoken}", style="dim")
    if handshake.issuer is not None:
        until = f", until {handshake.not_after:%Y-%m-%d}" if handshake.not_after else ""
        came.append(f"\nissued by {_clean(handshake.issuer)}{until}", style="dim")
    if handshake.chain_sha256:
        more = len(handshake.chain_sha256) - 1
        rest = f" and {more} more" if more else ""
        came.append(f"\nSHA-256 {handshake.chain_sha256[0]}{rest}", style="dim")
    return tried, _took(handshake.started_ms, handshake.ended_ms), came


def _exchange_row(exchange: HttpExchange) -> tuple[Text, Text, Text]:
    asked = Text(_clean(exchange.url))
    came = Text()
    if exchange.status is not None:
        came.append(str(exchange.status), style="green" if exchange.status < 400 else "yellow")
    if exchange.title:
        came.append(f"  “{_clean(exchange.title.strip())}”")
    if exchange.body_length is not None:
        cut = ", cut short" if exchange.body_truncated else ""
        came.append(f"  {exchange.body_length:,} bytes{cut}", style="dim")
    if exchange.first_byte_ms is not None:
        waited = _span(exchange.first_byte_ms - exchange.started_ms)
        came.append(f"\nfirst byte after {waited}{_speed(exchange)}", style="dim")
    if exchange.location is not None:
        came.append(f"\n→ {_clean(exchange.location)}")
    if exchange.location_refused is not None:
        why = exchange.location_refused.partition(":")[2].replace("_", " ")
        came.append(f"\nnot followed: {why}", style="bold red")
    failure = _failure(exchange.failure)
    if failure is not None:
        came = came.append("\n").append_text(failure) if came else failure
    return asked, _took(exchange.started_ms, exchange.ended_ms), came


def _speed(exchange: HttpExchange) -> str:
    """How fast the page came, where so much came that it says something."""
    speed = exchange.bytes_per_second
    if speed is None or (exchange.wire_length or 0) < _TELLING_BYTES:
        return ""
    return f", {exchange.wire_length:,} bytes on the wire at {speed / 1000:,.0f} kB/s"


def _failure(name: str | None) -> Text | None:
    """A failure in words, with its name for whoever compares with OONI."""
    if name is None:
        return None
    words = _IN_WORDS.get(name)
    if words is None:
        return Text(_clean(name), style="bold red")
    return Text(words, style="bold red").append(f"  {name}", style="dim not bold")


def _endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _took(started_ms: float, ended_ms: float) -> Text:
    return Text(_span(ended_ms - started_ms))


def _span(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def _clean(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "·" for letter in text)
    return shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}…"
