# SPDX-License-Identifier: Apache-2.0
"""What the observations say together: which failures the control shares, and which it does not.

*Expected* failures are the control's too, *unexpected* ones are the probe's alone, and *unexplained*
ones came after redirects, where the control tried nothing. Each transaction counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.blocking.classic.bogons import is_bogon
from app.domain.blocking.classic.observation import Observation, Step
from app.domain.blocking.classic.observations import Table

_IPV6_ABSENT = frozenset({"network_unreachable", "host_unreachable"})

Transactions = frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed transactions of one step, sorted by what the control says."""

    expected: Transactions = frozenset()
    unexpected: Transactions = frozenset()
    unexplained: Transactions = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsSets:
    """Lookups at depth 0, sorted."""

    succeeded: Transactions
    bogon: Transactions
    valid: Transactions  # the control knows the addresses, or their networks
    invalid: Transactions
    failures: Failures
    first_failure: str | None

    def without_proved(self, proved: Transactions) -> "DnsSets":
        """Return the sets with lookups counted as valid whose addresses completed TLS."""
        return DnsSets(
            succeeded=self.succeeded,
            bogon=self.bogon,
            valid=self.valid | proved,
            invalid=self.invalid - proved,
            failures=self.failures,
            first_failure=self.first_failure,
        )


def dns_sets(table: Table) -> DnsSets:
    """Sort the lookups of the first round."""
    lookups = table.of(Step.DNS)
    first = _first_of_each(one for one in lookups if not one.failure and one.depth == 0)
    known = [one for one in first if one.control.dns_addresses]
    valid = frozenset(one.transaction for one in known if _is_valid(one, table))
    failed = [one for one in lookups if one.failure and not _says_nothing(one)]
    return DnsSets(
        succeeded=frozenset(one.transaction for one in first),
        bogon=frozenset(one.transaction for one in first if is_bogon(one.address)),
        valid=valid,
        invalid=frozenset(one.transaction for one in known) - valid,
        failures=_dns_failures(failed),
        first_failure=next((one.failure for one in failed if one.depth == 0), None),
    )


def proved_by_tls(table: Table) -> Transactions:
    """Return the lookups which first gave an address that completed a TLS handshake."""
    return frozenset(
        one.lookup for one in table.observations if one.completed_tls and one.lookup is not None
    )


def _first_of_each(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    first: dict[int, Observation] = {}
    for one in observations:
        first.setdefault(one.transaction, one)
    return tuple(first.values())


def _is_valid(lookup: Observation, table: Table) -> bool:
    ours, theirs = frozenset(lookup.answered), lookup.control.dns_addresses or frozenset()
    if ours & theirs:
        return True
    return bool(_networks(ours, table) & _networks(theirs, table))


def _networks(addresses: Iterable[str], table: Table) -> frozenset[int]:
    """The networks of addresses, without those that are not known."""
    return frozenset(asn for address in addresses if (asn := table.asns.get(address, 0)))


def _says_nothing(lookup: Observation) -> bool:
    """A DoH service out of reach says nothing of the site, nor does a name without IPv6 addresses."""
    return lookup.engine == "doh" or (
        lookup.query_type == "AAAA" and lookup.failure == "dns_no_answer"
    )


def _dns_failures(failed: Iterable[Observation]) -> Failures:
    expected, unexpected, unexplained = set(), set(), set()
    for one in failed:
        seen = one.control
        if one.depth > 0:
            unexplained.add(one.transaction)
        elif seen.dns_failure is None:
            continue
        elif seen.dns_failure or (one.failure == "dns_no_answer" and not seen.dns_addresses):
            expected.add(one.transaction)
        else:
            unexpected.add(one.transaction)
    return Failures(
        expected=frozenset(expected),
        unexpected=frozenset(unexpected),
        unexplained=frozenset(unexplained),
    )


def tcp_failures(table: Table) -> Failures:
    """Sort the connects that failed; a machine without IPv6 accuses nobody."""
    failed = [
        one
        for one in table.of(Step.TCP)
        if one.failure and not (":" in one.address and one.failure in _IPV6_ABSENT)
    ]
    return _failures((one, one.control.tcp_failure) for one in failed)


def tls_failures(table: Table) -> Failures:
    """Sort the handshakes that failed."""
    return _failures((one, one.control.tls_failure) for one in table.of(Step.TLS) if one.failure)


def _failures(failed: Iterable[tuple[Observation, str | None]]) -> Failures:
    listed = list(failed)
    return Failures(
        expected=frozenset(one.transaction for one, seen in listed if not one.depth and seen),
        unexpected=frozenset(
            one.transaction for one, seen in listed if not one.depth and seen == ""
        ),
        unexplained=frozenset(one.transaction for one, _ in listed if one.depth),
    )


def http_failures(table: Table) -> Failures:
    """Sort the exchanges that failed; the control's one page is compared at any depth."""
    failed = [(one, one.control.http_failure) for one in table.of(Step.HTTP) if one.failure]
    return Failures(
        expected=frozenset(one.transaction for one, seen in failed if seen),
        unexpected=frozenset(one.transaction for one, seen in failed if seen == ""),
        unexplained=frozenset(one.transaction for one, seen in failed if seen is None),
    )


def dns_consistency(classic: Table, sets: DnsSets) -> str | None:
    """Say whether the system's answers agree with the control's; None where nothing can be said."""
    unexpected, expected = sets.failures.unexpected, sets.failures.expected
    if not unexpected and not sets.invalid and (sets.valid or expected):
        return "consistent"
    ghost = bool(sets.succeeded) and classic.control_addresses == frozenset()
    return "inconsistent" if sets.invalid or unexpected or ghost else None
