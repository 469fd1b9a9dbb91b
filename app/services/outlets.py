# SPDX-License-Identifier: Apache-2.0
"""Outlets and the dated events of their three axes; an event counts once a second person verified it.

Never here: how an outlet is shown (outlet_views.py).
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.dates import DateSpan
from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import Conflict, NotAllowed, NotFound, QalamError
from app.services import assembling, workflow
from app.services.checks import check_axis_value, check_country, check_date, wrong
from app.services.citations import cite
from app.services.drafts import DecisionDraft, OutletDraft, StatusEventDraft
from app.storage import ledger
from app.storage.database import new_id
from app.storage.decisions import Decision
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.reached import get_outlet, is_public_outlet


def create_outlet(session: Session, viewer: Viewer, draft: OutletDraft, *, now: datetime) -> Outlet:
    """Add an outlet; the public sees it once a published incident or a second person shows it."""
    check_country(draft.country, "/country")
    if draft.successor_of_id is not None:
        try:
            get_outlet(session, viewer, draft.successor_of_id)
        except NotFound:
            raise wrong("/successor_of_id", "unknown", "There is no such outlet.") from None
    row = assembling.make_outlet(session, draft, recorded_by_id=viewer.key_id, now=now)
    session.flush()
    _record(session, viewer, row.id, "create", now=now)
    ledger.bump(session, "staff")
    return row


def add_event(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    draft: StatusEventDraft,
    *,
    now: datetime,
) -> OutletStatusEvent:
    """Add a dated change on one axis; it counts once somebody else has verified it."""
    get_outlet(session, viewer, outlet_id)
    check_axis_value(draft.axis, draft.value, "/value")
    start = check_date(draft.valid_from, now, "/valid_from")
    if draft.valid_to is not None and check_date(draft.valid_to, now, "/valid_to").latest < (
        start.earliest
    ):
        raise wrong("/valid_to", "inverted", "It ends before it begins.")
    if draft.territory is not None:
        check_country(draft.territory, "/territory")
    citation = cite(session, draft.source, now=now)
    row = _event(session, viewer, outlet_id, start, now=now)
    row.axis, row.value = draft.axis, draft.value
    row.valid_to, row.ground, row.statute = draft.valid_to, draft.ground, draft.statute
    row.authority, row.scope, row.territory = draft.authority, draft.scope, draft.territory
    row.citation_id = citation.id if citation else None
    _record(session, viewer, outlet_id, "append_event", now=now, event=row)
    ledger.bump(session, "staff")
    return row


def add_event_of(
    session: Session,
    viewer: Viewer,
    decision: Decision,
    draft: DecisionDraft,
    outlet_id: uuid.UUID,
    *,
    index: int,
    now: datetime,
) -> OutletStatusEvent:
    """Add what a decision does to one of its outlets."""
    assert draft.axis is not None
    assert draft.value is not None
    check_axis_value(draft.axis, draft.value, "/value")
    try:
        get_outlet(session, viewer, outlet_id)
    except NotFound:
        raise wrong(f"/outlet_ids/{index}", "unknown", "There is no such outlet.") from None
    start = check_date(decision.date_text, now, "/date")
    row = _event(session, viewer, outlet_id, start, now=now)
    row.axis, row.value = draft.axis, draft.value
    row.ground, row.statute, row.authority = decision.ground, decision.statute, decision.authority
    row.decision_id, row.territory = decision.id, decision.territory
    row.citation_id = decision.citation_id
    _record(session, viewer, outlet_id, "append_event", now=now, event=row)
    return row


def verify_event(
    session: Session, viewer: Viewer, outlet_id: uuid.UUID, event_id: uuid.UUID, *, now: datetime
) -> OutletStatusEvent:
    """Stand for an event that somebody else entered."""
    row = _find_event(session, viewer, outlet_id, event_id)
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if row.verified_at is not None or row.retracted_at is not None:
        raise Conflict("this event is verified or retracted already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, row.recorded_by_id):
        raise NotAllowed("An event is verified by somebody other than who entered it.")
    row.verified_at, row.verified_by_id = now, viewer.key_id
    _record(session, viewer, outlet_id, "verify_event", now=now, event=row)
    ledger.bump(session, "staff", *(["public"] if is_public_outlet(session, outlet_id) else []))
    return row


def retract_event(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    event_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> OutletStatusEvent:
    """Withdraw an event with a reason; it stays on record."""
    row = _find_event(session, viewer, outlet_id, event_id)
    is_own_unverified = row.recorded_by_id == viewer.key_id and row.verified_at is None
    if not (is_own_unverified or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed("a verified event is withdrawn by somebody who may verify")
    if row.retracted_at is not None:
        raise Conflict("this event is retracted already")
    row.retracted_at = now
    _record(session, viewer, outlet_id, "retract_event", now=now, event=row, reason=reason)
    was_told = row.verified_at is not None and is_public_outlet(session, outlet_id)
    ledger.bump(session, "staff", *(["public"] if was_told else []))
    return row


def note_refusal(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    event_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    try:
        row = _find_event(session, viewer, outlet_id, event_id)
    except NotFound:
        return
    _record(
        session, viewer, outlet_id, f"{action}_refused", now=now, event=row, reason=refusal.detail
    )
    ledger.bump(session, "staff")


def _event(
    session: Session, viewer: Viewer, outlet_id: uuid.UUID, start: DateSpan, *, now: datetime
) -> OutletStatusEvent:
    last = session.scalar(
        sa.select(sa.func.max(OutletStatusEvent.sequence)).where(
            OutletStatusEvent.outlet_id == outlet_id
        )
    )
    row = OutletStatusEvent(
        id=new_id(),
        outlet_id=outlet_id,
        sequence=(last or 0) + 1,
        valid_from=start.text,
        earliest=start.earliest,
        latest=start.latest,
        scope=[],
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    with session.no_autoflush:
        session.add(row)
    return row


def _find_event(
    session: Session, viewer: Viewer, outlet_id: uuid.UUID, event_id: uuid.UUID
) -> OutletStatusEvent:
    get_outlet(session, viewer, outlet_id)
    row = session.scalar(
        sa.select(OutletStatusEvent)
        .where(OutletStatusEvent.id == event_id, OutletStatusEvent.outlet_id == outlet_id)
        .with_for_update()
    )
    is_own = row is not None and viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    if row is None or not (row.verified_at is not None or viewer.is_staff or is_own):
        raise NotFound("this outlet has no such event: GET the outlet shows them")
    return row


def _record(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    event: OutletStatusEvent | None = None,
    reason: str | None = None,
) -> None:
    changes = (
        {"event": str(event.id), "axis": event.axis.value, "value": event.value} if event else {}
    )
    ledger.record_revision(
        session,
        object_kind="outlet",
        object_id=outlet_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
