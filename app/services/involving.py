# SPDX-License-Identifier: Apache-2.0
"""People of an incident: somebody new or somebody known, and the versions of their part in it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import NotAllowed, NotFound
from app.services.checks import wrong
from app.services.drafts import InvolvementDraft, PersonDraft
from app.storage.database import new_id
from app.storage.incidents import Incident
from app.storage.parts import Involvement
from app.storage.people import Person
from app.storage.reached import get_person


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


def find_or_make_person(
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


def involve(
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
    person = find_or_make_person(
        session, draft.person_id, draft.person, pointer, viewer=viewer, now=now
    )
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
