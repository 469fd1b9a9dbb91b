# SPDX-License-Identifier: Apache-2.0
"""Layer one: asking a resolver for the A and AAAA of a host, and keeping everything it says.

Never through getaddrinfo, which hides response codes, CNAMEs, TTLs and second answers. Each
inquiry has a UDP socket of its own: replies of others can't crowd it, and the kernel reports
unreachable resolvers on it. The socket stays open while the site is fetched, because an injected
answer comes first and the true one after it; both are kept. A reply under an unknown id, or to
another question, is ignored.

Addresses are classified here and never contacted.
"""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import cycle, islice

from app.domain.blocking.measurement import DnsAnswer, DnsLookup, Engine
from workers.probe import dnshttps, dnstcp
from workers.probe.dnsudp import Nameserver, connected, shown
from workers.probe.dnswire import (
    QUERY_TYPES,
    MalformedReply,
    Reply,
    decode_reply,
    encode_query,
    encode_question,
    query_id_of,
)
from workers.probe.failures import (
    DNS_BROKEN,
    NO_ANSWER,
    TIMEOUT,
    failure_of,
    failure_of_rcode,
)
from workers.probe.question import Question, failure_in
from workers.probe.session import Limits, ProbeSession, Stopwatch

_MAX_DATAGRAM = 65_535


class Inquiry:
    """A and AAAA of one host, asked of one resolver. `close` it when the measurement ends."""

    def __init__(
        self,
        hostname: str,
        *,
        engine: Engine,
        resolver: str,
        depth: int,
        session: ProbeSession,
        watch: Stopwatch,
    ) -> None:
        self.engine = engine
        self._hostname = hostname
        self._resolver = resolver
        self._depth = depth
        self._session = session
        self._classify = session.address_policy
        self._limits = session.limits
        self._watch = watch
        now = watch.ms()
        self.questions = tuple(
            Question(kind, encode_question(hostname, kind), now) for kind in QUERY_TYPES
        )
        self._by_id: dict[int, tuple[Question, Nameserver]] = {}
        self._sockets: list[socket.socket] = []
        self._trouble: str | None = None
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[None] = self._loop.create_future()

    async def ask_udp(self, nameservers: Sequence[Nameserver]) -> None:
        """Ask until both questions are settled or the time for DNS is over.

        A datagram may be lost without malice, so silence is asked once more, from another port
        and under another id, before it counts. Each further try goes to the next nameserver, as a
        machine's own resolver does it.
        """
        tries = self._limits.dns_tries
        for nameserver in islice(cycle(nameservers), tries):
            self._trouble = None
            self._settled = self._loop.create_future()
            until = self._watch.until(self._limits.dns_s / tries)
            try:
                self._send(nameserver)
            except OSError as error:
                self._trouble = failure_of(error)
                continue
            timer = self._loop.call_at(until, self._wake)
            try:
                await self._settled
            finally:
                timer.cancel()
            if not self._is_open():
                break
        await self._complete()
        for question in self.questions:
            if question.is_open:
                failure = self._trouble or TIMEOUT
                question.settle(self._watch.ms(), reply=None, failure=failure)

    async def ask_https(self) -> None:
        """Ask both questions over HTTPS, of the session's server."""
        await asyncio.gather(*(self._ask_https(one) for one in self.questions))

    async def ask_tunnel(self, nameservers: Sequence[Nameserver]) -> None:
        """Ask both questions over TCP through the session's tunnel; nothing leaves on this side."""
        await asyncio.gather(*(self._ask_tcp(one, nameservers[0]) for one in self.questions))

    def window_left_s(self, proved: Collection[str]) -> float:
        """How long an answer must still be given to be contradicted, in seconds.

        An answer that led to a handshake which verified for the name (`proved`) needs no wait,
        unless it is suspicious by itself.
        """
        doubtful = [
            question.ended_ms
            for question in self.questions
            if question.ended_ms is not None
            and question.reply is not None
            and (self._hostname not in proved or self._is_suspicious(question))
        ]
        if not doubtful or not self._sockets:
            return 0.0
        return (max(doubtful) - self._watch.ms()) / 1000 + self._limits.late_answer_s

    def close(self) -> None:
        """Stop listening for late answers."""
        for sock in self._sockets:
            self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()

    def addresses(self) -> tuple[str, ...]:
        """Every address heard, A first, in the order of the answers."""
        replies = (question.reply for question in self.questions if question.reply is not None)
        kept = self._limits.answers_kept
        return tuple(address for reply in replies for address, _ in reply.addresses[:kept])

    def lookups(self) -> tuple[DnsLookup, ...]:
        """What was asked and heard, as it goes into the measurement."""
        return tuple(self._lookup(question) for question in self.questions)

    def _send(self, nameserver: Nameserver) -> None:
        sock = connected(nameserver, self._limits.receive_buffer_bytes)
        self._sockets.append(sock)
        for question in self.questions:
            if question.is_open:
                query_id = self._fresh_id()
                self._by_id[query_id] = (question, nameserver)
                question.attempts += 1
                sock.send(encode_query(query_id, question.wire))
        self._loop.add_reader(sock, self._on_readable, sock)

    def _fresh_id(self) -> int:
        while (query_id := int.from_bytes(secrets.token_bytes(2), "big")) in self._by_id:
            pass
        return query_id

    def _on_readable(self, sock: socket.socket) -> None:
        # One datagram a call: the loop calls again for the next, and asking in vain costs more.
        try:
            datagram = sock.recv(_MAX_DATAGRAM)
        except BlockingIOError:
            return
        except OSError as error:
            # An ICMP message about this socket: the resolver's port or network can't be reached.
            self._loop.remove_reader(sock)
            # About an earlier try it says nothing of the nameserver that is being asked now.
            if sock is self._sockets[-1]:
                self._trouble = failure_of(error)
                self._wake()
            return
        self._hear(datagram)

    def _wake(self) -> None:
        if not self._settled.done():
            self._settled.set_result(None)

    def _is_open(self) -> bool:
        return None in [question.ended_ms for question in self.questions]

    def _hear(self, datagram: bytes) -> None:
        try:
            query_id = query_id_of(datagram)
            if query_id not in self._by_id:
                return
            question, _ = self._by_id[query_id]
            reply = decode_reply(datagram, question.wire)
        except MalformedReply:
            return
        question.hear(reply, query_id, self._watch.ms())
        if not self._is_open():
            self._wake()

    async def _complete(self) -> None:
        """Ask again over TCP, of whoever answered, what came cut short."""
        for question in self.questions:
            if question.reply is not None and question.reply.truncated:
                await self._ask_tcp(question, self._by_id[question.answered_id or 0][1])

    async def _ask_tcp(self, question: Question, nameserver: Nameserver) -> None:
        """Ask over TCP; a reply over UDP that was cut short is kept if that fails."""
        query_id = secrets.randbelow(1 << 16)
        question.attempts = max(question.attempts, 1)
        query = encode_query(query_id, question.wire)
        try:
            async with asyncio.timeout_at(self._watch.until(self._limits.dns_s)):
                wire = await dnstcp.exchange(nameserver, query, self._session)
            reply = decode_reply(wire, question.wire)
        except MalformedReply:
            if question.is_open:
                question.settle(self._watch.ms(), reply=None, failure=DNS_BROKEN)
            return
        except (OSError, EOFError) as error:
            if question.is_open:
                question.settle(self._watch.ms(), reply=None, failure=failure_of(error))
            elif question.reply is not None and not question.reply.addresses:
                question.failure = failure_of(error)
            return
        question.settle(self._watch.ms(), reply=reply, failure=failure_in(reply))

    async def _ask_https(self, question: Question) -> None:
        question.attempts = 1
        until = self._watch.until(self._limits.dns_s)
        reply, failure = await dnshttps.ask(self._session, question.wire, until=until)
        question.settle(self._watch.ms(), reply=reply, failure=failure)

    def _is_suspicious(self, question: Question) -> bool:
        if question.reply is None:
            return False
        if question.failure is not None:
            return question.query_type == "A" or question.failure != NO_ANSWER
        return any("bogon" in self._classify(address) for address, _ in question.reply.addresses)

    def _who_answered(self, question: Question) -> str:
        if question.answered_id is None:
            return self._resolver
        return shown(self._by_id[question.answered_id][1])

    def _lookup(self, question: Question) -> DnsLookup:
        reply = question.reply
        return DnsLookup(
            hostname=self._hostname,
            query_type=question.query_type,
            engine=self.engine,
            resolver=self._who_answered(question),
            started_ms=question.started_ms,
            ended_ms=self._watch.ms() if question.ended_ms is None else question.ended_ms,
            failure=question.failure,
            rcode=failure_of_rcode(reply.rcode)[0] if reply else None,
            answers=_classified(reply, self._classify, self._limits) if reply else (),
            cnames=reply.cnames[: self._limits.cnames_kept] if reply else (),
            late_answers=tuple(question.late),
            attempts=max(question.attempts, 1),
            depth=self._depth,
        )


