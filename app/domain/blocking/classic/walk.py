# SPDX-License-Identifier: Apache-2.0
"""The walk over the classic observations that ends in `blocking` and `accessible`.

Furthest first: the deepest redirect, the furthest step, successes before failures. The first
observation that decides is the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.blocking.classic.bogons import is_loopback
from app.domain.blocking.classic.difference import difference
from app.domain.blocking.classic.observation import Observation, Step

Blocking = bool | str | None
"""False, the kind of blocking, or None where it cannot be said. Never True."""

DNS, TCP_IP, HTTP_FAILURE, HTTP_DIFF = "dns", "tcp_ip", "http-failure", "http-diff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What OONI's app shows, and the failure it names for it."""

    blocking: Blocking
    accessible: bool | None
    failure: str | None = None


_FINE = Outcome(blocking=False, accessible=True)
_DOWN = Outcome(blocking=False, accessible=False)
_UNKNOWN = Outcome(blocking=None, accessible=None)


def in_order(observations: Iterable[Observation]) -> list[Observation]:
    """Sort the observations as the walk visits them."""
    return sorted(
        observations, key=lambda one: (-one.depth, -one.step, one.failure, -one.transaction)
    )


def walk(ordered: Iterable[Observation], dns_consistency: str | None) -> Outcome:
    """Return the first decision; an inconsistent DNS turns all but success into `dns`."""
    decided = next((found for one in ordered if (found := _decide(one)) is not None), None)
    if decided is None:
        return _UNKNOWN
    if dns_consistency == "inconsistent" and decided.accessible is not True:
        return Outcome(blocking=DNS, accessible=False, failure=decided.failure)
    return decided


def _decide(one: Observation) -> Outcome | None:
    match one.step:
        case Step.HTTP:
            return _after_http_failure(one) if one.failure else _after_response(one)
        case Step.TLS:
            return _after_tls_failure(one) if one.failure else None
        case Step.TCP:
            return _after_tcp_failure(one) if one.failure else None
        case Step.DNS:
            return _after_dns_failure(one) if one.failure else _after_answer(one)


def _after_response(one: Observation) -> Outcome | None:
    if not one.is_final:
        return None
    if one.over_tls:
        return _FINE
    if one.control.http_failure is None:
        return _UNKNOWN
    return _blocked(HTTP_DIFF) if difference(one).differs else _FINE


def _after_http_failure(one: Observation) -> Outcome:
    seen = one.control.http_failure
    if seen is None:
        return _with(_UNKNOWN, one)
    return _with(_DOWN if seen else _blocked(HTTP_FAILURE), one)


def _after_tls_failure(one: Observation) -> Outcome:
    seen = one.control.tls_failure
    if seen is None:
        return _untried(one)
    return _with(_DOWN if seen else _blocked(HTTP_FAILURE), one)


def _after_tcp_failure(one: Observation) -> Outcome:
    seen = one.control.tcp_failure
    if seen is None:
        return _untried(one)
    return _with(_DOWN if seen else _blocked(TCP_IP), one)


def _untried(one: Observation) -> Outcome:
    """The control did not try this endpoint: what it says of the page has to do."""
    missing = one.control.http_failure is None
    return _with(_UNKNOWN if missing else _blocked(HTTP_FAILURE), one)


def _after_dns_failure(one: Observation) -> Outcome:
    seen = one.control
    if seen.dns_failure is None:
        return _with(_FINE if seen.http_failure is None else _blocked(DNS), one)
    if seen.dns_failure:
        return _with(_DOWN, one)
    if one.failure == "dns_no_answer" and not seen.dns_addresses:
        return _DOWN
    return _with(_blocked(DNS), one)


def _after_answer(one: Observation) -> Outcome | None:
    """An answer decides only where it leads nowhere but to the reader's own machine."""
    if one.control.dns_failure != "" or not all(map(is_loopback, one.answered)):
        return None
    theirs = one.control.dns_addresses or frozenset()
    return _DOWN if theirs and all(map(is_loopback, theirs)) else _blocked(DNS)


def _blocked(kind: str) -> Outcome:
    return Outcome(blocking=kind, accessible=False)


def _with(outcome: Outcome, one: Observation) -> Outcome:
    return Outcome(blocking=outcome.blocking, accessible=outcome.accessible, failure=one.failure)
