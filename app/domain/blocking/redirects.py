# SPDX-License-Identifier: Apache-2.0
"""Whose word a redirect is: which hosts only the site itself can have led the reader to."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from app.domain.blocking.measurement import HttpExchange, Measurement

_STATUSES = frozenset({301, 302, 303, 307, 308})
# Why a redirect was not followed, where its target is a place no public site can have. All other
# refusals (a port, a scheme) are the prober's own manners and say nothing about the target.
_NOWHERE = ("bogon", "non_global_literal", "reserved_name", "numeric_host")


def host_of(url: str) -> str:
    """Return the host of a URL, in lower case; "" where it names none that can be read."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # Such as "https://[": whoever answers may send any text.
        return ""


def led_to(exchange: HttpExchange) -> str:
    """Return where a redirect leads; "" where its Location cannot be read."""
    try:
        url = urljoin(exchange.url, exchange.location or "")
        # Reading the port checks it: none is over 65535.
        return url if urlsplit(url).port != 0 else ""
    except ValueError:
        return ""


def same_site(one: str, other: str) -> bool:
    """Whether two host names are the same site: equal, or one beneath the other ('www.' apart)."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    if not one or not other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def is_redirect(exchange: HttpExchange) -> bool:
    """Whether a response sends the reader elsewhere."""
    return exchange.status in _STATUSES and exchange.location is not None


def leads_nowhere(exchange: HttpExchange) -> bool:
    """Whether a response sends the reader to a place that no public site can have."""
    refused = exchange.location_refused or ""
    return is_redirect(exchange) and any(mark in refused for mark in _NOWHERE)


def hop_url(measurement: Measurement, depth: int) -> str:
    """Return the URL that was asked for after `depth` redirects."""
    for exchange in reversed(measurement.exchanges):
        if exchange.depth == depth:
            return exchange.url
        if exchange.depth == depth - 1 and exchange.location:
            return led_to(exchange)
    return measurement.url


def genuine_hosts(
    measurement: Measurement, exchanges: Iterable[HttpExchange], known: Iterable[str] = ()
) -> frozenset[str]:
    """Follow the redirects and collect the hosts which only the site itself can have led to.

    `known` are further hosts known to be the site's. A redirect given in cleartext may be forged
    and proves nothing about where it leads, even if that place has a valid certificate for its own
    name: many block pages do. A redirect given over the site's own TLS is the site's word.
    """
    hosts = {host_of(measurement.url), *known}
    for exchange in exchanges:
        if exchange.over_tls and is_genuine(host_of(exchange.url), hosts):
            hosts.add(host_of(exchange.url))
            if is_redirect(exchange):
                hosts.add(host_of(led_to(exchange)))
    return frozenset(hosts)


def is_genuine(host: str, hosts: Iterable[str]) -> bool:
    """Whether a host is one of the site's own, or beneath or above one of them."""
    return any(same_site(host, other) for other in hosts)