def inquiries(
    hostname: str, *, depth: int, session: ProbeSession, watch: Stopwatch
) -> list[tuple[Inquiry, Awaitable[None]]]:
    """Prepare an inquiry to every resolver the session has, each with the asking of it."""

    def inquiry(engine: Engine, resolver: str) -> Inquiry:
        return Inquiry(
            hostname, engine=engine, resolver=resolver, depth=depth, session=session, watch=watch
        )

    system = inquiry(Engine.SYSTEM, shown(session.resolvers[0]))
    if session.tunnel is not None:
        return [(system, system.ask_tunnel(session.resolvers))]
    prepared: list[tuple[Inquiry, Awaitable[None]]] = [(system, system.ask_udp(session.resolvers))]
    if session.independent_resolver is not None:
        udp = inquiry(Engine.UDP, shown(session.independent_resolver))
        prepared.append((udp, udp.ask_udp([session.independent_resolver])))
    if session.doh_url is not None:
        doh = inquiry(Engine.DOH, session.doh_url)
        prepared.append((doh, doh.ask_https()))
    return prepared


def _classified(
    reply: Reply, classify: Callable[[str], str], limits: Limits
) -> tuple[DnsAnswer, ...]:
    return tuple(
        DnsAnswer(address=address, address_class=classify(address), ttl=ttl)
        for address, ttl in reply.addresses[: limits.answers_kept]
    )
