# SPDX-License-Identifier: Apache-2.0
"""One row of the observation table: a lookup or an endpoint, with what the control saw of the same."""

from dataclasses import dataclass
from enum import IntEnum

from app.domain.blocking.ooni.model import ControlHttp


class Step(IntEnum):
    """How far an observation came; the furthest step names it."""

    DNS = 0
    TCP = 1
    TLS = 2
    HTTP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A response that came whole, and what is compared of it."""

    status: int
    body_length: int
    is_truncated: bool
    header_names: frozenset[str]
    title: str

    @property
    def is_final(self) -> bool:
        """Whether this response ends the chain of redirects."""
        return self.status // 100 in (2, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the control saw of the same thing; None is "nothing attached", "" is success."""

    dns_failure: str | None = None
    dns_addresses: frozenset[str] | None = None
    tcp_failure: str | None = None
    tls_failure: str | None = None
    http_failure: str | None = None
    page: ControlHttp | None = None  # only where its fetch succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A failed lookup, one address of a successful one, or an endpoint."""

    step: Step
    failure: str  # of that step; "" is success
    transaction: int
    depth: int
    control: Seen
    # Of a lookup.
    engine: str = ""
    query_type: str = ""
    answered: tuple[str, ...] = ()  # every address of the same answer
    # Of an endpoint, and of one address of a lookup.
    address: str = ""
    fetches_body: bool = False
    lookup: int | None = None  # the transaction that first gave the endpoint's address
    # The lookup that gave the address was the system's; or no lookup gave it, nor did the control.
    is_classic: bool = False
    completed_tls: bool = False
    over_tls: bool = False
    page: Page | None = None

    @property
    def is_final(self) -> bool:
        """Whether it is the response at the end of the redirects."""
        return self.page is not None and self.page.is_final
