# SPDX-License-Identifier: Apache-2.0
"""What one measurement says on its own: how far it came, what stopped it, who wrote its page.

A reading compares nothing and accuses nobody. It is taken of the field's measurement and of every
control's alike; `evidence.py` lays them side by side.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from app.domain.blocking.failures import Failure, Kind, dns_failure, step_kind
from app.domain.blocking.measurement import (
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)
from app.domain.blocking.redirects import (
    genuine_hosts,
    hop_url,
    host_of,
    is_genuine,
    is_redirect,
    leads_nowhere,
)
from app.domain.blocking.refusals import refusal
from app.domain.vocabulary import Layer, Mechanism

_DEFAULT_PORTS = {"http": 80, "https": 443}
_IPV6_ABSENT = frozenset({"network_unreachable", "host_unreachable"})

Step = TypeVar("Step", DnsLookup, TcpConnect, TlsHandshake, HttpExchange)


class Outcome(StrEnum):
    """What a fetch ended in."""

    CONTENT = "content"  # a page that is neither a refusal nor a server's error
    REFUSAL = "refusal"  # a challenge, 403, 503, 451 and their like
    SERVER_ERROR = "server_error"  # any other 5xx
    FAILED = "failed"  # no page; `failure` says where it stopped
    NOTHING = "nothing"  # no page and no failure: it was not carried to an end


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measurement, read."""

    outcome: Outcome
    page: HttpExchange | None = None
    # The page came over TLS that verified for the site's own name, or for a name which the site,
    # so authenticated, sent the reader to. Nobody between can have written it.
    authentic: bool = False
    refusal: Mechanism | None = None
    failure: Failure | None = None
    # Trouble of the network's own resolver, kept also where another way led to the page.
    dns_trouble: Failure | None = None

    @property
    def fetch_failed(self) -> bool:
        """Whether the reader gets nothing of the site: no page, or only its server's error."""
        return self.outcome in (Outcome.FAILED, Outcome.SERVER_ERROR)


def read(
    measurement: Measurement, *, also_genuine: Iterable[str] = (), as_control: bool = False
) -> Reading:
    """Read a measurement; `also_genuine` are further host names known to be the site's own.

    Addresses handed over by the other side show whether *they* work. A reader in the field has no
    such help, so what came through them never counts as having reached the site.
    """
    exchanges = own(measurement.exchanges, lenient=as_control)
    hosts = genuine_hosts(measurement, exchanges, also_genuine)
    trouble = dns_failure(_reader_lookups(measurement, lenient=as_control))
    page = _page(measurement, exchanges)
    if page is not None:
        authentic = page.over_tls and is_genuine(host_of(page.url), hosts)
        return _read_page(page, authentic=authentic, trouble=trouble)
    failure = trouble or _step_failure(measurement, exchanges, lenient=as_control)
    if failure is None:
        return Reading(outcome=Outcome.NOTHING)
    if not is_genuine(host_of(hop_url(measurement, failure.depth)), hosts):
        # The blame is on whoever sent the reader away from the site, not on where that ended.
        away = [one for one in exchanges if is_genuine(host_of(one.url), hosts)] or exchanges
        failure, trouble = _led_nowhere(away[-1], failure), None
    return Reading(outcome=Outcome.FAILED, failure=failure, dns_trouble=trouble)


def own(steps: Sequence[Step], *, lenient: bool = False) -> tuple[Step, ...]:
    """Return the steps taken through addresses which the vantage found itself.

    With `lenient`, a side that marked every step as handed over is taken at its word instead.
    """
    found = tuple(step for step in steps if step.engine is not Engine.CONTROL)
    return found if found or not lenient else tuple(steps)


def readers_engine(lookups: Iterable[DnsLookup]) -> Engine | None:
    """Whose answers a reader gets: the network's resolver, else the independent ones, DoH last."""
    asked = {lookup.engine for lookup in lookups}
    return next((e for e in (Engine.SYSTEM, Engine.UDP, Engine.DOH) if e in asked), None)


def _read_page(page: HttpExchange, *, authentic: bool, trouble: Failure | None) -> Reading:
    turned_away = refusal(page)
    outcome = Outcome.CONTENT
    failure = None
    if turned_away is not None:
        outcome = Outcome.REFUSAL
    elif page.status is not None and page.status >= 500:
        outcome = Outcome.SERVER_ERROR
        failure = Failure(
            layer=Layer.HTTP,
            kind=Kind.SERVER_ERROR,
            text=f"status {page.status}",
            address=page.address,
            depth=page.depth,
        )
    return Reading(
        outcome=outcome,
        page=page,
        authentic=authentic,
        refusal=turned_away,
        failure=failure,
        dns_trouble=trouble,
    )


