# SPDX-License-Identifier: Apache-2.0
"""Who is responsible for a crime, and which of them a conviction in force holds.

Steps 2 to 4 of the derivation: involvements and judgments in, members of the responsible set out.
A judgment that falls contributes nothing; the judgment that undid it leaves somebody missing. Put so,
no quashing and no acquittal can make the set look better, and no conviction can make it look worse.
Never here: the level (impunity.py), or which facts count (cases.py).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from app.domain.record.cases import CaseFact, Involvement
from app.domain.record.judgments import (
    FREEING,
    UNDOING,
    Slots,
    concerns,
    in_force,
    names_nobody,
    role_of_slot,
    slots_of,
)
from app.domain.vocabulary import CrimeRole, FactKind, Instigation, InvolvementStatus

_FREED = frozenset({InvolvementStatus.ACQUITTED, InvolvementStatus.CLEARED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the responsible set; held when a conviction of theirs is in force.

    `role` is None only where a judgment names neither a slot nor a role.
    """

    role: CrimeRole | None
    identified: bool
    involvement_id: str | None = None
    person_key: str | None = None
    convictions: tuple[CaseFact, ...] = ()

    @property
    def held(self) -> bool:
        """Whether a conviction in force holds this member."""
        return bool(self.convictions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """The responsible set, and the roles of those whom death took out of it."""

    members: tuple[Member, ...]
    resolved_by_death: tuple[CrimeRole | None, ...] = ()

    def has(self, role: CrimeRole) -> bool:
        """Whether somebody in this role is known of, held or missing or dead."""
        return role in self.resolved_by_death or any(one.role is role for one in self.members)


def responsible(
    slots: Slots,
    facts: Sequence[CaseFact],
    *,
    instigation: Instigation,
    executors_complete: bool | None,
) -> Responsible:
    """Assemble the responsible set from slots and counted facts (in any order)."""
    convictions = in_force(slots, facts)
    listed, dead = _listed(slots, facts, convictions)
    unheld = {one.involvement_id for one in listed if not one.held}
    added = [*_added(slots, convictions), *_left_behind(slots, facts, convictions, unheld)]
    known_of = Responsible(members=(*listed, *added), resolved_by_death=dead)
    members = list(known_of.members)
    if instigation in (Instigation.ESTABLISHED, Instigation.ALLEGED):
        members += _unless_known(known_of, CrimeRole.INSTIGATOR)
    if executors_complete is not True:
        members += _unless_known(known_of, CrimeRole.EXECUTOR)
    return Responsible(members=tuple(members), resolved_by_death=dead)


def _unless_known(known_of: Responsible, role: CrimeRole) -> list[Member]:
    return [] if known_of.has(role) else [Member(role=role, identified=False)]


def _listed(
    slots: Slots, facts: Sequence[CaseFact], convictions: Sequence[CaseFact]
) -> tuple[list[Member], tuple[CrimeRole | None, ...]]:
    """Return the members standing in listed slots, and the roles of the dead found responsible."""
    freed = _slot_ids(facts, FREEING, slots)
    established = [fact for fact in facts if fact.kind is FactKind.RESPONSIBILITY_ESTABLISHED]
    dead_ids = {slot.id for fact in established for slot in slots_of(fact, slots)}
    closed = _closed_roles(facts, slots)
    members: list[Member] = []
    dead: list[CrimeRole | None] = [
        fact.role
        for fact in established
        if not slots_of(fact, slots)
        and (names_nobody(fact) or not any(concerns(fact, one, slots) for one in convictions))
    ]
    for slot in slots.values():
        own = tuple(one for one in convictions if slot in slots_of(one, slots))
        if not own and (slot.id in freed or slot.status in _FREED):
            # Whoever leaves leaves the act behind: somebody in this role is still to be found.
            if slot.role not in closed:
                members.append(Member(role=slot.role, identified=False, involvement_id=slot.id))
        elif not own and slot.id in dead_ids:
            dead.append(slot.role)
        else:
            members.append(_standing(slot, own))
    return members, tuple(dead)


def _standing(slot: Involvement, own: tuple[CaseFact, ...]) -> Member:
    person = slot.person_key or next((one.person_key for one in own if one.person_key), None)
    return Member(
        role=slot.role,
        identified=slot.identified or bool(own),
        involvement_id=slot.id,
        person_key=person,
        convictions=own,
    )


def _slot_ids(
    facts: Iterable[CaseFact], kinds: frozenset[FactKind], slots: Slots
) -> frozenset[str]:
    return frozenset(
        slot.id for fact in facts if fact.kind in kinds for slot in slots_of(fact, slots)
    )


def _closed_roles(facts: Iterable[CaseFact], slots: Slots) -> frozenset[CrimeRole | None]:
    closing = [fact for fact in facts if fact.kind is FactKind.SLOT_CLOSED]
    return frozenset(_stated_role([fact], slots) for fact in closing)


def _added(slots: Slots, convictions: Iterable[CaseFact]) -> list[Member]:
    """Return the members added by convictions in force that fill no listed slot."""
    groups: dict[tuple[str, CrimeRole | None], list[CaseFact]] = {}
    for fact in convictions:
        if not slots_of(fact, slots):
            groups.setdefault((fact.person_key or fact.id, fact.role), []).append(fact)
    return [
        Member(role=role, identified=True, person_key=own[0].person_key, convictions=tuple(own))
        for (_, role), own in groups.items()
    ]


def _left_behind(
    slots: Slots,
    facts: Sequence[CaseFact],
    convictions: Sequence[CaseFact],
    unheld: Container[str | None],
) -> list[Member]:
    """Return whom quashings and acquittals of people in no listed slot leave missing.

    One for each person, unless a conviction in force answers every such judgment about them, or the
    conviction that fell had filled a listed slot which stands there unheld itself. Only an acquittal
    or a clearing can be closed (`slot_closed`), and only by the role it states itself.
    """
    closed = _closed_roles(facts, slots)
    missing: list[Member] = []
    for judgments in _unlisted_judgments(slots, facts):
        about = [
            fact
            for fact in facts
            if fact.kind is FactKind.CONVICTED
            and any(concerns(one, fact, slots) for one in judgments)
        ]
        is_answered = all(any(concerns(one, c, slots) for c in convictions) for one in judgments)
        freeing = [one for one in judgments if one.kind in FREEING]
        is_closed = bool(freeing) and all(one.role in closed for one in freeing)
        stands = any(slot.id in unheld for fact in about for slot in slots_of(fact, slots))
        if not (is_answered or is_closed or stands):
            role = _stated_role([*judgments, *about], slots)
            missing.append(Member(role=role, identified=False))
    return missing


def _unlisted_judgments(slots: Slots, facts: Iterable[CaseFact]) -> list[list[CaseFact]]:
    """Group the judgments about people in no listed slot, by person where one is named."""
    groups: dict[str, list[CaseFact]] = {}
    for fact in facts:
        if fact.kind in UNDOING and not slots_of(fact, slots):
            groups.setdefault(fact.person_key or fact.id, []).append(fact)
    return list(groups.values())


def _stated_role(facts: Iterable[CaseFact], slots: Slots) -> CrimeRole | None:
    roles = (fact.role or role_of_slot(fact, slots) for fact in facts)
    return next((role for role in roles if role is not None), None)
