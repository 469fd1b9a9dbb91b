# SPDX-License-Identifier: Apache-2.0
"""The thirteen classic keys of one measurement."""

from dataclasses import dataclass

from app.domain.blocking.classic.difference import first_comparable
from app.domain.blocking.classic.flags import all_flags
from app.domain.blocking.classic.observations import observe
from app.domain.blocking.classic.sets import dns_consistency, dns_sets
from app.domain.blocking.classic.walk import Blocking, in_order, walk
from app.domain.blocking.ooni.model import OoniMeasurement


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicKeys:
    """OONI's `test_keys` that say what was concluded, in OONI's own names and values."""

    accessible: bool | None
    blocking: Blocking
    dns_consistency: str | None
    body_length_match: bool | None
    body_proportion: float  # 0 where nothing was compared, as OONI writes it
    status_code_match: bool | None
    headers_match: bool | None
    title_match: bool | None
    dns_experiment_failure: str | None
    http_experiment_failure: str | None
    x_dns_flags: int
    x_blocking_flags: int
    x_null_null_flags: int


def classic_keys(ooni: OoniMeasurement) -> ClassicKeys:
    """Compute the classic keys as Web Connectivity v0.5 does."""
    table = observe(ooni)
    classic = table.classic()
    lookups = dns_sets(classic)
    consistency = dns_consistency(classic, lookups)
    ordered = in_order(classic.observations)
    outcome = walk(ordered, consistency)
    compared = first_comparable(ordered)
    dns_flags, blocking_flags, null_null_flags = all_flags(table)
    return ClassicKeys(
        accessible=outcome.accessible,
        blocking=outcome.blocking,
        dns_consistency=consistency,
        body_length_match=compared.body_length_match,
        body_proportion=compared.body_proportion or 0.0,
        status_code_match=compared.status_code_match,
        headers_match=compared.headers_match,
        title_match=compared.title_match,
        dns_experiment_failure=lookups.first_failure,
        http_experiment_failure=outcome.failure,
        x_dns_flags=dns_flags,
        x_blocking_flags=blocking_flags,
        x_null_null_flags=null_null_flags,
    )
