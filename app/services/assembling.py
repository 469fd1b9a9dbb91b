# SPDX-License-Identifier: Apache-2.0
"""From what a person handed in to the rows of an incident, and back again."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.record.dates import DateSpan
from app.domain.visibility import Viewer
from app.domain.vocabulary import PersonRole, Scope
from app.errors import NotAllowed, NotFound
from app.services.checks import wrong
from app.services.citations import cite_all
from app.services.drafts import (
    CategoryDraft,
    CitationDraft,
    IncidentDraft,
    InvolvementDraft,
    OutletDraft,
    PersonDraft,
    TargetDraft,
)
from app.storage.database import new_id
from app.storage.decisions import Decision
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.parts import EventGroup, IncidentCategory, Involvement, Target
from app.storage.people import Person
from app.storage.reached import get_outlet, get_person

_PLAIN = (
    "title",
    "narrative",
    "country",
    "admin1",
    "place",
    "public_precision",
    "is_at_risk",
    "scope",
    "motive",
    "instigation",
    "executors_complete",
    "event_group_id",
    "decision_id",
    "report_id",
)


def apply(
    session: Session,
    row: Incident,
    draft: IncidentDraft,
    span: DateSpan,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Bring a row and its parts to what a draft says; new people and outlets are made on the way."""
    present = draft_of(row)
    _check_links(session, draft)
    for name in _PLAIN:
        setattr(row, name, getattr(draft, name))
    row.date_text, row.date_earliest, row.date_latest = span.text, span.earliest, span.latest
    row.categories = _categories(row, draft.categories)
    if draft.targets != present.targets:
        row.targets = [
            _target(session, one, index, viewer=viewer, now=now)
            for index, one in enumerate(draft.targets)
        ]
    _involve(session, row, draft.involvements, present.involvements, viewer=viewer, now=now)
    row.citations = cite_all(session, draft.sources, row.citations, now=now)


def draft_of(row: Incident) -> IncidentDraft:
    """Return what a row would be handed in as; people, outlets and sources by their ids."""
    return IncidentDraft(
        **{name: getattr(row, name) for name in _PLAIN},
        date=row.date_text,
        categories=[
            CategoryDraft(category=one.category, subtype=one.subtype or None)
            for one in row.categories
        ],
        targets=[_target_draft(one) for one in row.targets],
        involvements=[
            InvolvementDraft(
                id=one.slot_id,
                crime_role=one.crime_role,
                description=one.description,
                person_id=one.person_id,
                actor_type=one.actor_type,
                status=one.status,
                name_decided=one.name_decided_by_id is not None,
            )
            for one in row.involvements
            if one.retracted_at is None
        ],
        sources=[CitationDraft(id=one.id) for one in row.citations],
    )


