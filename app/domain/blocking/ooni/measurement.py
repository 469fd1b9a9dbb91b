# SPDX-License-Identifier: Apache-2.0
"""A web_connectivity measurement as OONI writes it (ooni/spec: df-000, -001, -002, -005, -006).

Only what a verdict or the record needs is kept. Times are seconds since the measurement began.
Of files older than Web Connectivity v0.5 transaction ids and tags are missing: None and empty.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniAnswer:
    """One address in an answer."""

    address: str
    asn: int | None
    ttl: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniStep:
    """What the entries of all lists have in common."""

    failure: str | None
    transaction: int | None
    tags: frozenset[str]
    t0: float | None
    t: float | None

    @property
    def depth(self) -> int | None:
        """How many redirects came before; None where the file does not say."""
        for tag in self.tags:
            name, _, value = tag.partition("=")
            if name == "depth" and value.isascii() and value.isdigit() and len(value) < 4:
                return int(value)
        return None

    @property
    def fetches_body(self) -> bool:
        """Whether this endpoint was allowed to fetch the page."""
        return "fetch_body=true" in self.tags


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniLookup(OoniStep):
    """One question to one resolver."""

    hostname: str
    query_type: str
    engine: str
    resolver: str
    rcode: int | None
    answers: tuple[OoniAnswer, ...]
    cnames: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniConnect(OoniStep):
    """One connection attempt."""

    ip: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniHandshake(OoniStep):
    """One TLS handshake."""

    ip: str
    port: int
    server_name: str
    version: str
    cipher: str
    alpn: str
    certificates: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniRequest(OoniStep):
    """One request and its response, if any; `status` None means that there was none."""

    url: str
    ip: str
    port: int
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = field(repr=False)
    body_truncated: bool

    @property
    def is_https(self) -> bool:
        """Whether the request went over TLS."""
        return self.url.lower().startswith("https://")

    @property
    def is_final(self) -> bool:
        """Whether a page came, and no redirect."""
        return self.failure is None and self.status is not None and self.status // 100 in {2, 4, 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniControlHttp:
    """What the control got for the same URL; without a failure, a page."""

    failure: str | None
    status: int | None
    body_length: int | None
    headers: tuple[tuple[str, str], ...]
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniControl:
    """What the test helper saw. None is "it said nothing about this", which is no failure."""

    has_dns: bool
    dns_failure: str | None
    addresses: tuple[str, ...]
    connects: dict[str, str | None]  # "ip:port" to failure
    handshakes: dict[str, tuple[str, str | None]]  # "ip:port" to server name and failure
    http: OoniControlHttp | None
    networks: dict[str, int]  # address to AS number


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniMeasurement:
    """One measurement of one URL by one probe."""

    input: str
    uid: str  # measurement_uid, where OONI's API gave one
    report_id: str
    started_at: datetime | None
    runtime_s: float | None
    probe_cc: str
    probe_asn: int | None
    network_name: str
    software: str
    test_version: str
    lookups: tuple[OoniLookup, ...]
    connects: tuple[OoniConnect, ...]
    handshakes: tuple[OoniHandshake, ...]
    requests: tuple[OoniRequest, ...]  # newest first, as OONI has them
    control: OoniControl | None
    control_failure: str | None

    @property
    def is_tagged(self) -> bool:
        """Whether this is of Web Connectivity v0.5, which marks every step with tags."""
        steps: tuple[tuple[OoniStep, ...], ...] = (
            self.lookups,
            self.connects,
            self.handshakes,
            self.requests,
        )
        return any(step.tags for group in steps for step in group)
