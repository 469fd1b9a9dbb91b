# SPDX-License-Identifier: Apache-2.0
"""The flat observation table of a measurement, with the control attached, and its classic part.

The classic part is what the older probes would have seen: the system's lookups, and endpoints at
their addresses (or at addresses of unknown origin) that were allowed to fetch the page. A file
without v0.5's tags counts every system lookup and every endpoint as classic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.blocking.classic.observation import Observation, Page, Seen, Step
from app.domain.blocking.classic.transactions import Endpoint, transactions
from app.domain.blocking.comparison import title_of_bytes
from app.domain.blocking.ooni.endpoints import asked_name, host_of, split_endpoint
from app.domain.blocking.ooni.joining import Joined, Placed, join
from app.domain.blocking.ooni.model import (
    OoniControl,
    OoniMeasurement,
    OoniQuery,
    OoniRequest,
)

SYSTEM_ENGINES = frozenset({"getaddrinfo", "golang_net_resolver"})
_OLD_SYSTEM_ENGINES = SYSTEM_ENGINES | {"system", "unknown", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All observations of one measurement."""

    observations: tuple[Observation, ...]
    control_addresses: frozenset[str] | None  # what the control resolved; None without its DNS part
    control_got_page: bool
    asns: Mapping[str, int]  # by address, as far as the file tells

    def classic(self) -> "Table":
        """Return the part that is comparable with older probes."""
        kept = tuple(one for one in self.observations if one.is_classic)
        return Table(
            observations=kept,
            control_addresses=self.control_addresses,
            control_got_page=self.control_got_page,
            asns=self.asns,
        )

    def of(self, step: Step) -> tuple[Observation, ...]:
        """Return the observations that came as far as this step."""
        return tuple(one for one in self.observations if one.step is step)


def observe(ooni: OoniMeasurement) -> Table:
    """Return the observation table of a measurement."""
    control = ooni.control if ooni.control_failure is None else None
    joined = join(ooni)
    engines = SYSTEM_ENGINES if ooni.is_tagged else _OLD_SYSTEM_ENGINES
    view = _View(ooni, control, engines, joined)
    return Table(
        observations=(*view.lookups(), *view.endpoints()),
        control_addresses=_control_addresses(control),
        control_got_page=control is not None
        and control.http is not None
        and control.http.failure is None,
        asns=_asns(ooni.queries, control),
    )


def _control_addresses(control: OoniControl | None) -> frozenset[str] | None:
    if control is None or control.dns is None:
        return None
    return frozenset() if control.dns.failure else frozenset(control.dns.addresses)


def _asns(queries: Iterable[OoniQuery], control: OoniControl | None) -> dict[str, int]:
    """Networks by address: the helper's words, and over them the probe's own."""
    asns = dict(control.asns) if control is not None else {}
    for query in queries:
        for answer in query.answers:
            if answer.address is not None and answer.asn:
                asns[answer.address] = answer.asn
    return asns


