# SPDX-License-Identifier: Apache-2.0
"""What a viewer reaches around some cases: their incidents, and whom they may read of in them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.storage import incidents
from app.storage.cases import Case, incidents_of
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.parts import Involvement, Target, may_name_target
from app.storage.people import Person
from app.storage.reached import outlets_seen_by

People = dict[uuid.UUID, set[uuid.UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """By case: the incidents seen, and people by id.

    `suspects` and `targets` are those whom everybody may read of; `suspected` and `targeted` all of
    them, also of incidents that are hidden, so that nobody is named by another way.
    """

    incidents: dict[uuid.UUID, list[dict[str, Any]]] = field(default_factory=dict)
    suspects: People = field(default_factory=dict)
    targets: People = field(default_factory=dict)
    suspected: People = field(default_factory=dict)
    targeted: People = field(default_factory=dict)
    outlets: frozenset[uuid.UUID] = frozenset()


def reach(session: Session, viewer: Viewer, rows: Sequence[Case]) -> Reach:
    """Look around some cases."""
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
    is_current = Involvement.retracted_at.is_(None)
    suspects = _people(session, Involvement, seen, is_current, Involvement.name_is_public.is_(True))
    targets = _people(session, Target, seen, may_name_target())
    has_people = any(one.person_id is not None for row in rows for one in row.parties)
    everybody = ids if has_people else set()

    def gather(of: People, case_id: uuid.UUID) -> set[uuid.UUID]:
        return {person for one in of_case[case_id] for person in of.get(one, set())}

    def by_case(of: People) -> People:
        return {case_id: gather(of, case_id) for case_id in of_case}

    return Reach(
        incidents={
            case_id: [seen[one] for one in found if one in seen]
            for case_id, found in of_case.items()
        },
        suspects=by_case(suspects),
        targets=by_case(targets),
        suspected=by_case(_people(session, Involvement, everybody)),
        targeted=by_case(_people(session, Target, everybody)),
        outlets=_outlets(session, viewer, rows),
    )


def _people(
    session: Session,
    table: type[Involvement] | type[Target],
    ids: Sequence[uuid.UUID] | set[uuid.UUID] | dict[uuid.UUID, Any],
    *conditions: sa.ColumnElement[bool],
) -> People:
    found: People = {}
    query = (
        sa.select(table.incident_id, table.person_id)
        .join(Person, Person.id == table.person_id)
        .where(table.incident_id.in_(ids), *conditions)
    )
    for incident_id, person_id in session.execute(query):
        assert person_id is not None
        found.setdefault(incident_id, set()).add(person_id)
    return found


def _outlets(session: Session, viewer: Viewer, rows: Sequence[Case]) -> frozenset[uuid.UUID]:
    named = {one.outlet_id for row in rows for one in row.parties if one.outlet_id is not None}
    if not named:
        return frozenset()
    query = sa.select(Outlet.id).where(Outlet.id.in_(named), outlets_seen_by(viewer))
    return frozenset(session.scalars(query))