def _reader_lookups(measurement: Measurement, *, lenient: bool) -> tuple[DnsLookup, ...]:
    lookups = own(measurement.lookups, lenient=lenient)
    engine = readers_engine(lookups)
    if engine is None:
        return lookups
    return tuple(lookup for lookup in lookups if lookup.engine is engine)


def _page(measurement: Measurement, exchanges: Sequence[HttpExchange]) -> HttpExchange | None:
    """Return the page the redirects ended in, if they did end.

    A redirect that our own manners keep us from following is itself the page: the site gave it.
    """
    if not exchanges:
        return None
    last = exchanges[-1]
    if last.failure is not None or last.status is None:
        return None
    if is_redirect(last) and (last.location_refused is None or leads_nowhere(last)):
        return None
    return last if last.depth >= _last_depth(measurement) else None


def _last_depth(measurement: Measurement) -> int:
    steps: tuple[DnsLookup | TcpConnect | TlsHandshake | HttpExchange, ...] = (
        *measurement.lookups,
        *measurement.connects,
        *measurement.handshakes,
        *measurement.exchanges,
    )
    return max((step.depth for step in steps), default=0)


def _step_failure(
    measurement: Measurement, exchanges: Sequence[HttpExchange], *, lenient: bool
) -> Failure | None:
    """Name the furthest step that failed at the last redirect reached, if no way led on."""
    depth = _last_depth(measurement)
    here = [exchange for exchange in exchanges if exchange.depth == depth]
    if here:
        return _http_failure(here[-1])
    scheme, port = _scheme_and_port(hop_url(measurement, depth))
    handshakes = [
        shake
        for shake in own(measurement.handshakes, lenient=lenient)
        if shake.depth == depth and shake.port == port
    ]
    if scheme == "https" and handshakes:
        return _usual_failure(Layer.TLS, handshakes)
    connects = [
        connect
        for connect in own(measurement.connects, lenient=lenient)
        if connect.depth == depth and connect.port == port
    ]
    return _tcp_failure(connects)


def _http_failure(exchange: HttpExchange) -> Failure | None:
    if exchange.failure is None:
        return _led_nowhere(exchange, None) if leads_nowhere(exchange) else None
    kind = step_kind(exchange.failure)
    return Failure(
        layer=Layer.HTTP,
        kind=Kind.SITE_LOOP if kind is Kind.LOOP and exchange.over_tls else kind,
        text=exchange.failure,
        address=exchange.address,
        depth=exchange.depth,
    )


def _led_nowhere(exchange: HttpExchange, failure: Failure | None) -> Failure:
    """The failure of a redirect: what stopped the reader there is no failure of the site."""
    refused = (exchange.location_refused or "").removeprefix("refused:")
    why = refused if failure is None else failure.text
    return Failure(
        layer=Layer.HTTP,
        kind=Kind.SITE_REDIRECT if exchange.over_tls else Kind.LED_NOWHERE,
        text=f"redirect to {exchange.location}: {why}",
        address=exchange.address,
        depth=exchange.depth,
    )


def _usual_failure(
    layer: Layer, steps: Sequence[TcpConnect] | Sequence[TlsHandshake]
) -> Failure | None:
    """Return the commonest failure, unless one address worked; IPv4 speaks where both were tried."""
    if not steps or any(step.failure is None for step in steps):
        return None
    speaking = [step for step in steps if ":" not in step.address] or list(steps)
    usual = Counter(step_kind(step.failure or "") for step in speaking).most_common(1)[0][0]
    step = next(step for step in speaking if step_kind(step.failure or "") is usual)
    return Failure(
        layer=layer, kind=usual, text=step.failure or "", address=step.address, depth=step.depth
    )


def _tcp_failure(connects: Sequence[TcpConnect]) -> Failure | None:
    """A network without IPv6 fails on every IPv6 address; that says nothing about the site."""
    counting = [c for c in connects if not (":" in c.address and c.failure in _IPV6_ABSENT)]
    if counting or not connects:
        return _usual_failure(Layer.TCP, counting)
    first = connects[0]
    return Failure(
        layer=Layer.TCP,
        kind=Kind.NO_IPV6,
        text=first.failure or "",
        address=first.address,
        depth=first.depth,
    )


def _scheme_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