class _View:
    """One measurement while its table is made."""

    def __init__(
        self,
        ooni: OoniMeasurement,
        control: OoniControl | None,
        system_engines: frozenset[str],
        joined: Joined,
    ) -> None:
        self._ooni = ooni
        self._control = control
        self._system = system_engines
        self._joined = joined
        self._by_system = frozenset(
            address
            for query in joined.queries
            if query.entry.engine in system_engines
            for address in query.entry.addresses
        )
        self._queries = _numbered(joined.queries)
        self._lookups: dict[str, int] = {}
        for query, transaction in self._queries:
            for address in query.entry.addresses:
                self._lookups.setdefault(address, transaction)
        self._control_http = _attach_http(control)

    def lookups(self) -> Iterable[Observation]:
        """Yield the DNS observations, in the order of the file."""
        domain = host_of(self._ooni.control_url)
        for query, transaction in self._queries:
            seen = self._seen_dns(asked_name(query.entry.hostname) == domain)
            yield from _lookup(query, transaction, seen, self._system)

    def _seen_dns(self, same_domain: bool) -> Seen:
        dns = self._control.dns if self._control is not None and same_domain else None
        http = self._control_http
        if dns is None:
            return http
        return Seen(
            dns_failure=dns.failure or "",
            dns_addresses=None if dns.failure else frozenset(dns.addresses),
            http_failure=http.http_failure,
            page=http.page,
        )

    def endpoints(self) -> Iterable[Observation]:
        """Yield one observation for each transaction that began with a connect."""
        return (self._observe(one) for one in transactions(self._joined))

    def _observe(self, endpoint: Endpoint) -> Observation:
        request, handshake, connect = endpoint.request, endpoint.handshake, endpoint.connect
        address = split_endpoint(endpoint.text)[0]
        furthest: tuple[Step, str | None] = (Step.TCP, connect.failure if connect else None)
        if handshake is not None:
            furthest = (Step.TLS, handshake.failure)
        if request is not None:
            furthest = (Step.HTTP, request.failure)
        shaken = handshake is not None and handshake.failure is None
        over_tls = shaken or (handshake is None and _is_https(request))
        return Observation(
            step=furthest[0],
            failure=furthest[1] or "",
            transaction=endpoint.transaction,
            depth=endpoint.depth,
            control=self._seen_endpoint(endpoint),
            address=address,
            fetches_body=endpoint.fetches_body,
            lookup=self._lookups.get(address),
            is_classic=self._is_classic(endpoint, address),
            completed_tls=shaken,
            over_tls=over_tls,
            page=None if request is None else _page(request),
        )

    def _is_classic(self, endpoint: Endpoint, address: str) -> bool:
        if not self._ooni.is_tagged:
            return True
        if not endpoint.fetches_body:
            return False
        if address in self._by_system:
            return True
        from_control = (
            self._control is not None
            and self._control.dns is not None
            and address in self._control.dns.addresses
        )
        return address not in self._lookups and not from_control

    def _seen_endpoint(self, endpoint: Endpoint) -> Seen:
        control, http = self._control, self._control_http
        if control is None:
            return Seen()
        tcp = tls = None
        if endpoint.text in control.connects:
            tcp = control.connects[endpoint.text] or ""
        theirs = control.handshakes.get(endpoint.text)
        ours = endpoint.handshake
        if theirs is not None and ours is not None and theirs.server_name == ours.server_name:
            tls = theirs.failure or ""
        return Seen(
            tcp_failure=tcp, tls_failure=tls, http_failure=http.http_failure, page=http.page
        )


def _numbered(queries: Iterable[Placed[OoniQuery]]) -> list[tuple[Placed[OoniQuery], int]]:
    """Give every lookup its transaction; one that the file does not number is one by itself."""
    return [
        (query, query.entry.marks.transaction_id or -1 - index)
        for index, query in enumerate(queries)
    ]


def _attach_http(control: OoniControl | None) -> Seen:
    if control is None or control.http is None:
        return Seen()
    failure = control.http.failure
    return Seen(http_failure=failure or "", page=None if failure else control.http)


def _lookup(
    query: Placed[OoniQuery], transaction: int, seen: Seen, system_engines: frozenset[str]
) -> Iterable[Observation]:
    entry = query.entry
    answered = () if entry.failure is not None else entry.addresses
    # One with neither a failure nor an address tells nothing.
    for address in answered if entry.failure is None else ("",):
        yield Observation(
            step=Step.DNS,
            failure=entry.failure or "",
            transaction=transaction,
            depth=query.depth,
            control=seen,
            engine=entry.engine,
            query_type=entry.query_type,
            answered=answered,
            address=address,
            is_classic=entry.engine in system_engines,
        )


def _is_https(request: OoniRequest | None) -> bool:
    return request is not None and request.url.startswith("https:")


def _page(request: OoniRequest) -> Page | None:
    """A response counts only where the exchange did not fail."""
    if request.failure is not None:
        return None
    return Page(
        status=request.status,
        body_length=len(request.body),
        is_truncated=request.body_is_truncated,
        header_names=frozenset(name for name, _ in request.headers),
        title=title_of_bytes(request.body),
    )
