# SPDX-License-Identifier: Apache-2.0
"""People of the record: where they are, who was targeted in which role, what they were sentenced to.

A suspect appears here only under the rule for names; what the public may not read of somebody does
not exist for it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.visibility import Viewer
from app.domain.vocabulary import PersonStanding
from app.services import person_cases, standings
from app.services.citations import citation_view
from app.services.documents import CaseFound, date_view
from app.services.person_cases import CaseOf
from app.services.standings import Placed
from app.services.statistics_answers import When
from app.storage import incidents, reached
from app.storage import people as stored
from app.storage.incidents import Incident
from app.storage.parts import Involvement, Target
from app.storage.people import Person, PersonEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people are asked for; None means any."""

    country: str | None = None
    state: PersonStanding | None = None
    q: str | None = None


def person_view(
    session: Session,
    viewer: Viewer,
    person_id: uuid.UUID,
    *,
    now: datetime,
    when: When | None = None,
) -> dict[str, Any]:
    """Return a person as this viewer may read of them, with all that became of them."""
    row = reached.get_person(session, viewer, person_id)
    asked = when or When(as_of=now.date())
    cases = person_cases.cases_of(session, viewer, [row.id], asked, now=now)
    placed = standings.standings_of(session, viewer, [row], asked, now=now, cases=cases)
    (view,) = _views(session, viewer, [row], placed, cases, asked)
    found = placed.get(row.id)
    return view | {
        "history": standings.history_view(found) if found else [],
        "statements": [
            _statement(viewer, one)
            for one in stored.events_of(session, [row.id])
            if viewer.is_staff or (one.verified_at is not None and one.retracted_at is None)
        ],
    }


def list_person_views(
    session: Session,
    viewer: Viewer,
    wanted: PeopleFilter,
    *,
    now: datetime,
    when: When | None = None,
    limit: int,
    after: tuple[str, uuid.UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return a page of people, by name; of one standing, where one is asked for."""
    asked = when or When(as_of=now.date())
    is_any = wanted.state is None
    rows = reached.list_people(
        session,
        viewer,
        country=wanted.country,
        q=wanted.q,
        # A standing is derived, not stored: all are looked at for those who have it.
        limit=limit if is_any else None,
        after=after,
    )
    cases = person_cases.cases_of(session, viewer, [row.id for row in rows], asked, now=now)
    placed = standings.standings_of(session, viewer, rows, asked, now=now, cases=cases)
    if not is_any:
        rows = [
            row
            for row in rows
            if row.id in placed and placed[row.id].standing.state is wanted.state
        ][:limit]
    return _views(session, viewer, rows, placed, cases, asked)


def _views(
    session: Session,
    viewer: Viewer,
    rows: Sequence[Person],
    placed: Mapping[uuid.UUID, Placed],
    cases: Sequence[CaseOf],
    when: When,
) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    targeted = _targeted(session, viewer, ids)
    suspected = _suspected(session, viewer, ids)
    return [
        {
            "id": row.id,
            "name": row.name,
            "names": row.names,
            "country": row.country,
            "summary": row.summary,
            # Null of those whom the record knows as suspects only.
            "standing": standings.standing_view(placed[row.id], when) if row.id in placed else None,
            "roles": list(dict.fromkeys(role for one in targeted[row.id] for role in one["roles"])),
            "targeted_in": targeted[row.id],
            "involved_in": suspected[row.id],
            "cases": [_case_ref(one.found, row.id) for one in cases if row.id in one.people],
        }
        for row in rows
    ]


def _statement(viewer: Viewer, one: PersonEvent) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": one.id,
        "standing": one.standing,
        "date": date_view(one.date_text, one.date_earliest, one.date_latest),
        "detail": one.detail,
        "verified": one.verified_at is not None,
        "source": citation_view(one.citation),
    }
    if viewer.is_staff:
        view |= {"recorded_at": one.recorded_at, "retracted_at": one.retracted_at}
    return view


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
        .options(selectinload(Incident.categories), joinedload(Target.employer))
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
                "employer": {"id": target.employer.id, "name": target.employer.name}
                if target.employer
                else None,
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


def _case_ref(found: CaseFound, person_id: uuid.UUID) -> dict[str, Any]:
    own = [fact for fact in person_cases.counting(found) if fact.person_id in (None, person_id)]
    sentences = [fact.sentence_months for fact in own if fact.sentence_months is not None]
    return {
        "id": found.case.id,
        "polarity": found.case.polarity,
        "title": found.case.title,
        "stage": found.stage,
        "sentence_months": sentences[-1] if sentences else None,
    }
