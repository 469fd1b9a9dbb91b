# SPDX-License-Identifier: Apache-2.0
"""What the controls say together: who reaches the site, who does not, which addresses are its own.

A control that is unhealthy, stale or itself turned away by the site says nothing about the field.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.domain.blocking.addresses import classify
from app.domain.blocking.failures import Kind, step_kind
from app.domain.blocking.measurement import HttpExchange, Measurement
from app.domain.blocking.reading import Outcome, Reading, own, read
from app.domain.blocking.redirects import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A measurement of the same URL from an uncensored network."""

    measurement: Measurement
    vantage_healthy: bool  # its own canaries passed
    fresh: bool  # taken within five minutes of what it is compared with
    network: str | None = None  # "AS1234" or a name; two controls of one network count once


MOST_ADDRESSES = 20
"""Addresses a control is handed to try: what an agent takes at most."""


def addresses_to_try(field: Measurement) -> tuple[str, ...]:
    """Return the addresses seen in the field, each once, a few: an agent may claim any number."""
    seen = dict.fromkeys(
        answer.address
        for lookup in field.lookups
        for answer in lookup.answers
        if not answer.is_bogon and classify(answer.address) != "bogon:unparseable"
    )
    return tuple(seen)[:MOST_ADDRESSES]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardControl:
    """A control that may speak, with what it says."""

    control: Control
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """All controls given for one measurement, sorted by what they are good for."""

    reached: tuple[HeardControl, ...] = ()
    failed: tuple[HeardControl, ...] = ()
    refused: tuple[HeardControl, ...] = ()
    unhealthy: int = 0
    stale: int = 0
    silent: int = 0  # healthy and fresh, yet not carried to an end

    @property
    def given(self) -> bool:
        """Whether there was any control at all, of whatever use."""
        return bool(self.heard or self.silent or self.unhealthy or self.stale)

    @property
    def heard(self) -> tuple[HeardControl, ...]:
        """Every healthy and fresh control."""
        return self.reached + self.failed + self.refused

    @property
    def contradict(self) -> bool:
        """Whether they reach the site, so that a failure in the field is the field's own."""
        return bool(self.reached) and not self.agree_it_fails

    @property
    def agree_it_fails(self) -> bool:
        """Whether the majority fail as well; one that was turned away did get an answer."""
        return 2 * len(self.failed) > len(self.heard)

    @property
    def disagree(self) -> bool:
        """Whether some reach the site and some do not."""
        return bool(self.reached) and bool(self.failed)

    @property
    def failing_networks(self) -> int:
        """How many different networks fail; a control without a named network counts by itself."""
        named = {h.control.network for h in self.failed if h.control.network is not None}
        return len(named) + sum(1 for h in self.failed if h.control.network is None)

    @property
    def pages(self) -> tuple[HttpExchange, ...]:
        """The genuine pages, as the controls that reach the site got them."""
        return tuple(h.reading.page for h in self.reached if h.reading.page is not None)

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts to which the site led those that reach it: its own, then."""
        return frozenset(
            host_of(exchange.url)
            for heard in self.reached
            for exchange in heard.control.measurement.exchanges
        )

    @property
    def known_addresses(self) -> frozenset[str]:
        """Addresses that are the site's: resolved outside, or proved there by a valid certificate."""
        resolved = (
            canonical_address(answer.address)
            for heard in self.heard
            for lookup in own(heard.control.measurement.lookups, lenient=True)
            for answer in lookup.answers
            if not answer.is_bogon
        )
        return frozenset(resolved) | self.tls_proved_addresses

    @property
    def tls_proved_addresses(self) -> frozenset[str]:
        """Addresses at which a control completed TLS for the name."""
        return frozenset(
            canonical_address(shake.address)
            for heard in self.heard
            for shake in heard.control.measurement.handshakes
            if shake.failure is None
        )

    @property
    def disowned_addresses(self) -> frozenset[str]:
        """Addresses of the field at which controls too met a certificate that is not the site's."""
        wrong = frozenset(
            canonical_address(shake.address)
            for heard in self.heard
            for shake in heard.control.measurement.handshakes
            if shake.failure is not None and step_kind(shake.failure) is Kind.CERTIFICATE
        )
        return wrong - self.tls_proved_addresses

    @property
    def open_endpoints(self) -> frozenset[tuple[str, int]]:
        """Addresses and ports to which a control could connect."""
        return self._endpoints(succeeded=True)

    @property
    def dead_addresses(self) -> frozenset[str]:
        """Addresses to which controls tried to connect and never could."""
        alive = {address for address, _ in self.open_endpoints}
        return frozenset(a for a, _ in self._endpoints(succeeded=False) if a not in alive)

    @property
    def bogons(self) -> frozenset[str]:
        """Bogus addresses that controls were given as well."""
        return frozenset(
            answer.address
            for heard in self.heard
            for lookup in own(heard.control.measurement.lookups, lenient=True)
            for answer in lookup.answers
            if answer.is_bogon
        )

    @property
    def resolved(self) -> bool:
        """Whether a control got a usable address for the name."""
        return any(
            heard.reading.dns_trouble is None and heard.control.measurement.lookups
            for heard in self.heard
        )

    def completed_tls(self, server_name: str) -> bool:
        """Whether a control completed TLS for this very name."""
        return any(
            shake.failure is None and shake.server_name == server_name
            for heard in self.heard
            for shake in heard.control.measurement.handshakes
        )

    def leaves(self, server_name: str) -> frozenset[str]:
        """SHA-256 of the certificates which the name's servers showed to controls."""
        return frozenset(
            shake.chain_sha256[0]
            for heard in self.heard
            for shake in heard.control.measurement.handshakes
            if shake.chain_sha256 and shake.server_name == server_name and shake.failure is None
        )

    def _endpoints(self, *, succeeded: bool) -> frozenset[tuple[str, int]]:
        return frozenset(
            (canonical_address(connect.address), connect.port)
            for heard in self.heard
            for connect in heard.control.measurement.connects
            if (connect.failure is None) is succeeded
        )


def hear(controls: Sequence[Control]) -> Controls:
    """Read every control and sort it; a control whose prober distrusts itself counts as unhealthy."""
    unhealthy = [c for c in controls if not c.vantage_healthy or c.measurement.prober_fault]
    stale = [c for c in controls if c not in unhealthy and not c.fresh]
    heard = [
        HeardControl(control=c, reading=read(c.measurement, as_control=True))
        for c in controls
        if c not in unhealthy and c not in stale
    ]
    return Controls(
        reached=_with(heard, Outcome.CONTENT),
        failed=_with(heard, Outcome.FAILED, Outcome.SERVER_ERROR),
        refused=_with(heard, Outcome.REFUSAL),
        unhealthy=len(unhealthy),
        stale=len(stale),
        silent=sum(one.reading.outcome is Outcome.NOTHING for one in heard),
    )


@lru_cache(maxsize=8192)
def canonical_address(address: str) -> str:
    """Return the spelling to compare by; of a NAT64 image (DNS64) the IPv4 address inside it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if classify(address).startswith("nat64:"):
        return str(ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF))
    return str(parsed)


def _with(heard: Iterable[HeardControl], *outcomes: Outcome) -> tuple[HeardControl, ...]:
    return tuple(one for one in heard if one.reading.outcome in outcomes)
