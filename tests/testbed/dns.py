# SPDX-License-Identifier: Apache-2.0
"""A resolver that is as honest as its rules allow, over UDP and TCP.

A rule takes a query and the honest reply and says what is sent, and when. dnspython writes the
messages, so the prober's own reading of them is tested against another hand.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.testbed.tcp import Listener, bound

Sending = Sequence[tuple[float, bytes]]  # (seconds from now, message)
Rule = Callable[[dns.message.Message, dns.message.Message], Sending]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What the honest world knows of a name."""

    addresses: tuple[str, ...]  # IPv4 and IPv6
    cnames: tuple[str, ...] = ()
    ttl: int = 60


class Resolver:
    """One resolver: a zone it shares with others, and rules of its own."""

    def __init__(self, address: str, zone: Mapping[str, Name], *, port: int = 0) -> None:
        self.rules: dict[str, Rule] = {}
        self.queries: list[tuple[str, str]] = []
        self._zone = zone
        self._udp = _bound_for_both(address, port)
        host, port = self._udp.getsockname()
        self.address: tuple[str, int] = (host, port)
        self._tcp = Listener(host, port, self._serve_tcp)
        self._timers: set[asyncio.TimerHandle] = set()

    def open(self) -> None:
        """Answer from now on."""
        asyncio.get_running_loop().add_reader(self._udp, self._on_readable)
        self._tcp.open()

    def refuse_tcp(self) -> None:
        """Answer over UDP only."""
        self._tcp.refuse()

    async def aclose(self) -> None:
        """Stop answering."""
        asyncio.get_running_loop().remove_reader(self._udp)
        for timer in self._timers:
            timer.cancel()
        self._udp.close()
        await self._tcp.aclose()

    def reply_to(self, wire: bytes) -> Sending:
        """What is sent for a query, by the rule for its name."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        host = question.name.to_text(omit_final_dot=True).lower()
        self.queries.append((host, dns.rdatatype.to_text(question.rdtype)))
        return self.rules.get(host, honest)(query, honest_reply(self._zone, query))

    def _on_readable(self) -> None:
        try:
            while True:
                wire, sender = self._udp.recvfrom(4096)
                for delay_s, reply in self.reply_to(wire):
                    self._send(delay_s, reply, sender)
        except BlockingIOError:
            return

    def _send(self, delay_s: float, reply: bytes, sender: tuple[str, int]) -> None:
        if delay_s == 0:
            self._udp.sendto(reply, sender)
            return
        loop = asyncio.get_running_loop()
        self._timers.add(loop.call_later(delay_s, self._udp.sendto, reply, sender))

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        query = dns.message.from_wire(await reader.readexactly(length))
        reply = honest_reply(self._zone, query).to_wire(want_shuffle=False)
        writer.write(len(reply).to_bytes(2, "big") + reply)
        await writer.drain()


def _bound_for_both(address: str, port: int) -> socket.socket:
    """Bind a datagram socket to a port that is free for TCP as well; 0 chooses one."""
    for tries_left in range(4, -1, -1):
        udp = bound(address, port, socket.SOCK_DGRAM)
        try:
            bound(address, udp.getsockname()[1], socket.SOCK_STREAM).close()
        except OSError:
            udp.close()
            if tries_left == 0 or port:
                raise
        else:
            break
    return udp


def honest_reply(zone: Mapping[str, Name], query: dns.message.Message) -> dns.message.Message:
    """What a resolver says that knows the zone and does not lie."""
    host = query.question[0].name.to_text(omit_final_dot=True).lower()
    name = zone.get(host)
    if name is None:
        return failing(query, dns.rcode.NXDOMAIN)
    owners = (host, *name.cnames)
    reply = dns.message.make_response(query)
    for owner, target in pairwise(owners):
        reply.answer.append(dns.rrset.from_text(f"{owner}.", name.ttl, "IN", "CNAME", f"{target}."))
    return _with_addresses(reply, f"{owners[-1]}.", name.addresses, name.ttl)


def failing(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    """A reply that carries nothing but a response code."""
    reply = dns.message.make_response(query)
    reply.set_rcode(rcode)
    return reply


def honest(_: dns.message.Message, truth: dns.message.Message) -> Sending:
    """Say what the world knows."""
    return [(0, truth.to_wire(want_shuffle=False))]


def silent(_: dns.message.Message, __: dns.message.Message) -> Sending:
    """Say nothing."""
    return []


def nxdomain(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Say that the name does not exist."""
    return [(0, failing(query, dns.rcode.NXDOMAIN).to_wire(want_shuffle=False))]


def servfail(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Say that looking it up failed."""
    return [(0, failing(query, dns.rcode.SERVFAIL).to_wire(want_shuffle=False))]


def refused(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Refuse to look it up."""
    return [(0, failing(query, dns.rcode.REFUSED).to_wire(want_shuffle=False))]


def empty(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Say that the name exists and has no address."""
    return [(0, dns.message.make_response(query).to_wire(want_shuffle=False))]


def forge(*addresses: str, ttl: int = 60) -> Rule:
    """Answer with other addresses than the site's."""

    def rule(query: dns.message.Message, _: dns.message.Message) -> Sending:
        return [(0, _forged(query, addresses, ttl))]

    return rule


def inject(*addresses: str, truth_after_s: float = 0.01) -> Rule:
    """Answer falsely at once and truthfully a little later, as an injector on the way does."""

    def rule(query: dns.message.Message, truth: dns.message.Message) -> Sending:
        return [
            (0, _forged(query, addresses, 60)),
            (truth_after_s, truth.to_wire(want_shuffle=False)),
        ]

    return rule


def truncate(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Answer over UDP only that the answer is too long for it."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.TC
    return [(0, reply.to_wire(want_shuffle=False))]


def wrong_id(query: dns.message.Message, truth: dns.message.Message) -> Sending:
    """Send a forged answer under a guessed id, then the truth."""
    forged = dns.message.from_wire(_forged(query, ("127.0.0.66",), 60))
    forged.id = query.id ^ 0x5555
    return [(0, forged.to_wire(want_shuffle=False)), (0, truth.to_wire(want_shuffle=False))]


def malformed(query: dns.message.Message, _: dns.message.Message) -> Sending:
    """Send bytes that break off in the middle of a record."""
    return [(0, _forged(query, ("127.0.0.66",), 60)[:-2]), (0, b"\x00")]


def in_turn(*rules: Rule) -> Rule:
    """Follow one rule per A question, the last one for good: how names are rebound."""
    left = list(rules)

    def rule(query: dns.message.Message, truth: dns.message.Message) -> Sending:
        if query.question[0].rdtype != dns.rdatatype.A:
            return empty(query, truth)
        following = left.pop(0) if len(left) > 1 else left[0]
        return following(query, truth)

    return rule


def _forged(query: dns.message.Message, addresses: Sequence[str], ttl: int) -> bytes:
    reply = dns.message.make_response(query)
    owner = query.question[0].name.to_text()
    return _with_addresses(reply, owner, addresses, ttl).to_wire(want_shuffle=False)


def _with_addresses(
    reply: dns.message.Message, owner: str, addresses: Sequence[str], ttl: int
) -> dns.message.Message:
    kind = dns.rdatatype.to_text(reply.question[0].rdtype)
    fitting = [text for text in addresses if (":" in text) == (kind == "AAAA")]
    if fitting and kind in ("A", "AAAA"):
        reply.answer.append(dns.rrset.from_text(owner, ttl, "IN", kind, *fitting))
    return reply