def make_person(session: Session, draft: PersonDraft, *, now: datetime) -> Person:
    """Add a person to the record."""
    row = Person(
        id=new_id(),
        name=draft.name,
        names=draft.names,
        country=draft.country,
        summary=draft.summary,
        is_minor=draft.is_minor,
        is_relative=draft.is_relative,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    return row


def make_outlet(
    session: Session, draft: OutletDraft, *, recorded_by_id: uuid.UUID | None, now: datetime
) -> Outlet:
    """Add an outlet to the record, unpublished."""
    row = Outlet(
        id=new_id(),
        name=draft.name,
        is_group=draft.is_group,
        country=draft.country,
        summary=draft.summary,
        successor_of_id=draft.successor_of_id,
        recorded_by_id=recorded_by_id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    return row


def _check_links(session: Session, draft: IncidentDraft) -> None:
    if draft.event_group_id and session.get(EventGroup, draft.event_group_id) is None:
        raise wrong("/event_group_id", "unknown", "There is no such event group.")
    if draft.decision_id and session.get(Decision, draft.decision_id) is None:
        raise wrong("/decision_id", "unknown", "There is no such decision.")


def _categories(row: Incident, drafts: Iterable[CategoryDraft]) -> list[IncidentCategory]:
    """Return the categories in their order; those that stay are the same rows."""
    present = {(one.category, one.subtype): one for one in row.categories}
    found: list[IncidentCategory] = []
    for index, draft in enumerate(drafts):
        kind = (draft.category, draft.subtype or "")
        one = present.get(kind) or IncidentCategory(category=kind[0], subtype=kind[1])
        one.position = index
        found.append(one)
    return found


def _person(
    session: Session,
    person_id: uuid.UUID | None,
    draft: PersonDraft | None,
    pointer: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> Person | None:
    if draft is not None:
        return make_person(session, draft, now=now)
    if person_id is None:
        return None
    try:
        return get_person(session, viewer, person_id)
    except NotFound:
        raise wrong(f"{pointer}/person_id", "unknown", "There is no such person.") from None


def _outlet(
    session: Session, draft: TargetDraft, pointer: str, *, viewer: Viewer, now: datetime
) -> Outlet | None:
    if draft.outlet is not None:
        return make_outlet(session, draft.outlet, recorded_by_id=viewer.key_id, now=now)
    return _known_outlet(session, draft.outlet_id, f"{pointer}/outlet_id", viewer)


def _known_outlet(
    session: Session, outlet_id: uuid.UUID | None, pointer: str, viewer: Viewer
) -> Outlet | None:
    if outlet_id is None:
        return None
    try:
        return get_outlet(session, viewer, outlet_id)
    except NotFound:
        raise wrong(pointer, "unknown", "There is no such outlet.") from None


def _target(
    session: Session, draft: TargetDraft, index: int, *, viewer: Viewer, now: datetime
) -> Target:
    pointer = f"/targets/{index}"
    person = _person(session, draft.person_id, draft.person, pointer, viewer=viewer, now=now)
    outlet = _outlet(session, draft, pointer, viewer=viewer, now=now)
    employer = _known_outlet(
        session, draft.employer_outlet_id, f"{pointer}/employer_outlet_id", viewer
    )
    return Target(
        id=new_id(),
        position=index,
        kind=draft.kind,
        person=person,
        person_id=person.id if person else None,
        outlet=outlet,
        outlet_id=outlet.id if outlet else None,
        employer=employer,
        employer_outlet_id=employer.id if employer else None,
        description=draft.description,
        count=draft.count,
        primary_role=draft.primary_role,
        other_roles=[role.value for role in draft.other_roles],
        harm=draft.harm,
        flags=draft.flags,
        sex=draft.sex,
        age_group=draft.age_group,
        arbitrary=draft.arbitrary,
        state_acquiescence=draft.state_acquiescence,
        due_diligence_failed=draft.due_diligence_failed,
    )


def _target_draft(one: Target) -> TargetDraft:
    return TargetDraft(
        kind=one.kind,
        person_id=one.person_id,
        outlet_id=one.outlet_id,
        employer_outlet_id=one.employer_outlet_id,
        description=one.description,
        count=one.count,
        primary_role=one.primary_role,
        other_roles=[PersonRole(role) for role in one.other_roles],
        harm=one.harm,
        flags=one.flags,
        sex=one.sex,
        age_group=one.age_group,
        arbitrary=one.arbitrary,
        state_acquiescence=one.state_acquiescence,
        due_diligence_failed=one.due_diligence_failed,
    )


def _involve(
    session: Session,
    row: Incident,
    drafts: list[InvolvementDraft],
    present: list[InvolvementDraft],
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw the versions that no longer stand and record the new ones of the same slots."""
    standing = {one.slot_id: one for one in row.involvements if one.retracted_at is None}
    before = {one.id: one for one in present}
    wanted = {draft.id for draft in drafts}
    for slot_id, one in standing.items():
        if slot_id not in wanted:
            one.retracted_at = now
    for index, draft in enumerate(drafts):
        pointer = f"/involvements/{index}"
        if draft.id is not None and draft.id not in standing:
            raise wrong(f"{pointer}/id", "unknown", "This is no slot of this incident.")
        if draft.id is not None and before[draft.id] == draft:
            standing[draft.id].position = index
            continue
        old = standing.get(draft.id) if draft.id is not None else None
        if old is not None:
            old.retracted_at = now
        row.involvements.append(
            _version(session, draft, old, index, pointer=pointer, viewer=viewer, now=now)
        )


def _version(
    session: Session,
    draft: InvolvementDraft,
    old: Involvement | None,
    index: int,
    *,
    pointer: str,
    viewer: Viewer,
    now: datetime,
) -> Involvement:
    person = _person(session, draft.person_id, draft.person, pointer, viewer=viewer, now=now)
    decided_by = old.name_decided_by_id if old else None
    if draft.name_decided != (decided_by is not None):
        if Scope.INCIDENTS_PUBLISH not in viewer.scopes:
            raise NotAllowed("Whether a suspect's name may be public is an editor's decision.")
        decided_by = viewer.key_id if draft.name_decided else None
    version_id = new_id()
    return Involvement(
        id=version_id,
        slot_id=old.slot_id if old else version_id,
        position=index,
        crime_role=draft.crime_role,
        is_identified=person is not None,
        person=person,
        person_id=person.id if person else None,
        description=draft.description,
        actor_type=draft.actor_type,
        status=draft.status,
        name_decided_by_id=decided_by,
        recorded_at=now,
    )
