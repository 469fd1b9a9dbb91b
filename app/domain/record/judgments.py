# SPDX-License-Identifier: Apache-2.0
"""Whom a judgment is about, and which convictions are in force.

A conviction falls by a later quashing, acquittal or clearing of the same person. Nothing here knows
who is responsible (responsibility.py) or what it adds up to (impunity.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.record.cases import CaseFact, Involvement, known
from app.domain.record.dates import certainly_before
from app.domain.vocabulary import CrimeRole, FactKind

FREEING = frozenset({FactKind.ACQUITTED, FactKind.CLEARED})
UNDOING = frozenset({FactKind.QUASHED, *FREEING})

Slots = Mapping[str, Involvement]


def visible_slots(involvements: Iterable[Involvement], known_at: datetime) -> Slots:
    """Return the versions on record at a time, by id; of two the one recorded last."""
    on_record = [one for one in involvements if known(one.recorded_at, one.retracted_at, known_at)]
    return {one.id: one for one in sorted(on_record, key=lambda one: (one.id, one.recorded_at))}


def in_force(slots: Slots, facts: Sequence[CaseFact]) -> tuple[CaseFact, ...]:
    """Return the convictions that no later quashing, acquittal or clearing has undone."""
    undoing = [fact for fact in facts if fact.kind in UNDOING]
    return tuple(
        fact
        for fact in facts
        if fact.kind is FactKind.CONVICTED
        and not any(
            concerns(judgment, fact, slots) and may_follow(judgment, fact) for judgment in undoing
        )
    )


def may_follow(later: CaseFact, conviction: CaseFact) -> bool:
    """Whether a judgment may have come after a conviction; doubt counts as yes.

    Of two with the same dates in one case the recorder's sequence decides. Where other imprecise dates
    overlap, the conviction falls: a quashing presupposes one, so justice is never overstated, and
    nothing depends on which of the two was entered first.
    """
    if certainly_before(later.happened, conviction.happened):
        return False
    if certainly_before(conviction.happened, later.happened):
        return True
    same_case = later.case_id == conviction.case_id
    same_days = (later.happened.earliest, later.happened.latest) == (
        conviction.happened.earliest,
        conviction.happened.latest,
    )
    return not (same_case and same_days) or later.sequence >= conviction.sequence


def concerns(later: CaseFact, conviction: CaseFact, slots: Slots) -> bool:
    """Whether a fact is about the person a conviction holds.

    It is, when both name the same slot, or the same person in roles that agree. A fact that names
    nobody is about every conviction of its case, except an acquittal or a clearing: those are
    often of others than the convicted.
    """
    agree = _roles_agree(later.role, conviction.role or role_of_slot(conviction, slots))
    if names_nobody(later):
        in_case = later.kind not in FREEING and later.case_id == conviction.case_id
        return in_case and agree
    if later.involvement_id is not None and later.involvement_id == conviction.involvement_id:
        return True
    same_slot = {one.id for one in slots_of(later, slots)} & {
        one.id for one in slots_of(conviction, slots)
    }
    return bool(same_slot) or (agree and bool(_people(later, slots) & _people(conviction, slots)))


def names_nobody(fact: CaseFact) -> bool:
    """Whether a fact names neither a slot nor a person."""
    return fact.involvement_id is None and fact.person_key is None


def slots_of(fact: CaseFact, slots: Slots) -> list[Involvement]:
    """Return the listed slots a fact is about: the one it names, or the named person's own."""
    if fact.involvement_id is not None and fact.involvement_id in slots:
        return [slots[fact.involvement_id]]
    if fact.person_key is None:
        return []
    return [
        slot
        for slot in slots.values()
        if slot.person_key == fact.person_key and _roles_agree(fact.role, slot.role)
    ]


def _people(fact: CaseFact, slots: Slots) -> set[str]:
    slot = slots.get(fact.involvement_id) if fact.involvement_id else None
    return {key for key in (fact.person_key, slot.person_key if slot else None) if key}


def role_of_slot(fact: CaseFact, slots: Slots) -> CrimeRole | None:
    """Return the role of the slot a fact names, if it names a listed one."""
    slot = slots.get(fact.involvement_id) if fact.involvement_id else None
    return slot.role if slot else None


def _roles_agree(one: CrimeRole | None, other: CrimeRole | None) -> bool:
    return one is None or other is None or one is other
