# SPDX-License-Identifier: Apache-2.0
"""One DNS question and its settling: the first reply answers, later differing ones contradict.

Nothing here sends or receives; `dns.py` does.
"""

from dataclasses import dataclass, field

from workers.probe.dnswire import Reply
from workers.probe.failures import NO_ANSWER, failure_of_rcode


@dataclass(slots=True, eq=False)
class Question:
    """One query type of one inquiry, and what came back so far."""

    query_type: str
    wire: bytes
    started_ms: float
    ended_ms: float | None = None
    failure: str | None = None
    reply: Reply | None = None
    answered_id: int | None = None
    late: list[tuple[str, ...]] = field(default_factory=list)
    attempts: int = 0  # how often it was sent

    @property
    def is_open(self) -> bool:
        """Whether neither a reply nor a failure has settled it."""
        return self.ended_ms is None

    def settle(self, ended_ms: float, *, reply: Reply | None, failure: str | None) -> None:
        """Write down how the question ended."""
        self.ended_ms = ended_ms
        self.reply = reply
        self.failure = failure

    def hear(self, reply: Reply, query_id: int, now_ms: float) -> None:
        """Take a reply: the first one answers, later differing ones contradict it.

        Only replies to the same datagram are compared: two answers to two tries of a question
        may honestly differ where a site rotates its addresses.
        """
        if self.is_open:
            self.answered_id = query_id
            self.settle(now_ms, reply=reply, failure=failure_in(reply))
        elif self.reply is not None and query_id == self.answered_id:
            heard = address_set(reply)
            if heard != address_set(self.reply) and heard not in self.late:
                self.late.append(heard)


def failure_in(reply: Reply) -> str | None:
    """Name the failure a reply stands for; an answer without addresses is one."""
    failure = failure_of_rcode(reply.rcode)[1]
    if failure is None and not reply.addresses and not reply.truncated:
        return NO_ANSWER
    return failure


def address_set(reply: Reply) -> tuple[str, ...]:
    """The addresses of a reply in an order that makes two replies comparable."""
    return tuple(sorted({address for address, _ in reply.addresses}))
