# SPDX-License-Identifier: Apache-2.0
"""From what a person handed in to the rows of an incident, and back again."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.record import place
from app.domain.record.dates import DateSpan
from app.domain.visibility import Viewer
from app.domain.vocabulary import PersonRole, Scope
from app.errors import NotAllowed, NotFound
from app.services import external_ids
from app.services.checks import wrong
from app.services.citations import cite_all
from app.services.drafts import (
    CategoryDraft,
    CitationDraft,
    ExternalIdDraft,
    IncidentDraft,
    InvolvementDraft,
    OutletDraft,
    SeverityDraft,
    TargetDraft,
)
from app.services.involving import find_or_make_person, involve
from app.storage.database import new_id
from app.storage.decisions import Decision
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.parts import EventGroup, IncidentCategory, Target
from app.storage.reached import get_outlet

_PLAIN = (
    "title",
    "narrative",
    "country",
    "admin1",
    "place",
    "latitude",
    "longitude",
    "precision",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What somebody who makes many incidents has looked up for all of them at once."""

    outlets: Mapping[uuid.UUID, Outlet]
    # Whether no other incident bears any of the draft's external ids.
    ids_are_free: bool = False


_NOTHING = LookedUp(outlets={})


def apply(
    session: Session,
    row: Incident,
    draft: IncidentDraft,
    span: DateSpan,
    *,
    viewer: Viewer,
    now: datetime,
    known: LookedUp = _NOTHING,
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
            _target(session, one, index, viewer=viewer, now=now, known=known)
            for index, one in enumerate(draft.targets)
        ]
    involve(session, row, draft.involvements, present.involvements, viewer=viewer, now=now)
    row.citations = cite_all(session, draft.sources, row.citations, now=now)
    _locate(row)
    _grade(row, draft.severity, present.severity, viewer=viewer)
    row.external_ids = external_ids.named(
        session, row, draft.external_ids, viewer=viewer, are_free=known.ids_are_free
    )


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
        external_ids=[
            ExternalIdDraft(system=one.system, id=one.value, url=one.url)
            for one in row.external_ids
        ],
        severity=SeverityDraft(level=row.severity_override, reason=row.severity_reason or "")
        if row.severity_override is not None
        else None,
    )


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


def _locate(row: Incident) -> None:
    """Keep beside the place what everybody is told of it."""
    told = place.public_point(
        row.latitude, row.longitude, known=row.precision, told=row.public_precision
    )
    row.public_latitude = told.latitude if told else None
    row.public_longitude = told.longitude if told else None


def _grade(
    row: Incident, wanted: SeverityDraft | None, present: SeverityDraft | None, *, viewer: Viewer
) -> None:
    if wanted == present:
        return
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("Another severity than the computed one is an editor's decision.")
    row.severity_override = wanted.level if wanted else None
    row.severity_reason = wanted.reason.strip() if wanted else None
    row.severity_decided_by_id = viewer.key_id if wanted else None


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


def _outlet(
    session: Session,
    draft: TargetDraft,
    pointer: str,
    *,
    viewer: Viewer,
    now: datetime,
    known: LookedUp,
) -> Outlet | None:
    if draft.outlet is not None:
        return make_outlet(session, draft.outlet, recorded_by_id=viewer.key_id, now=now)
    return _known_outlet(session, draft.outlet_id, f"{pointer}/outlet_id", viewer, known)


def _known_outlet(
    session: Session,
    outlet_id: uuid.UUID | None,
    pointer: str,
    viewer: Viewer,
    known: LookedUp,
) -> Outlet | None:
    if outlet_id is None:
        return None
    if outlet_id in known.outlets:
        return known.outlets[outlet_id]
    try:
        return get_outlet(session, viewer, outlet_id)
    except NotFound:
        raise wrong(pointer, "unknown", "There is no such outlet.") from None


def _target(
    session: Session,
    draft: TargetDraft,
    index: int,
    *,
    viewer: Viewer,
    now: datetime,
    known: LookedUp,
) -> Target:
    pointer = f"/targets/{index}"
    person = find_or_make_person(
        session, draft.person_id, draft.person, pointer, viewer=viewer, now=now
    )
    outlet = _outlet(session, draft, pointer, viewer=viewer, now=now, known=known)
    employer = _known_outlet(
        session, draft.employer_outlet_id, f"{pointer}/employer_outlet_id", viewer, known
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
