# SPDX-License-Identifier: Apache-2.0
"""Takes the probe's own address out of what is exported, wherever a server echoed it.

The address is never stored, so it cannot simply be looked for. Taken out are: addresses the caller
names; addresses of the vantage's own network (by the prefix table) that are none of the
measurement's own facts; addresses that a page calls somebody's IP; and headers that exist to echo
the client. What a measurement is about (answers, endpoints, hosts of redirects) always stays.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.blocking.addresses import classify, is_contactable
from app.domain.blocking.measurement import Engine, Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.redirects import host_of

SCRUBBED = "[scrubbed]"

ECHO_HEADERS = frozenset(
    {
        "cf-connecting-ip",
        "client-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-forwarded-for",
        "x-original-forwarded-for",
        "x-originating-ip",
        "x-real-ip",
        "x-remote-addr",
        "x-remote-ip",
        "x-user-ip",
        "x-your-ip",
    }
)
"""Headers whose only sense is to tell a client's address."""

_ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![.]?\d)"
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){1,7}(?::|(?::?[0-9a-fA-F]{1,4})+)(?![\w:])"
)
# "Your IP: …", "client_ip=…", "IP-адрес: …", `name="ip" value="…` directly before an address.
_CALLED = re.compile(
    r"(?:ip|addr(?:ess)?|адрес\w*|client|remote|user|forwarded-for)\W{0,3}(?:is|was|value|content)?\W{0,8}$",
    re.IGNORECASE,
)
# What stands between the two on a page, and says nothing: tags, spaces, encoded signs, `::ffff:`.
_BETWEEN = re.compile(
    r"<[^<>]*>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});|%(?:[2345][0-9a-f])|::ffff:$|\s+", re.IGNORECASE
)
_SPACES = re.compile(r" +")
_BEFORE = 32
_BEFORE_WITH_TAGS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubber:
    """Knows which addresses are the measurement's facts and which may be the probe's own."""

    facts: frozenset[str]
    named: frozenset[str] = frozenset()  # the probe's, as far as the operator says
    asn: int | None = None
    networks: PrefixTable = field(default_factory=lambda: PrefixTable(()))

    def text(self, text: str, *, lead: str = "") -> str:
        """Return a text without the probe's address; `lead` is what stands before it."""
        return _ADDRESS.sub(lambda found: self._replaced(found, text, lead), text)

    def body(self, body: bytes) -> bytes:
        """Return a body without the probe's address; the bytes around it stay as they were."""
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
            # Every byte is one character of Latin-1, so that nothing else can change.
            return self.text(body.decode("latin-1")).encode("latin-1", "replace")

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return headers; those that exist to echo a client lose their value."""
        return tuple(
            (name, SCRUBBED if name.lower() in ECHO_HEADERS else self.text(value, lead=f"{name}: "))
            for name, value in headers
        )

    def _replaced(self, found: re.Match[str], text: str, lead: str) -> str:
        address = found.group()
        start = max(0, found.start() - _BEFORE_WITH_TAGS)
        before = ("" if start else lead) + text[start : found.start()]
        return SCRUBBED if self._is_the_probes(address, before) else address

    def _is_the_probes(self, address: str, before: str) -> bool:
        canonical = _canonical(address)
        if canonical is None:
            return False
        if canonical in self.named:
            return True
        if canonical in self.facts:
            return False
        in_network = self.asn is not None and self.networks.asn(canonical) == self.asn
        is_known = in_network and is_contactable(classify(canonical))
        # What is called somebody's IP may be private: a provider knows its own by such addresses.
        return is_known or _is_called(before)


def _is_called(before: str) -> bool:
    """Whether the words before an address call it somebody's, with or without what is between."""
    plain = _BETWEEN.sub(" ", before)
    return any(_CALLED.search(words[-_BEFORE:]) for words in (before, _SPACES.sub(" ", plain)))


def scrubber(
    measurements: Iterable[Measurement],
    *,
    named: Iterable[str] = (),
    asn: int | None = None,
    networks: PrefixTable | None = None,
) -> Scrubber:
    """Return the scrubber for a measurement and its controls."""
    facts = {address for one in measurements for address in _facts(one)}
    return Scrubber(
        facts=frozenset(known for one in facts if (known := _canonical(one))),
        named=frozenset(known for one in named if (known := _canonical(one))),
        asn=asn,
        networks=networks or PrefixTable(()),
    )


def _facts(measurement: Measurement) -> Iterator[str]:
    yield host_of(measurement.url)
    for lookup in measurement.lookups:
        yield from lookup.addresses
        yield from (address for late in lookup.late_answers for address in late)
        if lookup.engine is not Engine.SYSTEM:
            yield lookup.resolver.rpartition(":")[0].strip("[]")
    yield from (connect.address for connect in measurement.connects)
    yield from (shake.address for shake in measurement.handshakes)
    for exchange in measurement.exchanges:
        yield exchange.address
        yield host_of(exchange.url)
        if exchange.location:
            yield _host_or_nothing(exchange.location)


def _host_or_nothing(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return ""


def _canonical(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
