# SPDX-License-Identifier: Apache-2.0
"""An outlet's condition: three axes, one headline, and unknown never shown as operating."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from typing import Any

import pytest

from app.domain.record.dates import parse
from app.domain.record.outlet import (
    HEADLINES,
    MeasuredReachability,
    OutletCondition,
    StatusEvent,
    condition,
    join_reachability,
)
from app.domain.vocabulary import Base, LegalGround, OutletAxis, Publication, Reachability

TOLD = datetime(2013, 11, 1, tzinfo=UTC)
AXES: dict[type, OutletAxis] = {
    Publication: OutletAxis.PUBLICATION,
    Reachability: OutletAxis.REACHABILITY,
    Base: OutletAxis.BASE,
}
BLOCKED = MeasuredReachability(value=Reachability.BLOCKED_MEASURED, since=date(2013, 10, 1))
REACHED = MeasuredReachability(value=Reachability.REACHABLE, since=date(2013, 10, 1))


def event(value: Publication | Reachability | Base, since: str, **more: Any) -> StatusEvent:
    """Return an event learned in November 2013."""
    until = more.pop("until", None)
    values: dict[str, Any] = {"id": f"{value}@{since}", "recorded_at": TOLD} | more
    return StatusEvent(
        axis=AXES[type(value)],
        value=value,
        valid_from=parse(since),
        valid_to=parse(until) if until else None,
        **values,
    )


def ask(
    *events: StatusEvent,
    measured: MeasuredReachability | None = None,
    day: str = "2013-11-27",
    known_at: datetime = TOLD,
) -> OutletCondition:
    """Return the condition on a day."""
    return condition(events, measured, as_of=date.fromisoformat(day), known_at=known_at)


def test_nothing_known_is_unknown_on_every_axis() -> None:
    """No event and no measurement: unknown, never operating and never reachable."""
    found = ask()
    assert (found.status, found.publication, found.reachability, found.base) == (
        "unknown",
        Publication.UNKNOWN,
        Reachability.UNKNOWN,
        Base.UNKNOWN,
    )
    assert (found.since, found.ground, found.decision_id) == (None, None, None)


def test_a_reachable_site_does_not_make_an_outlet_operating() -> None:
    """That its site answers says nothing about whether it publishes."""
    found = ask(measured=REACHED)
    assert (found.status, found.reachability) == ("unknown", Reachability.REACHABLE)


def test_closed_broadcasting_from_abroad_and_blocked_at_once() -> None:
    """The headline is the closure with its ground and decision; the other axes stand beside it."""
    found = ask(
        event(Publication.OPERATING, "2008"),
        event(
            Publication.CLOSED_BY_COURT,
            "2012-12-06",
            ground=LegalGround.EXTREMISM,
            decision_id="d1",
            authority="Almaty court",
        ),
        event(Base.EXILED, "2012"),
        event(Reachability.BLOCKED_DECLARED, "2012-12-06"),
        measured=BLOCKED,
    )
    assert found == OutletCondition(
        status="closed_by_court",
        publication=Publication.CLOSED_BY_COURT,
        reachability=Reachability.BLOCKED_BOTH,
        base=Base.EXILED,
        since=date(2012, 12, 6),
        ground=LegalGround.EXTREMISM,
        decision_id="d1",
        authority="Almaty court",
    )


@pytest.mark.parametrize(
    ("publication", "reachability", "base"),
    list(product(Publication, (Reachability.BLOCKED_DECLARED, Reachability.REACHABLE), Base)),
)
def test_the_headline_is_the_gravest_of_what_holds(
    publication: Publication, reachability: Reachability, base: Base
) -> None:
    """closed > seized > suspended > ceased > blocked > exiled > operating, for every combination."""
    found = ask(event(publication, "2013"), event(reachability, "2013"), event(base, "2013"))
    holding = [value for value in HEADLINES if value in (publication, reachability, base)]
    assert found.status == (holding[0] if holding else "unknown")
    if publication in (Publication.OPERATING, Publication.UNKNOWN) and "blocked" in reachability:
        assert found.status == "blocked_declared"


def test_a_suspension_ends_and_what_held_before_returns() -> None:
    """The last day still counts; the day after, the outlet operates again."""
    history = (
        event(Publication.OPERATING, "2008"),
        event(Publication.SUSPENDED, "2013-04-01", until="2013-06-30"),
    )
    days = ("2013-03-31", "2013-04-01", "2013-06-30", "2013-07-01")
    statuses = [ask(*history, day=day).status for day in days]
    assert statuses == ["operating", "suspended", "suspended", "operating"]


def test_a_suspension_without_an_end_stays() -> None:
    """Open means until something else is known."""
    assert ask(event(Publication.SUSPENDED, "2012-01"), day="2020-01-01").status == "suspended"


def test_reopening_replaces_a_closure() -> None:
    """The event that began last holds, in any order of arrival."""
    history = [
        event(Publication.OPERATING, "2008"),
        event(Publication.CLOSED_BY_REGULATOR, "2012"),
        event(Publication.OPERATING, "2013-05"),
    ]
    assert {ask(*order).status for order in permutations(history)} == {"operating"}
    assert ask(*history, day="2013-04-30").status == "closed_by_regulator"


def test_the_condition_of_a_past_knowledge_date_never_changes() -> None:
    """What was learned later, and what was withdrawn later, leave the earlier answer alone."""
    learned_late = event(Publication.SEIZED, "2013-01", recorded_at=TOLD + timedelta(days=1))
    withdrawn_late = event(Publication.OPERATING, "2012", retracted_at=TOLD + timedelta(days=1))
    assert ask(learned_late, withdrawn_late).status == "operating"
    assert ask(learned_late, withdrawn_late, known_at=TOLD + timedelta(days=1)).status == "seized"


MEASURED = {
    "blocked": Reachability.BLOCKED_MEASURED,
    "at_times": Reachability.INTERMITTENTLY_BLOCKED,
    "reached": Reachability.REACHABLE,
    "nothing": None,
}
JOINED = {
    # declared: (measured blocked, at times, reached, nothing measured)
    "unknown": ("blocked_measured", "intermittently_blocked", "reachable", "unknown"),
    "reachable": ("blocked_measured", "intermittently_blocked", "reachable", "reachable"),
    "blocked_declared": ("blocked_both", "blocked_both", "blocked_declared", "blocked_declared"),
    "blocked_both": ("blocked_both", "blocked_both", "blocked_declared", "blocked_both"),
    "blocked_measured": (
        "blocked_measured",
        "intermittently_blocked",
        "reachable",
        "blocked_measured",
    ),
    "intermittently_blocked": (
        "blocked_measured",
        "intermittently_blocked",
        "reachable",
        "intermittently_blocked",
    ),
    "under_attack": ("blocked_measured", "intermittently_blocked", "under_attack", "under_attack"),
}


@pytest.mark.parametrize("declared", list(Reachability))
def test_declared_and_measured_are_joined(declared: Reachability) -> None:
    """Every declared value with every measurement gives what the table says."""
    shown = tuple(join_reachability(declared, measured) for measured in MEASURED.values())
    assert shown == JOINED[declared.value]
    assert join_reachability(declared, Reachability.UNKNOWN) == JOINED[declared.value][3]


def test_a_block_only_we_measured_dates_from_the_measurement() -> None:
    """No event stands behind it, so neither ground nor decision is shown."""
    found = ask(event(Publication.OPERATING, "2008", ground=LegalGround.OTHER), measured=BLOCKED)
    assert (found.status, found.since) == ("blocked_measured", date(2013, 10, 1))
    assert (found.ground, found.decision_id, found.authority) == (None, None, None)


def test_a_declared_block_dates_from_its_declaration() -> None:
    """The decision that declared it is shown, measured or not."""
    order = event(Reachability.BLOCKED_DECLARED, "2012-12-25", decision_id="d1")
    for measured in (None, BLOCKED, REACHED):
        found = ask(order, measured=measured)
        assert (found.since, found.decision_id) == (date(2012, 12, 25), "d1")


def test_a_block_others_measured_dates_from_their_report() -> None:
    """A status event of a third party's measurement stands behind its own headline."""
    found = ask(event(Reachability.BLOCKED_MEASURED, "2013-02"))
    assert (found.status, found.since) == ("blocked_measured", date(2013, 2, 1))


def test_a_partly_exiled_outlet_still_operates() -> None:
    """Partly abroad is shown on its axis and makes no headline."""
    found = ask(event(Publication.OPERATING, "2008"), event(Base.PARTLY_EXILED, "2013"))
    assert (found.status, found.base) == ("operating", Base.PARTLY_EXILED)
