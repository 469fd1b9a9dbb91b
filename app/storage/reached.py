# SPDX-License-Identifier: Apache-2.0
"""People and outlets as far as a viewer reaches them: from an incident they see, or published.

Never here: what of them is shown (app/services).
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.domain.visibility import PUBLIC, Viewer
from app.errors import NotFound
from app.storage.incidents import Incident, visible_to
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parts import Involvement, Target, may_name_target, worked_at
from app.storage.people import Person


def _is_own(viewer: Viewer) -> sa.ColumnElement[bool]:
    if viewer.sees_own and viewer.key_id is not None:
        return Incident.submitted_by_id == viewer.key_id
    return sa.false()


def may_name_target_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Say which targets' names a viewer may read: the desk all, their submitter those of their own."""
    return sa.true() if viewer.is_staff else sa.or_(may_name_target(), _is_own(viewer))


def people_seen_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Say whether a person exists for a viewer."""
    if viewer.is_staff:
        return sa.true()
    targeted = sa.exists().where(
        Target.person_id == Person.id,
        Target.incident_id == Incident.id,
        visible_to(viewer),
        may_name_target_to(viewer),
    )
    named = sa.exists().where(
        Involvement.person_id == Person.id,
        Involvement.retracted_at.is_(None),
        sa.or_(Involvement.name_is_public, _is_own(viewer)),
        Involvement.incident_id == Incident.id,
        visible_to(viewer),
    )
    return sa.or_(targeted, named)


def outlets_seen_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Say whether an outlet exists for a viewer."""
    if viewer.is_staff:
        return sa.true()
    targeted = sa.exists().where(
        sa.or_(Target.outlet_id == Outlet.id, worked_at(Outlet.id.expression)),
        Target.incident_id == Incident.id,
        visible_to(viewer),
    )
    if viewer.sees_own and viewer.key_id is not None:
        return sa.or_(Outlet.is_published, targeted, Outlet.recorded_by_id == viewer.key_id)
    return sa.or_(Outlet.is_published, targeted)


def is_public_person(session: Session, person_id: uuid.UUID) -> bool:
    """Whether everybody reads of a person, so that a change of them is a change for everybody."""
    seen = sa.select(Person.id).where(Person.id == person_id, people_seen_by(PUBLIC))
    return session.scalar(seen) is not None


def is_public_outlet(session: Session, outlet_id: uuid.UUID) -> bool:
    """Whether everybody reads of an outlet: published, or named by a public incident."""
    seen = sa.select(Outlet.id).where(Outlet.id == outlet_id, outlets_seen_by(PUBLIC))
    return session.scalar(seen) is not None


def list_people(
    session: Session,
    viewer: Viewer,
    *,
    country: str | None,
    q: str | None,
    limit: int | None,
    after: tuple[str, uuid.UUID] | None,
) -> Sequence[Person]:
    """Return a page of people, by name; a person without a country is of that of what was done."""
    query = sa.select(Person).where(people_seen_by(viewer))
    if country is not None:
        done_there = sa.exists().where(
            Target.person_id == Person.id,
            Target.incident_id == Incident.id,
            Incident.country == country,
            visible_to(viewer),
            may_name_target_to(viewer),
        )
        query = query.where(
            sa.or_(Person.country == country, sa.and_(Person.country.is_(None), done_there))
        )
    if q:
        query = query.where(Person.name.icontains(q, autoescape=True))
    if after is not None:
        place = sa.tuple_(Person.name, Person.id)
        query = query.where(place > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return session.scalars(query.order_by(Person.name, Person.id).limit(limit)).all()


def get_person(session: Session, viewer: Viewer, person_id: uuid.UUID) -> Person:
    """Return a person who exists for this viewer."""
    row = session.scalar(sa.select(Person).where(Person.id == person_id, people_seen_by(viewer)))
    if row is None:
        raise NotFound("there is no such person: GET /api/v1/people lists them")
    return row


EVENTS = (selectinload(Outlet.status_events).joinedload(OutletStatusEvent.citation),)


def _known_then(viewer: Viewer, known_at: datetime) -> sa.ColumnElement[bool]:
    """Say whether an outlet was on record at a time; to everybody, in something public by then."""
    existed = Outlet.created_at <= known_at
    if viewer.is_staff:
        return existed
    targeted = sa.exists().where(
        sa.or_(Target.outlet_id == Outlet.id, worked_at(Outlet.id.expression)),
        Target.incident_id == Incident.id,
        sa.or_(Incident.published_at <= known_at, _is_own(viewer)),
    )
    return sa.and_(existed, sa.or_(Outlet.is_published, targeted))


def list_outlets(
    session: Session,
    viewer: Viewer,
    *,
    country: str | None,
    q: str | None,
    limit: int | None,
    after: tuple[str, uuid.UUID] | None,
    known_at: datetime | None = None,
) -> Sequence[Outlet]:
    """Return a page of outlets with their status events, by name; those known at a time only."""
    query = sa.select(Outlet).where(outlets_seen_by(viewer)).options(*EVENTS)
    if known_at is not None:
        query = query.where(_known_then(viewer, known_at))
    if country is not None:
        query = query.where(Outlet.country == country)
    if q:
        query = query.where(Outlet.name.icontains(q, autoescape=True))
    if after is not None:
        place = sa.tuple_(Outlet.name, Outlet.id)
        query = query.where(place > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return session.scalars(query.order_by(Outlet.name, Outlet.id).limit(limit)).all()


def get_outlet(session: Session, viewer: Viewer, outlet_id: uuid.UUID) -> Outlet:
    """Return an outlet that exists for this viewer, with its status events."""
    row = session.scalar(
        sa.select(Outlet)
        .where(Outlet.id == outlet_id, outlets_seen_by(viewer))
        .options(*EVENTS)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("there is no such outlet: GET /api/v1/outlets lists them")
    return row


def neighbours(session: Session, viewer: Viewer, row: Outlet, *, forward: bool) -> Sequence[Outlet]:
    """Return the outlets that follow one, or the one before it, as far as this viewer sees them."""
    query = sa.select(Outlet).where(outlets_seen_by(viewer)).order_by(Outlet.name, Outlet.id)
    if forward:
        query = query.where(Outlet.successor_of_id == row.id)
    else:
        query = query.where(Outlet.id == row.successor_of_id)
    return session.scalars(query).all()
