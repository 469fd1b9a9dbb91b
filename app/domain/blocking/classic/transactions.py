# SPDX-License-Identifier: Apache-2.0
"""Connects, handshakes and requests of one endpoint put together: by transaction id, else by place."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.blocking.ooni.joining import Joined
from app.domain.blocking.ooni.model import OoniConnect, OoniHandshake, OoniRequest


@dataclass(slots=True)
class Endpoint:
    """The steps of one transaction."""

    transaction: int
    depth: int
    connect: OoniConnect | None = None
    handshake: OoniHandshake | None = None
    request: OoniRequest | None = None

    @property
    def text(self) -> str:
        """Address and port, from whichever step says them."""
        if self.connect is not None:
            return self.connect.endpoint
        if self.handshake is not None and self.handshake.endpoint:
            return self.handshake.endpoint
        return self.request.endpoint if self.request is not None else ""

    @property
    def fetches_body(self) -> bool:
        """Whether it was allowed to fetch the page."""
        steps = (self.connect, self.handshake, self.request)
        return any(step is not None and step.marks.fetch_body is True for step in steps)


def transactions(joined: Joined) -> Iterable[Endpoint]:
    """Join connects, handshakes and requests; of steps told twice one that worked counts."""
    found: dict[tuple[object, ...], Endpoint] = {}

    def at(number: int | None, endpoint: str, depth: int, index: int) -> Endpoint:
        key: tuple[object, ...] = (
            ("id", number) if number is not None else ("at", depth, endpoint or f"alone {index}")
        )
        transaction = number if number is not None else -1 - len(found)
        return found.setdefault(key, Endpoint(transaction=transaction, depth=depth))

    for index, c in enumerate(joined.connects):
        one = at(c.entry.marks.transaction_id, c.entry.endpoint, c.depth, index)
        if one.connect is None or c.entry.failure is None:
            one.connect = c.entry
    for index, h in enumerate(joined.handshakes):
        one = at(h.entry.marks.transaction_id, h.entry.endpoint, h.depth, index)
        if one.handshake is None or h.entry.failure is None:
            one.handshake = h.entry
    for index, r in enumerate(joined.spoken_requests):
        one = at(r.entry.marks.transaction_id, r.entry.endpoint, r.depth, index)
        if one.request is None or r.entry.failure is None:
            one.request = r.entry
    return found.values()
