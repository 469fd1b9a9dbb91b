# SPDX-License-Identifier: Apache-2.0
"""People of the record: who was targeted, in which role, and what they were sentenced to.

A suspect appears here only under the rule for names; what the public may not read of somebody does
not exist for it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity
from app.services.conclusions import case_found
from app.services.documents import CaseFound
from app.storage import incidents, reached
from app.storage.cases import FACTS, Case, Fact, case_incidents, seen_by
from app.storage.incidents import Incident
from app.storage.parts import Involvement, Target
from app.storage.people import Person


def person_view(
    session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime
) -> dict[str, Any]:
    """Return a person as this viewer may read of them."""
    row = reached.get_person(session, viewer, person_id)
    return _views(session, viewer, [row], now=now)[0]


def list_person_views(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    country: str | None = None,
    q: str | None = None,
    limit: int,
    after: tuple[str, uuid.UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return a page of people, by name."""
    rows = reached.list_people(session, viewer, country=country, q=q, limit=limit, after=after)
    return _views(session, viewer, rows, now=now)


def _views(
    session: Session, viewer: Viewer, rows: Sequence[Person], *, now: datetime
) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    targeted = _targeted(session, viewer, ids)
    suspected = _suspected(session, viewer, ids)
    cases = _cases(session, viewer, ids, now=now)
    return [
        {
            "id": row.id,
            "name": row.name,
            "names": row.names,
            "country": row.country,
            "summary": row.summary,
            "roles": list(dict.fromkeys(role for one in targeted[row.id] for role in one["roles"])),
            "targeted_in": targeted[row.id],
            "involved_in": suspected[row.id],
            "cases": cases[row.id],
        }
        for row in rows
    ]


def _targeted(
    session: Session, viewer: Viewer, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    found: dict[uuid.UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    query = (
        sa.select(Incident, Target)
        .join(Target, Target.incident_id == Incident.id)
        .join(Person, Person.id == Target.person_id)
        .where(
            Target.person_id.in_(ids),
            incidents.visible_to(viewer),
            reached.may_name_target_to(viewer),
        )
        .options(selectinload(Incident.categories))
        .order_by(Incident.date_latest.desc(), Incident.id)
    )
    for incident, target in session.execute(query):
        assert target.person_id is not None
        found[target.person_id].append(
            {
                **_incident_ref(incident),
                "roles": [
                    role for role in (target.primary_role, *target.other_roles) if role is not None
                ],
                "flags": target.flags,
                "harm": target.harm,
            }
        )
    return found


def _suspected(
    session: Session, viewer: Viewer, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    found: dict[uuid.UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    query = (
        sa.select(Incident, Involvement)
        .join(Involvement, Involvement.incident_id == Incident.id)
        .where(
            Involvement.person_id.in_(ids),
            Involvement.retracted_at.is_(None),
            incidents.visible_to(viewer),
        )
        .options(selectinload(Incident.categories))
        .order_by(Incident.date_latest.desc(), Incident.id)
    )
    if not viewer.is_staff:
        query = query.where(Involvement.name_is_public)
    for incident, part in session.execute(query):
        assert part.person_id is not None
        found[part.person_id].append(
            {**_incident_ref(incident), "crime_role": part.crime_role, "status": part.status}
        )
    return found


def _incident_ref(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "ref": incident.ref,
        "title": incident.title,
        "date": incident.date_text,
        "country": incident.country,
        "categories": [
            {"category": one.category, "subtype": one.subtype or None}
            for one in incident.categories
        ],
    }


def _cases(
    session: Session, viewer: Viewer, ids: Sequence[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Return the reprisals and remedies of people: cases about them, with what counts of each."""
    found: dict[uuid.UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    about = sa.or_(
        sa.exists().where(Fact.case_id == Case.id, Fact.person_id.in_(ids)),
        sa.exists().where(
            case_incidents.c.case_id == Case.id,
            case_incidents.c.incident_id == Target.incident_id,
            Target.person_id.in_(ids),
        ),
    )
    cases = session.scalars(
        sa.select(Case)
        .where(Case.polarity != Polarity.ACCOUNTABILITY, seen_by(viewer), about)
        .options(*FACTS)
        .order_by(Case.created_at, Case.id)
    ).all()
    for case in cases:
        counting = case_found(case, as_of=now.date(), known_at=now)
        for person_id in _people_of(session, viewer, counting, ids):
            found[person_id].append(_case_ref(counting, person_id))
    return found


def _people_of(
    session: Session, viewer: Viewer, found: CaseFound, ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Return whose case it is: whom its facts name, or where they name nobody, the sole target.

    Outside the desk only facts that count name somebody, and only a target whom an incident of the
    case shows to this viewer.
    """
    facts = found.case.facts if viewer.is_staff else _counting(found)
    named = {fact.person_id for fact in facts if fact.person_id is not None}
    is_shown = sa.and_(incidents.visible_to(viewer), reached.may_name_target_to(viewer))
    targets = session.execute(
        sa.select(Target.person_id, is_shown)
        .join(Incident, Incident.id == Target.incident_id)
        .join(Person, Person.id == Target.person_id)
        .join(case_incidents, case_incidents.c.incident_id == Incident.id)
        .where(case_incidents.c.case_id == found.case.id)
    ).all()
    if not named:
        # Counted over all incidents, hidden ones too: a case of two people is nobody's alone.
        sole = {person_id for person_id, _ in targets if person_id is not None}
        named = sole if len(sole) == 1 else set()
    if not viewer.is_staff:
        named &= {person_id for person_id, shown in targets if shown}
    return [one for one in ids if one in named]


def _counting(found: CaseFound) -> list[Fact]:
    counted = {fact.id for fact in found.facts}
    return [fact for fact in found.case.facts if str(fact.id) in counted]


def _case_ref(found: CaseFound, person_id: uuid.UUID) -> dict[str, Any]:
    own = [fact for fact in _counting(found) if fact.person_id in (None, person_id)]
    sentences = [fact.sentence_months for fact in own if fact.sentence_months is not None]
    return {
        "id": found.case.id,
        "polarity": found.case.polarity,
        "title": found.case.title,
        "stage": found.stage,
        "sentence_months": sentences[-1] if sentences else None,
    }
