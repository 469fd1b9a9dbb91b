# SPDX-License-Identifier: Apache-2.0
"""Whose case a case is: the reprisals against people and the remedies they sought.

Never here: what a case does to where somebody is (standings.py).
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity
from app.services.conclusions import case_found
from app.services.documents import CaseFound
from app.services.statistics_answers import When
from app.storage import incidents, reached
from app.storage.cases import FACTS, Case, Fact, case_incidents, seen_by
from app.storage.incidents import Incident
from app.storage.parts import Target
from app.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOf:
    """A case with what counts of it, and whose it is."""

    found: CaseFound
    people: tuple[uuid.UUID, ...]


def cases_of(
    session: Session, viewer: Viewer, ids: Sequence[uuid.UUID], when: When, *, now: datetime
) -> list[CaseOf]:
    """Return the reprisals and remedies of people: cases about them, with what counts of each."""
    about = sa.or_(
        sa.exists().where(Fact.case_id == Case.id, Fact.person_id.in_(ids)),
        sa.exists().where(
            case_incidents.c.case_id == Case.id,
            case_incidents.c.incident_id == Target.incident_id,
            Target.person_id.in_(ids),
        ),
    )
    rows = session.scalars(
        sa.select(Case)
        .where(Case.polarity != Polarity.ACCOUNTABILITY, seen_by(viewer), about)
        .options(*FACTS)
        .order_by(Case.created_at, Case.id)
    ).all()
    targets = _targets_of(session, viewer, [row.id for row in rows])
    found = [case_found(row, as_of=when.as_of, known_at=when.known_at or now) for row in rows]
    wanted = set(ids)
    return [
        CaseOf(found=one, people=_people_of(viewer, one, targets[one.case.id], wanted))
        for one in found
    ]


def _targets_of(
    session: Session, viewer: Viewer, case_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[uuid.UUID, bool]]]:
    """Return the people each case's incidents were aimed at, and whether this viewer is shown them."""
    is_shown = sa.and_(incidents.visible_to(viewer), reached.may_name_target_to(viewer))
    found: dict[uuid.UUID, list[tuple[uuid.UUID, bool]]] = {one: [] for one in case_ids}
    rows = session.execute(
        sa.select(case_incidents.c.case_id, Target.person_id, is_shown)
        .join(Incident, Incident.id == case_incidents.c.incident_id)
        .join(Target, Target.incident_id == Incident.id)
        .join(Person, Person.id == Target.person_id)
        .where(case_incidents.c.case_id.in_(case_ids))
    )
    for case_id, person_id, shown in rows:
        if person_id is not None:
            found[case_id].append((person_id, shown))
    return found


def _people_of(
    viewer: Viewer,
    found: CaseFound,
    targets: Sequence[tuple[uuid.UUID, bool]],
    wanted: Collection[uuid.UUID],
) -> tuple[uuid.UUID, ...]:
    """Return whose case it is: whom its facts name, or where they name nobody, the sole target.

    Outside the desk only facts that count name somebody, and only a target whom an incident of the
    case shows to this viewer.
    """
    facts = found.case.facts if viewer.is_staff else counting(found)
    named = {fact.person_id for fact in facts if fact.person_id is not None}
    if not named:
        # Counted over all incidents, hidden ones too: a case of two people is nobody's alone.
        sole = {person_id for person_id, _ in targets}
        named = sole if len(sole) == 1 else set()
    if not viewer.is_staff:
        named &= {person_id for person_id, shown in targets if shown}
    return tuple(sorted(named & set(wanted)))


def counting(found: CaseFound) -> list[Fact]:
    """Return the stored facts of a case that count."""
    counted = {fact.id for fact in found.facts}
    return [fact for fact in found.case.facts if str(fact.id) in counted]
