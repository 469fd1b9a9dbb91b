# SPDX-License-Identifier: Apache-2.0
"""Which steps belong together, and after how many redirects each was taken.

Files of v0.5 say so: transaction ids join the connect, handshake and request of one endpoint, and
tags carry the depth. In files without tags a request's depth is its place in the chain (the list is
newest first), a lookup's that of the first request for its name, an endpoint's that of the lookup
that gave its address; and steps are joined by `address:port`, or by the host a request asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.blocking.ooni.endpoints import asked_name, host_of, literal_address, split_endpoint
from app.domain.blocking.ooni.model import (
    OoniConnect,
    OoniHandshake,
    OoniMeasurement,
    OoniQuery,
    OoniRequest,
)

Entry = TypeVar("Entry", OoniQuery, OoniConnect, OoniHandshake)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Generic[Entry]):
    """An entry with its depth: how many redirects came before it."""

    entry: Entry
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRequest:
    """A request with its depth and the handshake it went over."""

    entry: OoniRequest
    depth: int
    over_verified_tls: bool
    # It failed in an earlier step already, which the file tells once more here.
    never_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """All steps of a measurement, each with its depth; requests are oldest first."""

    url: str
    literal: str | None  # the input's host, where it is an address
    queries: tuple[Placed[OoniQuery], ...]
    connects: tuple[Placed[OoniConnect], ...]
    handshakes: tuple[Placed[OoniHandshake], ...]
    requests: tuple[PlacedRequest, ...]

    @property
    def spoken_requests(self) -> tuple[PlacedRequest, ...]:
        """The requests that were sent."""
        return tuple(one for one in self.requests if not one.never_left)


def join(ooni: OoniMeasurement) -> Joined:
    """Give every step its depth and every request its handshake."""
    oldest_first = ooni.requests[::-1]
    request_depths = [_request_depth(one, place) for place, one in enumerate(oldest_first)]
    by_host: dict[str, int] = {host_of(ooni.input): 0}
    for request, depth in zip(oldest_first, request_depths, strict=True):
        by_host.setdefault(host_of(request.url), depth)
    queries = tuple(
        Placed(entry=one, depth=_depth(one, by_host.get(asked_name(one.hostname), 0)))
        for one in ooni.queries
    )
    by_address: dict[str, int] = {}
    for query in queries:
        for address in query.entry.addresses:
            by_address.setdefault(address, query.depth)
    handshakes = tuple(
        Placed(entry=one, depth=_depth(one, _handshake_depth(one, by_host, by_address)))
        for one in ooni.handshakes
    )
    connects = tuple(
        Placed(entry=one, depth=_depth(one, by_address.get(one.address, 0)))
        for one in ooni.connects
    )
    ways = Ways(ooni)
    requests = [
        PlacedRequest(
            entry=one,
            depth=depth,
            over_verified_tls=ways.over_verified_tls(one),
            never_left=ways.never_left(one),
        )
        for one, depth in zip(oldest_first, request_depths, strict=True)
    ]
    return Joined(
        url=ooni.input,
        literal=literal_address(ooni.input),
        queries=queries,
        connects=connects,
        handshakes=handshakes,
        requests=tuple(sorted(requests, key=lambda one: one.depth)),
    )


def _depth(entry: OoniQuery | OoniConnect | OoniHandshake, otherwise: int) -> int:
    return otherwise if entry.marks.depth is None else entry.marks.depth


def _request_depth(request: OoniRequest, place: int) -> int:
    return place if request.marks.depth is None else request.marks.depth


def _handshake_depth(
    shake: OoniHandshake, by_host: Mapping[str, int], by_address: Mapping[str, int]
) -> int:
    at_host = by_host.get(asked_name(shake.server_name))
    return by_address.get(split_endpoint(shake.endpoint)[0], 0) if at_host is None else at_host


class Ways:
    """The connects and handshakes of one file, findable by what a request says of itself."""

    def __init__(self, ooni: OoniMeasurement) -> None:
        self._shakes_by_id: dict[int, OoniHandshake] = {}
        self._shakes_by_name: dict[str, list[OoniHandshake]] = {}
        for shake in ooni.handshakes:
            if shake.marks.transaction_id is not None:
                self._shakes_by_id[shake.marks.transaction_id] = shake
            self._shakes_by_name.setdefault(asked_name(shake.server_name), []).append(shake)
        self._connect_failures = {one.failure for one in ooni.connects}

    def over_verified_tls(self, request: OoniRequest) -> bool:
        """Whether a request went over a handshake that verified; an old file is taken at its word."""
        if not request.url.startswith("https:") or request.status == 0:
            return False
        if request.marks.transaction_id is not None:
            shake = self._shakes_by_id.get(request.marks.transaction_id)
            return shake is not None and shake.failure is None and shake.is_verified
        return all(shake.is_verified for shake in self._shakes(request))

    def never_left(self, request: OoniRequest) -> bool:
        """Whether the failure of a request without response is that of an earlier step."""
        if request.failure is None or request.status or request.marks.transaction_id is not None:
            return False
        if request.failure.startswith(("dns_", "ssl_")):
            return True
        shakes = self._shakes(request)
        if shakes:
            return all(shake.failure is not None for shake in shakes)
        return None not in self._connect_failures and request.failure in self._connect_failures

    def _shakes(self, request: OoniRequest) -> list[OoniHandshake]:
        return self._shakes_by_name.get(host_of(request.url), [])
