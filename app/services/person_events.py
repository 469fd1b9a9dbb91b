# SPDX-License-Identifier: Apache-2.0
"""What sources state became of a person, where no incident and no case says it: freed, exiled, home.

Entered by one person, counted once another verified it; withdrawn with a reason, never changed.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import PersonStanding, Scope
from app.errors import Conflict, NotAllowed, NotFound, QalamError
from app.services import workflow
from app.services.checks import check_date, wrong
from app.services.citations import cite
from app.services.drafts import CitationDraft, Draft
from app.storage import ledger
from app.storage.database import new_id
from app.storage.parts import Target
from app.storage.people import PersonEvent
from app.storage.reached import get_person, is_public_person


class PersonEventDraft(Draft, frozen=True, kw_only=True):
    """What a source states became of a person on a day."""

    standing: PersonStanding
    date: str
    detail: str | None = None
    source: CitationDraft | None = None


def add_event(
    session: Session,
    viewer: Viewer,
    person_id: uuid.UUID,
    draft: PersonEventDraft,
    *,
    now: datetime,
) -> PersonEvent:
    """Add what a source states of a person on a day; only of those an act was aimed at."""
    get_person(session, viewer, person_id)
    if not session.scalar(sa.select(sa.exists().where(Target.person_id == person_id))):
        raise wrong("", "suspect", "Of suspects the record keeps what courts say, in their cases.")
    span = check_date(draft.date, now, "/date")
    citation = cite(session, draft.source, now=now)
    last = session.scalar(
        sa.select(sa.func.max(PersonEvent.sequence)).where(PersonEvent.person_id == person_id)
    )
    row = PersonEvent(
        id=new_id(),
        person_id=person_id,
        sequence=(last or 0) + 1,
        standing=draft.standing,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        detail=draft.detail,
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _record(session, viewer, row, "append_statement", now=now)
    ledger.bump(session, "staff")
    session.flush()
    return row


def verify_event(
    session: Session, viewer: Viewer, person_id: uuid.UUID, event_id: uuid.UUID, *, now: datetime
) -> PersonEvent:
    """Stand for what somebody else entered."""
    row = _find(session, viewer, person_id, event_id)
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if row.verified_at is not None or row.retracted_at is not None:
        raise Conflict("this statement is verified or retracted already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, row.recorded_by_id):
        raise NotAllowed("A statement is verified by somebody other than who entered it.")
    row.verified_at, row.verified_by_id = now, viewer.key_id
    _record(session, viewer, row, "verify_statement", now=now)
    ledger.bump(session, "staff", *(["public"] if is_public_person(session, person_id) else []))
    return row


def retract_event(
    session: Session,
    viewer: Viewer,
    person_id: uuid.UUID,
    event_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> PersonEvent:
    """Withdraw a statement with a reason; it stays on record."""
    row = _find(session, viewer, person_id, event_id)
    is_own_unverified = row.recorded_by_id == viewer.key_id and row.verified_at is None
    if not (is_own_unverified or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed("a verified statement is withdrawn by somebody who may verify")
    if row.retracted_at is not None:
        raise Conflict("this statement is retracted already")
    row.retracted_at, row.retraction_reason = now, reason
    _record(session, viewer, row, "retract_statement", now=now, reason=reason)
    was_told = row.verified_at is not None and is_public_person(session, person_id)
    ledger.bump(session, "staff", *(["public"] if was_told else []))
    return row


def note_refusal(
    session: Session,
    viewer: Viewer,
    person_id: uuid.UUID,
    event_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    try:
        row = _find(session, viewer, person_id, event_id)
    except NotFound:
        return
    _record(session, viewer, row, f"{action}_refused", now=now, reason=refusal.detail)
    ledger.bump(session, "staff")


def _find(
    session: Session, viewer: Viewer, person_id: uuid.UUID, event_id: uuid.UUID
) -> PersonEvent:
    get_person(session, viewer, person_id)
    row = session.scalar(
        sa.select(PersonEvent)
        .where(PersonEvent.id == event_id, PersonEvent.person_id == person_id)
        .with_for_update()
    )
    is_own = row is not None and viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    if row is None or not (row.verified_at is not None or viewer.is_staff or is_own):
        raise NotFound("nothing so was stated of this person: GET the person shows what was")
    return row


def _record(
    session: Session,
    viewer: Viewer,
    row: PersonEvent,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    ledger.record_revision(
        session,
        object_kind="person",
        object_id=row.person_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes={"statement": str(row.id), "standing": row.standing.value, "date": row.date_text},
    )
