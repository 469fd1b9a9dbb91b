# SPDX-License-Identifier: Apache-2.0
"""A declared block against our measurements: who corroborates, who contradicts, what ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.record.blocking_link import Declaration, Seen, blocking_link
from app.domain.record.dates import parse
from app.domain.vocabulary import BlockingLink, VantageRole

NOW = datetime(2013, 6, 1, 12, tzinfo=UTC)
ORDER = Declaration(territory="KZ", in_force_from=parse("2013-01-01"))
DAY = timedelta(hours=24)


def seen(network: str | None = "AS9198", **more: Any) -> Seen:
    """Return a stretch that began ten days ago, seen from inside Kazakhstan, and lasts."""
    values: dict[str, Any] = {
        "country": "KZ",
        "role": VantageRole.FIELD,
        "since": NOW - 10 * DAY,
        "until": None,
    } | more
    return Seen(network=network, **values)


def link(
    *,
    order: Declaration | None = ORDER,
    blocked: list[Seen] | None = None,
    reachable: list[Seen] | None = None,
) -> BlockingLink | None:
    """Return the link at noon on 1 June 2013."""
    return blocking_link([order] if order else [], blocked or [], reachable or [], now=NOW)


def test_nothing_declared_and_nothing_blocked_is_no_link() -> None:
    """Reachable measurements alone join nothing."""
    assert link(order=None, reachable=[seen(), seen("AS21299")]) is None


def test_declared_without_measurements_stays_declared() -> None:
    """An order alone is an order alone."""
    assert link() is BlockingLink.DECLARED_ONLY


def test_measured_without_a_declaration() -> None:
    """An open episode nobody declared, and its end."""
    assert link(order=None, blocked=[seen()]) is BlockingLink.MEASURED_ONLY
    assert link(order=None, blocked=[seen(until=NOW)]) is BlockingLink.LIFTED
    ended_and_open = [seen(until=NOW - DAY), seen("AS21299")]
    assert link(order=None, blocked=ended_and_open) is BlockingLink.MEASURED_ONLY


def test_declared_and_measured_corroborate() -> None:
    """Measured in the territory while in force."""
    assert link(blocked=[seen()]) is BlockingLink.CORROBORATED


def test_declared_measured_and_ended_is_lifted() -> None:
    """Once every corroborating episode has ended."""
    assert link(blocked=[seen(until=NOW - DAY)]) is BlockingLink.LIFTED
    assert link(blocked=[seen(until=NOW - DAY), seen("AS21299")]) is BlockingLink.CORROBORATED


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"country": "KG"},
        {"country": None},
        {"role": VantageRole.CONTROL},
        {"since": datetime(2012, 1, 1, tzinfo=UTC), "until": datetime(2012, 12, 31, tzinfo=UTC)},
        {"since": NOW + timedelta(seconds=1)},
    ],
)
def test_an_episode_outside_the_decision_corroborates_nothing(elsewhere: dict[str, Any]) -> None:
    """Another country, a control, before it was in force, or not yet: still declared only."""
    assert link(blocked=[seen(**elsewhere)]) is BlockingLink.DECLARED_ONLY


def test_an_order_no_longer_in_force_is_not_corroborated_by_a_later_block() -> None:
    """What is measured after the end of an order is not that order's doing."""
    ended = Declaration(
        territory="KZ", in_force_from=parse("2013-01-01"), in_force_to=parse("2013-03")
    )
    assert link(order=ended, blocked=[seen()]) is BlockingLink.DECLARED_ONLY
    in_march = seen(since=datetime(2013, 3, 31, 23, tzinfo=UTC))
    assert link(order=ended, blocked=[in_march]) is BlockingLink.CORROBORATED


def test_a_declaration_without_a_territory_is_neither_corroborated_nor_contradicted() -> None:
    """Where it holds is not stated, so nothing is measured inside it."""
    nowhere = Declaration(territory=None, in_force_from=parse("2013-01-01"))
    reached = [seen(), seen("AS21299")]
    assert link(order=nowhere, blocked=[seen()]) is BlockingLink.DECLARED_ONLY
    assert link(order=nowhere, reachable=reached) is BlockingLink.DECLARED_ONLY


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((("AS1"), DAY), ("AS2", DAY), BlockingLink.CONTRADICTED),
        ((("AS1"), DAY), ("AS2", DAY - timedelta(seconds=1)), BlockingLink.DECLARED_ONLY),
        ((("AS1"), 9 * DAY), ("AS1", 9 * DAY), BlockingLink.DECLARED_ONLY),
        (((None), 9 * DAY), (None, 9 * DAY), BlockingLink.DECLARED_ONLY),
        (((None), DAY), ("AS1", DAY), BlockingLink.CONTRADICTED),
    ],
)
def test_contradiction_needs_two_networks_over_a_day(
    first: tuple[str | None, timedelta],
    second: tuple[str | None, timedelta],
    expected: BlockingLink,
) -> None:
    """One network, or less than 24 hours in either, contradicts nobody."""
    reached = [seen(network, since=NOW - length) for network, length in (first, second)]
    assert link(reachable=reached) is expected


def test_time_before_the_order_does_not_contradict_it() -> None:
    """Reached for years, then ordered blocked this morning: nothing is contradicted yet."""
    this_morning = Declaration(territory="KZ", in_force_from=parse("2013-06-01"))
    reached = [seen("AS1", since=NOW - 900 * DAY), seen("AS2", since=NOW - 900 * DAY)]
    assert link(order=this_morning, reachable=reached) is BlockingLink.DECLARED_ONLY


def test_controls_and_other_countries_do_not_contradict() -> None:
    """Reaching it from outside says nothing about a block inside."""
    outside = [seen("AS1", role=VantageRole.CONTROL), seen("AS2", country="DE"), seen("AS3")]
    assert link(reachable=outside) is BlockingLink.DECLARED_ONLY


def test_a_measured_block_outweighs_networks_that_reach_it() -> None:
    """Blocked in one network of the country is corroboration, whoever else reaches it."""
    reached = [seen("AS1"), seen("AS2")]
    assert link(blocked=[seen("AS3")], reachable=reached) is BlockingLink.CORROBORATED
