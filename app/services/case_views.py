# SPDX-License-Identifier: Apache-2.0
"""Legal cases as readers see them: the facts that count, under the rule for names.

A person of a reprisal is named where they are named as a target; a suspect only where the rule for
suspects allows it. The desk sees every fact, also unverified and retracted ones; everybody else sees
nothing of a fact before a second person verified it, but for its author.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity
from app.services.citations import citation_view
from app.services.conclusions import case_found
from app.services.documents import date_view, person_ref
from app.storage import incidents
from app.storage.cases import Case, CaseFilter, Fact, get_case, incidents_of, list_cases
from app.storage.incidents import Incident
from app.storage.parts import Involvement, Target
from app.storage.people import Person
from app.storage.parts import may_name_target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """What a viewer reaches around some cases: their incidents, and whom they may read of."""

    incidents: dict[uuid.UUID, list[dict[str, Any]]] = field(default_factory=dict)
    suspects: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)
    targets: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)


def case_view(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    *,
    now: datetime,
    as_of: date | None = None,
) -> dict[str, Any]:
    """Return a case as this viewer may read it."""
    row = get_case(session, viewer, case_id)
    return _view(viewer, row, _reach(session, viewer, [row]), as_of=as_of or now.date(), now=now)


def list_case_views(
    session: Session,
    viewer: Viewer,
    wanted: CaseFilter,
    *,
    now: datetime,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of cases, by id."""
    rows = list_cases(session, viewer, wanted, limit=limit, after=after)
    reach = _reach(session, viewer, rows)
    return [_view(viewer, row, reach, as_of=now.date(), now=now) for row in rows]


def _reach(session: Session, viewer: Viewer, rows: Sequence[Case]) -> _Reach:
    of_case = incidents_of(session, [row.id for row in rows])
    ids = {one for found in of_case.values() for one in found}
    seen = {
        incident_id: {"id": incident_id, "ref": ref, "title": title}
        for incident_id, ref, title in session.execute(
            sa.select(Incident.id, Incident.ref, Incident.title).where(
                Incident.id.in_(ids), incidents.visible_to(viewer)
            )
        )
    }
    suspects: dict[uuid.UUID, set[uuid.UUID]] = {}
    for incident_id, person_id in session.execute(
        sa.select(Involvement.incident_id, Involvement.person_id).where(
            Involvement.incident_id.in_(seen),
            Involvement.name_is_public,
            Involvement.retracted_at.is_(None),
        )
    ):
        if person_id is not None:
            suspects.setdefault(incident_id, set()).add(person_id)
    targets: dict[uuid.UUID, set[uuid.UUID]] = {}
    for incident_id, person_id in session.execute(
        sa.select(Target.incident_id, Target.person_id)
        .join(Person, Person.id == Target.person_id)
        .where(Target.incident_id.in_(seen), may_name_target())
    ):
        if person_id is not None:
            targets.setdefault(incident_id, set()).add(person_id)

    def gather(of: dict[uuid.UUID, set[uuid.UUID]], case_id: uuid.UUID) -> set[uuid.UUID]:
        return {person for one in of_case[case_id] for person in of.get(one, set())}

    return _Reach(
        incidents={
            case_id: [seen[one] for one in found if one in seen]
            for case_id, found in of_case.items()
        },
        suspects={case_id: gather(suspects, case_id) for case_id in of_case},
        targets={case_id: gather(targets, case_id) for case_id in of_case},
    )


def _view(
    viewer: Viewer, row: Case, reach: _Reach, *, as_of: date, now: datetime
) -> dict[str, Any]:
    full = viewer.is_staff
    found = case_found(row, as_of=as_of, known_at=now)
    counted = {fact.id for fact in found.facts}
    named = (reach.suspects if row.polarity is Polarity.ACCOUNTABILITY else reach.targets)[row.id]
    facts = [
        fact_view(viewer, fact, named)
        for fact in row.facts
        if full or str(fact.id) in counted or _is_own(viewer, fact)
    ]
    return {
        "id": row.id,
        "polarity": row.polarity,
        "title": row.title,
        "country": row.country,
        "court": row.court,
        "number": row.number if full or _is_own(viewer, row) else None,
        "stage": found.stage,
        "sentence_months": found.sentence_months,
        "incidents": reach.incidents[row.id],
        "facts": facts,
        "updated_at": row.updated_at if full else _told_on(row),
        "version": row.version if full else None,
        "as_of": as_of,
    }


def _told_on(row: Case) -> date | None:
    """Return the day of the last change that everybody sees; hidden work has no date."""
    times = [one.verified_at for one in row.facts if one.verified_at is not None]
    times += [one.retracted_at for one in row.facts if one.verified_at and one.retracted_at]
    return max(times).date() if times else None


def _is_own(viewer: Viewer, row: Case | Fact) -> bool:
    return viewer.key_id is not None and row.recorded_by_id == viewer.key_id


def fact_view(viewer: Viewer, fact: Fact, named: set[uuid.UUID]) -> dict[str, Any]:
    """Show a fact that counts, or to the desk and its author any."""
    inside = viewer.is_staff or _is_own(viewer, fact)
    person = (
        fact.person if fact.person is not None and (inside or fact.person_id in named) else None
    )
    view: dict[str, Any] = {
        "id": fact.id,
        "kind": fact.kind,
        "date": date_view(fact.date_text, fact.date_earliest, fact.date_latest),
        "role": fact.crime_role,
        "involvement_id": fact.involvement_id,
        "person": person_ref(person) if person is not None else None,
        "detail": fact.detail,
        "sentence_months": fact.sentence_months,
        "fine": fact.fine,
        "lesser_charge": "lesser_charge" in fact.flags,
        "in_absentia": "in_absentia" in fact.flags,
        "suspended_sentence": "suspended_sentence" in fact.flags,
        "verified": fact.verified_at is not None,
        "source": citation_view(fact.citation),
    }
    if inside:
        view |= {
            "recorded_at": fact.recorded_at,
            "verified_at": fact.verified_at,
            "retracted_at": fact.retracted_at,
            "retraction_reason": fact.retraction_reason,
        }
    return view
