# SPDX-License-Identifier: Apache-2.0
"""What we measure of an outlet, by network and by country: every value, and what never becomes one."""

from datetime import UTC, date, datetime, timedelta

from app.domain.record.outlet_reach import (
    Network,
    NetworkReach,
    Reached,
    Stretch,
    by_network,
    in_country,
)
from app.domain.vocabulary import Reachability

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE, TWO = Network(country="KZ", asn=1), Network(country="KZ", asn=2)


def shut(
    days: float, until: float | None = None, site: str = "a", network: Network = ONE
) -> Stretch:
    """A blocking that began so many days ago, and ended so many days ago or lasts."""
    return Stretch(
        site=site,
        network=network,
        since=AT - timedelta(days=days),
        until=None if until is None else AT - timedelta(days=until),
    )


def up(site: str = "a", network: Network = ONE) -> Reached:
    """A site that is reached."""
    return Reached(site=site, network=network, since=date(2026, 1, 1))


def only(*found: Stretch | Reached) -> NetworkReach:
    """The one network there is."""
    (one,) = by_network(
        [each for each in found if isinstance(each, Stretch)],
        [each for each in found if isinstance(each, Reached)],
        at=AT,
    )
    return one


def test_blocked_where_all_that_was_measured_is() -> None:
    """One blocking that lasts, and nothing reached: measured blocked, since it began."""
    found = only(shut(3), shut(2, site="b"))

    assert (found.value, found.since) == (Reachability.BLOCKED_MEASURED, date(2026, 2, 27))
    assert (found.sites_blocked, found.sites_reached) == (2, 0)


def test_some_sites_blocked_and_others_reached_is_at_times() -> None:
    """A mirror that still works keeps the outlet from being called blocked outright."""
    found = only(shut(3), up("b"))

    assert (found.value, found.sites_blocked, found.sites_reached) == (
        Reachability.INTERMITTENTLY_BLOCKED,
        1,
        1,
    )


def test_what_comes_and_goes_is_at_times() -> None:
    """Two blockings of a site within a month, whether one of them lasts or not."""
    assert only(shut(20, 15), shut(3)).value is Reachability.INTERMITTENTLY_BLOCKED
    assert only(shut(20, 15), shut(3, 1), up()).value is Reachability.INTERMITTENTLY_BLOCKED
    assert only(shut(80, 60), shut(3)).value is Reachability.BLOCKED_MEASURED


def test_reached_again_is_reachable() -> None:
    """One blocking that is over accuses nobody now; and the day a site is shut decides."""
    assert only(shut(5, 1), up()).value is Reachability.REACHABLE
    assert only(shut(5), up()).value is Reachability.BLOCKED_MEASURED


def test_silence_is_no_value() -> None:
    """A blocking that is over and nothing measured since, or one that has yet to begin: nothing."""
    assert by_network([shut(5, 1), shut(-1)], [], at=AT) == []
    assert in_country([], "KZ") is None


def test_one_network_that_blocks_is_a_country_that_blocks() -> None:
    """The gravest counts, dated by the networks that show it; another country's does not."""
    found = by_network([shut(3), shut(9, network=Network(country="UZ", asn=5))],
                       [up(network=TWO)], at=AT)  # fmt: skip

    assert [(one.network.asn, one.value.value) for one in found] == [
        (1, "blocked_measured"),
        (2, "reachable"),
        (5, "blocked_measured"),
    ]
    here = in_country(found, "KZ")
    assert here is not None
    assert (here.value, here.since) == (Reachability.BLOCKED_MEASURED, date(2026, 2, 27))
    assert in_country(found, "RU") is None
