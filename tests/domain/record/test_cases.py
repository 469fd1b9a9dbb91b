# SPDX-License-Identifier: Apache-2.0
"""The stage of a case is what its last fact says, in any order of arrival."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from app.domain.record.cases import STAGE_AFTER, counted, stage
from app.domain.vocabulary import FactKind, Polarity, Stage
from tests.domain.record.accountability import TOLD, fact

MOVES_NOTHING = {
    FactKind.CLEARED,
    FactKind.RELEASED,
    FactKind.PARDONED,
    FactKind.FORCED_PSYCHIATRIC,
    FactKind.DIED,
    FactKind.RESPONSIBILITY_ESTABLISHED,
    FactKind.SLOT_CLOSED,
    FactKind.ACCOUNTABILITY_CHECKED,
    FactKind.PROMISE,
}


def course(*kinds: str, polarity: Polarity = Polarity.ACCOUNTABILITY) -> Stage | None:
    """Return the stage after facts of these kinds, a month apart."""
    facts = [
        fact(f"f{month}", kind, f"2013-{month:02d}", polarity=polarity)
        for month, kind in enumerate(kinds, start=1)
    ]
    return stage(facts, polarity)


@pytest.mark.parametrize("kind", list(FactKind))
def test_every_kind_moves_a_case_or_is_known_not_to(kind: FactKind) -> None:
    """No kind of fact is forgotten by the projection."""
    assert (kind in STAGE_AFTER) != (kind in MOVES_NOTHING)
    assert course(kind.value) is STAGE_AFTER.get(kind)
    assert course("trial_opened", kind.value) is not None


def test_no_fact_means_no_stage() -> None:
    """Silence does not say that nobody reported the act."""
    assert stage([], Polarity.ACCOUNTABILITY) is None


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("reported", "investigation_opened", "charged"), Stage.CHARGED),
        (("charged", "arrested"), Stage.CHARGED),
        (("wanted", "arrested"), Stage.SUSPECT_IDENTIFIED),
        (("convicted", "appeal_filed"), Stage.APPEAL),
        (("convicted", "appeal_filed", "upheld"), Stage.FINAL),
        (("convicted", "appeal_filed", "upheld", "appeal_filed"), Stage.CASSATION),
        (("convicted", "sentence_started", "quashed"), Stage.CASSATION),
        (("convicted", "appeal_filed", "quashed"), Stage.APPEAL),
        (("convicted", "quashed", "trial_opened", "convicted"), Stage.VERDICT_FIRST_INSTANCE),
        (("convicted", "final", "sentence_started", "promise"), Stage.ENFORCEMENT),
    ],
)
def test_a_course_of_events_ends_at_its_stage(kinds: tuple[str, ...], expected: Stage) -> None:
    """Courts above, arrests and retrials leave a case where a lawyer would say it is."""
    assert course(*kinds) is expected


def test_a_reprisal_case_runs_through_the_same_stages() -> None:
    """A sentenced strike leader's case is at enforcement; an unreviewed one is final."""
    assert course("convicted", "sentence_started", polarity=Polarity.REPRISAL) is Stage.ENFORCEMENT
    assert course("convicted", "review_refused", polarity=Polarity.REPRISAL) is Stage.FINAL


def test_facts_of_another_polarity_do_not_move_it() -> None:
    """Whose case it is stays clear."""
    facts = [
        fact("a", "charged", "2013-01-01"),
        fact("b", "convicted", "2013-02-01", polarity=Polarity.REPRISAL),
    ]
    assert stage(facts, Polarity.ACCOUNTABILITY) is Stage.CHARGED


def test_arrival_order_does_not_matter() -> None:
    """Date, then precision, then sequence: equal days fall to the sequence."""
    facts = [
        fact("a", "charged", "2013-07-10", sequence=0),
        fact("b", "trial_opened", "2013-07-10", sequence=1),
        fact("c", "convicted", "2013-07-10", sequence=2),
        fact("d", "reported", "2013-05"),
    ]
    stages = {stage(order, Polarity.ACCOUNTABILITY) for order in permutations(facts)}
    assert stages == {Stage.VERDICT_FIRST_INSTANCE}


def test_counted_facts_come_in_their_order_and_bounds() -> None:
    """Facts after the day, learned later, unverified or of another polarity are left out."""
    kept = [fact("b", "charged", "2013-02"), fact("a", "reported", "2013-01")]
    left_out = [
        fact("late", "convicted", "2014-01-01"),
        fact("unknown", "convicted", "2013-03", recorded_at=datetime(2013, 12, 1, tzinfo=UTC)),
        fact("unverified", "convicted", "2013-03", verified_at=None),
        fact("reprisal", "convicted", "2013-03", polarity=Polarity.REPRISAL),
        fact("withdrawn", "convicted", "2013-03", retracted_at=TOLD),
    ]
    found = counted(
        [*left_out, *kept],
        polarity=Polarity.ACCOUNTABILITY,
        as_of=date(2013, 12, 31),
        known_at=TOLD,
    )
    assert [one.id for one in found] == ["a", "b"]
