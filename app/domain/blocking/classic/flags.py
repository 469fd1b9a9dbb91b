# SPDX-License-Identifier: Apache-2.0
"""The extended flags, over every observation and not only the classic ones. Flags add up."""

from app.domain.blocking.classic.difference import difference
from app.domain.blocking.classic.observation import Observation, Step
from app.domain.blocking.classic.observations import Table
from app.domain.blocking.classic.sets import (
    DnsSets,
    Failures,
    dns_sets,
    http_failures,
    proved_by_tls,
    tcp_failures,
    tls_failures,
)

DNS_BOGON, DNS_UNEXPECTED_FAILURE, DNS_UNEXPECTED_ADDRESSES = 1, 2, 4
DNS_BLOCKED, TCP_BLOCKED, TLS_BLOCKED, HTTP_BLOCKED, HTTP_DIFFERS, SUCCESS = 1, 2, 4, 8, 16, 32
DNS_DOWN, TCP_DOWN, TLS_DOWN, HTTPS_WITHOUT_CONTROL, GHOST = 1, 2, 4, 8, 16


def all_flags(table: Table) -> tuple[int, int, int]:
    """Return `x_dns_flags`, `x_blocking_flags` and `x_null_null_flags`."""
    dns = dns_sets(table).without_proved(proved_by_tls(table))
    tcp, tls, http = tcp_failures(table), tls_failures(table), http_failures(table)
    finals = [one for one in table.of(Step.HTTP) if one.is_final]
    return (
        _dns_flags(dns),
        _blocking_flags(table, dns, (tcp, tls, http), finals),
        _null_null_flags(table, dns, (tcp, tls), finals),
    )


def _dns_flags(dns: DnsSets) -> int:
    return (
        DNS_BOGON * bool(dns.bogon)
        | DNS_UNEXPECTED_FAILURE * bool(dns.failures.unexpected)
        | DNS_UNEXPECTED_ADDRESSES * bool(dns.invalid)
    )


def _blocking_flags(
    table: Table,
    dns: DnsSets,
    steps: tuple[Failures, Failures, Failures],
    finals: list[Observation],
) -> int:
    flags = DNS_BLOCKED * bool(dns.failures.unexpected or dns.invalid)
    # Redirects led to where the control tried nothing, but it did get a page in the end.
    stranded = not finals and table.control_got_page
    if stranded and dns.failures.unexplained:
        flags |= DNS_BLOCKED
    for flag, failures in zip((TCP_BLOCKED, TLS_BLOCKED, HTTP_BLOCKED), steps, strict=True):
        if failures.unexpected or (stranded and failures.unexplained):
            flags |= flag
    for final in finals:
        flags |= _final_flag(final)
    return flags


def _final_flag(final: Observation) -> int:
    if final.over_tls:
        return SUCCESS
    if final.control.http_failure is None:
        return 0
    return HTTP_DIFFERS if difference(final).differs else SUCCESS


def _null_null_flags(
    table: Table, dns: DnsSets, steps: tuple[Failures, Failures], finals: list[Observation]
) -> int:
    tcp, tls = steps
    unchecked = any(one.over_tls and one.control.http_failure is None for one in finals)
    ghost = bool(dns.succeeded) and table.control_addresses == frozenset()
    return (
        DNS_DOWN * bool(dns.failures.expected)
        | TCP_DOWN * bool(tcp.expected)
        | TLS_DOWN * bool(tls.expected)
        | HTTPS_WITHOUT_CONTROL * unchecked
        | GHOST * ghost
    )
