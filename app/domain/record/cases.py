# SPDX-License-Identifier: Apache-2.0
"""Dated facts of legal cases and whom they concern: which count, and the stage of a case.

A fact is append-only: the day it happened, the time we learned it, who it is about. A stage is never
stored as a truth of its own; it is what the last fact says that moves a case.
Never here: what the facts mean for impunity (responsibility.py, impunity.py), or storage.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.record.dates import DateSpan, order_key
from app.domain.vocabulary import CrimeRole, FactKind, InvolvementStatus, Polarity, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """One dated step of one legal case.

    `involvement_id` is the slot the source says it fills or concerns, `person_key` a stable key of
    the person where known (never a name); both `None` when the source names nobody. `sequence` is
    the order the recorder gives to facts of one case on the same day. All times are aware.
    """

    id: str
    case_id: str
    kind: FactKind
    polarity: Polarity
    happened: DateSpan
    recorded_at: datetime
    verified_at: datetime | None = None
    retracted_at: datetime | None = None
    sequence: int = 0
    involvement_id: str | None = None
    person_key: str | None = None
    role: CrimeRole | None = None
    lesser_charge: bool = False
    in_absentia: bool = False
    suspended_sentence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Involvement:
    """One version of a named suspect or an unidentified slot: role known, person perhaps not.

    An edit withdraws the old version (`retracted_at`) and records a new one under the same id, so
    that an answer for a past knowledge date stays what it was. `status` counts only where no
    judgment among the facts speaks about the slot.
    """

    id: str
    role: CrimeRole
    identified: bool
    recorded_at: datetime
    status: InvolvementStatus = InvolvementStatus.ALLEGED
    retracted_at: datetime | None = None
    person_key: str | None = None


def counted(
    facts: Iterable[CaseFact],
    *,
    polarity: Polarity,
    as_of: date,
    known_at: datetime,
    include_unverified: bool = False,
) -> tuple[CaseFact, ...]:
    """Return the facts that count on a day, given what was known at a time, in their order.

    A fact counts from the first day it may have happened (after an open start, from the last). For an
    exactly dated fact that is its day, so the day before gives the old answer. For a season or a month
    the alternative, waiting for its last day, would deny a conviction that its source reports while
    the season still runs; knowledge is bounded by `known_at` in any case, and filters read imprecise
    dates the same way, by overlap. Without `include_unverified` a fact counts once a second person
    verified it, whatever it says: also a trial opened, or somebody having looked, moves a level. Facts
    retracted by `known_at` do not count.
    """
    kept = [
        fact
        for fact in facts
        if fact.polarity is polarity
        and fact.happened.counts_from <= as_of
        and known(fact.recorded_at, fact.retracted_at, known_at)
        and (include_unverified or known(fact.verified_at, None, known_at))
    ]
    return tuple(sorted(kept, key=fact_order))


def known(recorded_at: datetime | None, retracted_at: datetime | None, known_at: datetime) -> bool:
    """Whether something was on record at a time: recorded by then and not yet withdrawn."""
    if recorded_at is None or recorded_at > known_at:
        return False
    return retracted_at is None or retracted_at > known_at


def fact_order(fact: CaseFact) -> tuple[tuple[date, int, int], str]:
    """Order facts by (date, precision, sequence); the id only makes equal ones deterministic."""
    return (order_key(fact.happened, fact.sequence), fact.id)


STAGE_AFTER: dict[FactKind, Stage] = {
    FactKind.REPORTED: Stage.REPORTED,
    FactKind.REFUSED_TO_OPEN: Stage.REFUSED_TO_OPEN,
    FactKind.INVESTIGATION_OPENED: Stage.INVESTIGATION_OPEN,
    FactKind.INVESTIGATION_SUSPENDED: Stage.INVESTIGATION_SUSPENDED,
    FactKind.SUSPECT_IDENTIFIED: Stage.SUSPECT_IDENTIFIED,
    FactKind.ARRESTED: Stage.SUSPECT_IDENTIFIED,
    FactKind.WANTED: Stage.WANTED,
    FactKind.CHARGED: Stage.CHARGED,
    FactKind.PRE_TRIAL_DETENTION: Stage.PRE_TRIAL_DETENTION,
    FactKind.COMMITTED_FOR_TRIAL: Stage.COMMITTED_FOR_TRIAL,
    FactKind.TRIAL_OPENED: Stage.TRIAL,
    FactKind.CONVICTED: Stage.VERDICT_FIRST_INSTANCE,
    FactKind.ACQUITTED: Stage.VERDICT_FIRST_INSTANCE,
    FactKind.APPEAL_FILED: Stage.APPEAL,
    FactKind.UPHELD: Stage.FINAL,
    FactKind.QUASHED: Stage.APPEAL,
    FactKind.REVIEW_REFUSED: Stage.FINAL,
    FactKind.FINAL: Stage.FINAL,
    FactKind.SENTENCE_STARTED: Stage.ENFORCEMENT,
    FactKind.DISMISSED: Stage.DISMISSED,
    FactKind.SETTLED: Stage.SETTLED,
    FactKind.CLOSED_NO_SUSPECT: Stage.CLOSED_NO_SUSPECT,
    FactKind.CLOSED_LIMITATION: Stage.CLOSED_LIMITATION,
    FactKind.CLOSED_AMNESTY: Stage.CLOSED_AMNESTY,
}
"""Kinds that are absent leave the stage as it is: a promise, a pardon or a release moves no case."""

_BEFORE_A_SUSPECT = frozenset(
    {
        None,
        Stage.NOT_REPORTED,
        Stage.REPORTED,
        Stage.REFUSED_TO_OPEN,
        Stage.INVESTIGATION_OPEN,
        Stage.INVESTIGATION_SUSPENDED,
        Stage.WANTED,
        Stage.CLOSED_NO_SUSPECT,
    }
)
_ABOVE_APPEAL = frozenset({Stage.FINAL, Stage.ENFORCEMENT, Stage.CASSATION})


def stage(facts: Iterable[CaseFact], polarity: Polarity) -> Stage | None:
    """Return the present stage of one case from its facts of that polarity, or None without any.

    Hand in the facts that count (see `counted`); they are ordered here by (date, precision,
    sequence). No fact means no stage: silence does not say that nobody reported the act.
    """
    passed = course(facts, polarity)
    return passed[-1][1] if passed else None


def course(
    facts: Iterable[CaseFact], polarity: Polarity
) -> tuple[tuple[CaseFact, Stage | None], ...]:
    """Return the facts of one case in their order, each with the stage the case has after it."""
    present: Stage | None = None
    passed: list[tuple[CaseFact, Stage | None]] = []
    for fact in sorted((one for one in facts if one.polarity is polarity), key=fact_order):
        present = _after(present, fact.kind)
        passed.append((fact, present))
    return tuple(passed)


def _after(present: Stage | None, kind: FactKind) -> Stage | None:
    if kind is FactKind.ARRESTED and present not in _BEFORE_A_SUSPECT:
        # An arrest carries out a warrant or a sentence; it takes no case back to its beginning.
        return present
    if kind in (FactKind.APPEAL_FILED, FactKind.QUASHED) and present in _ABOVE_APPEAL:
        return Stage.CASSATION
    return STAGE_AFTER.get(kind, present)


def _kinds_before(stage: Stage) -> frozenset[FactKind]:
    kinds = {kind for kind, after in STAGE_AFTER.items() if after is stage}
    if stage is Stage.CASSATION:
        kinds |= {FactKind.APPEAL_FILED, FactKind.QUASHED}
    return frozenset(kinds)


KINDS_BEFORE: dict[Stage, frozenset[FactKind]] = {one: _kinds_before(one) for one in Stage}
"""The kinds of fact one of which a case must have to be at a stage; none for those nothing leads to."""
