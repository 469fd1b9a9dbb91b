# SPDX-License-Identifier: Apache-2.0
"""Recommendations: who asks whom for what, by when; entered and changed.

What became of them is recommendation_steps.py, how they are shown recommendation_views.py; they are
published like every statement (decisions.py).
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import NotFound, StaleVersion
from app.services import second_person
from app.services.checks import check_country, check_date, differences, wrong
from app.services.citations import cite
from app.services.drafts import RecommendationDraft
from app.storage import ledger
from app.storage.cases import get_case
from app.storage.database import new_id
from app.storage.decisions import Recommendation
from app.storage.incidents import get_incident
from app.storage.recommendations import recommendation_cases, recommendation_incidents
from app.storage.replies import linked, replace_links


def create_recommendation(
    session: Session, viewer: Viewer, draft: RecommendationDraft, *, now: datetime
) -> Recommendation:
    """Keep what is asked of whom, by when."""
    _check(session, viewer, draft, now=now)
    citation = cite(session, draft.source, now=now)
    row = Recommendation(
        id=new_id(),
        citation_id=citation.id if citation else None,
        status=draft.status,
        is_published=False,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
        version=1,
    )
    _fill(row, draft, now=now)
    session.add(row)
    session.flush()
    _link(session, row.id, draft)
    made = msgspec.to_builtins(draft)
    changes = {name: {"old": None, "new": one} for name, one in made.items() if one}
    record_recommendation(session, viewer, row.id, "create", now=now, changes=changes)
    ledger.bump(session, "staff")
    return row


def edit_recommendation(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    now: datetime,
    reason: str | None = None,
) -> Recommendation:
    """Change the fields a patch names; what became of it is a step, not a change."""
    row = find_recommendation(session, viewer, recommendation_id)
    second_person.check_edit(
        session,
        viewer,
        recorded_by_id=row.recorded_by_id,
        is_public=row.is_published,
        reason=reason,
    )
    if row.version != version:
        raise StaleVersion("somebody has changed this recommendation since: read it again")
    old = draft_of(session, row)
    wanted = second_person.merged(msgspec.to_builtins(old), patch, RecommendationDraft)
    _check(session, viewer, wanted, now=now, known=old)
    changes = differences(msgspec.to_builtins(old), msgspec.to_builtins(wanted))
    if not changes:
        return row
    _fill(row, wanted, now=now)
    row.version += 1
    session.flush()
    _link(session, row.id, wanted)
    record_recommendation(session, viewer, row.id, "edit", now=now, changes=changes, reason=reason)
    ledger.bump(session, "staff", *(["public"] if row.is_published else []))
    return row


def find_recommendation(
    session: Session, viewer: Viewer, recommendation_id: uuid.UUID
) -> Recommendation:
    """Return a recommendation that exists for this viewer, locked. Raises NotFound."""
    row = session.get(Recommendation, recommendation_id, with_for_update=True)
    is_own = row is not None and viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    if row is None or not (row.is_published or viewer.is_staff or is_own):
        raise NotFound("there is no such recommendation: GET /api/v1/recommendations lists them")
    return row


def draft_of(session: Session, row: Recommendation) -> RecommendationDraft:
    """Return a recommendation as it would be handed in."""
    return RecommendationDraft(
        addressee=row.addressee,
        country=row.country,
        text=row.text,
        asked_by=row.asked_by,
        made_on=row.made_on,
        deadline_on=row.deadline_on,
        next_check=row.next_check,
        status=row.status,
        incident_ids=linked(session, recommendation_incidents, "incident_id", [row.id])[row.id],
        case_ids=linked(session, recommendation_cases, "case_id", [row.id])[row.id],
    )


def check_links(
    session: Session,
    viewer: Viewer,
    *,
    incident_ids: Sequence[uuid.UUID] = (),
    case_ids: Sequence[uuid.UUID] = (),
    places: tuple[str, str] = ("/incident_ids/{}", "/case_ids/{}"),
) -> None:
    """Take only incidents and cases this viewer sees."""
    for index, incident_id in enumerate(incident_ids):
        try:
            get_incident(session, viewer, incident_id)
        except NotFound:
            place = places[0].format(index)
            raise wrong(place, "unknown", "There is no such incident.") from None
    for index, case_id in enumerate(case_ids):
        try:
            get_case(session, viewer, case_id)
        except NotFound:
            place = places[1].format(index)
            raise wrong(place, "unknown", "There is no such case.") from None


def _check(
    session: Session,
    viewer: Viewer,
    draft: RecommendationDraft,
    *,
    now: datetime,
    known: RecommendationDraft | None = None,
) -> None:
    check_country(draft.country, "/country")
    if draft.made_on is not None:
        made = check_date(draft.made_on, now, "/made_on")
        if draft.deadline_on is not None and draft.deadline_on < made.earliest:
            raise wrong("/deadline_on", "inverted", "The deadline is before it was asked.")
    before = known or RecommendationDraft(addressee="", country="", text="")
    check_links(
        session,
        viewer,
        incident_ids=[one for one in draft.incident_ids if one not in before.incident_ids],
        case_ids=[one for one in draft.case_ids if one not in before.case_ids],
    )


def _fill(row: Recommendation, draft: RecommendationDraft, *, now: datetime) -> None:
    row.addressee, row.country, row.text = draft.addressee, draft.country, draft.text
    row.asked_by, row.made_on = draft.asked_by, draft.made_on
    row.deadline_on, row.next_check = draft.deadline_on, draft.next_check
    row.updated_at = now


def _link(session: Session, one: uuid.UUID, draft: RecommendationDraft) -> None:
    replace_links(session, recommendation_incidents, "incident_id", one, draft.incident_ids)
    replace_links(session, recommendation_cases, "case_id", one, draft.case_ids)


def record_recommendation(
    session: Session,
    viewer: Viewer,
    object_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """Append a revision of a recommendation."""
    ledger.record_revision(
        session,
        object_kind="recommendation",
        object_id=object_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
