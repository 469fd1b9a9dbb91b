# SPDX-License-Identifier: Apache-2.0
"""What an OONI `web_connectivity` measurement says, in the names of its own formats.

df-000 (the envelope), df-002 (queries), df-005 (connects), df-006 (handshakes), df-001 (requests)
and the test helper's answer; only what the classic keys and our own verdict need. An empty failure
is None. Lists keep the order of the file: requests are newest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What every entry may carry: when, in which transaction, in which round of redirects."""

    started_s: float = 0.0  # since the measurement's start
    ended_s: float = 0.0
    transaction_id: int | None = None  # None in files of v0.4
    depth: int | None = None  # of tag `depth=N`
    fetch_body: bool | None = None  # of tag `fetch_body=…`
    is_classic: bool = False  # tag `classic`


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniAnswer:
    """One record of a DNS answer: an address or a further name."""

    address: str | None
    hostname: str | None
    asn: int = 0  # 0 where it is not known
    ttl: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniQuery:
    """One DNS lookup (df-002)."""

    hostname: str
    engine: str
    query_type: str
    resolver_address: str
    failure: str | None
    rcode: int | None
    answers: tuple[OoniAnswer, ...]
    marks: Marks

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses answered, in their order."""
        return tuple(one.address for one in self.answers if one.address is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniConnect:
    """One TCP connect (df-005)."""

    address: str
    port: int
    failure: str | None
    marks: Marks

    @property
    def endpoint(self) -> str:
        """Address and port as one text, an IPv6 address in brackets."""
        return (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else f"{self.address}:{self.port}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniHandshake:
    """One TLS handshake (df-006)."""

    endpoint: str  # "93.184.216.34:443"; "" where the file does not say
    server_name: str
    failure: str | None
    is_verified: bool  # the probe checked the certificate
    version: str
    cipher: str
    alpn: str
    certificates: tuple[bytes, ...] = field(repr=False)
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniRequest:
    """One HTTP exchange (df-001)."""

    url: str
    endpoint: str  # "" where the file does not say
    failure: str | None
    status: int  # 0 where no response came
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    body_is_truncated: bool
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlDns:
    """What the test helper resolved; its failure names are its own old ones."""

    failure: str | None
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlHandshake:
    """One handshake of the test helper."""

    server_name: str
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlHttp:
    """The page the test helper got; -1 for length and status where it got none."""

    failure: str | None
    body_length: int
    status: int
    title: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniControl:
    """The test helper's answer; a part that is missing was not tried or not told."""

    dns: ControlDns | None
    connects: Mapping[str, str | None]  # failure by endpoint
    handshakes: Mapping[str, ControlHandshake]
    http: ControlHttp | None
    asns: Mapping[str, int]  # by address, without those it does not know


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniMeasurement:
    """One measurement of an OONI probe."""

    input: str
    report_id: str
    started_at: datetime | None  # UTC
    runtime_s: float
    probe_cc: str  # "KZ"; "" where the file does not say
    probe_asn: int | None
    probe_network_name: str
    software_name: str
    software_version: str
    test_version: str
    queries: tuple[OoniQuery, ...]
    late_queries: tuple[OoniQuery, ...]  # further, later replies to the same questions
    connects: tuple[OoniConnect, ...]
    handshakes: tuple[OoniHandshake, ...]
    requests: tuple[OoniRequest, ...]  # newest first
    control: OoniControl | None
    control_failure: str | None
    control_url: str  # which the helper was asked for

    @property
    def is_tagged(self) -> bool:
        """Whether its entries carry the tags of Web Connectivity v0.5."""
        entries: tuple[OoniQuery | OoniConnect | OoniHandshake | OoniRequest, ...] = (
            *self.queries,
            *self.connects,
            *self.handshakes,
            *self.requests,
        )
        return any(
            one.marks.depth is not None or one.marks.fetch_body is not None or one.marks.is_classic
            for one in entries
        )

    @property
    def country(self) -> str | None:
        """The probe's country; None where it is hidden (ZZ) or not said."""
        code = self.probe_cc.upper()
        known = len(code) == 2 and code.isascii() and code.isalpha() and code != "ZZ"
        return code if known else None
