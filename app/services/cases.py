# SPDX-License-Identifier: Apache-2.0
"""Legal cases and their dated facts: entered by one person, counted once another verified them.

Facts are append-only: a wrong one is retracted with a reason, never changed. After each of these the
incidents of the case are concluded anew. Never here: how cases are shown (case_views.py).
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope, WorkflowStatus
from app.errors import Conflict, NotAllowed, NotFound, QalamError
from app.services import conclusions, workflow
from app.services.checks import check_country, check_date, wrong
from app.services.citations import cite
from app.services.drafts import CaseDraft, FactDraft
from app.storage import ledger
from app.storage.cases import Case, Fact, case_incidents, get_case, incidents_of
from app.storage.database import new_id
from app.storage.incidents import Incident, get_incident
from app.storage.parts import Involvement
from app.storage.reached import get_person

_FLAGS = ("lesser_charge", "in_absentia", "suspended_sentence")


def create_case(session: Session, viewer: Viewer, draft: CaseDraft, *, now: datetime) -> Case:
    """Open the record of a legal case of incidents this viewer sees."""
    check_country(draft.country, "/country")
    if not draft.incident_ids:
        raise wrong("/incident_ids", "missing", "A case belongs to at least one incident.")
    for index, incident_id in enumerate(draft.incident_ids):
        try:
            get_incident(session, viewer, incident_id)
        except NotFound:
            raise wrong(f"/incident_ids/{index}", "unknown", "There is no such incident.") from None
    row = Case(
        id=new_id(),
        polarity=draft.polarity,
        title=draft.title,
        country=draft.country,
        court=draft.court,
        number=draft.number,
        recorded_by_id=viewer.key_id,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(row)
    session.flush()
    session.execute(
        sa.insert(case_incidents),
        [{"case_id": row.id, "incident_id": one} for one in dict.fromkeys(draft.incident_ids)],
    )
    _record(session, viewer, row.id, "create", now=now, changes={"title": draft.title})
    _conclude(session, row.id, now=now)
    return row


def append_fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, draft: FactDraft, *, now: datetime
) -> Fact:
    """Add a dated step; it counts once somebody else has verified it."""
    case = get_case(session, viewer, case_id, for_change=True)
    span = check_date(draft.date, now, "/date")
    _check_links(session, viewer, case, draft)
    citation = cite(session, draft.source, now=now)
    row = Fact(
        id=new_id(),
        case_id=case.id,
        sequence=max((one.sequence for one in case.facts), default=0) + 1,
        kind=draft.kind,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        involvement_id=draft.involvement_id,
        person_id=draft.person_id,
        crime_role=draft.role,
        detail=draft.detail,
        sentence_months=draft.sentence_months,
        fine=draft.fine,
        flags=[name for name in _FLAGS if getattr(draft, name)],
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _touch(session, viewer, case, "append_fact", row, now=now)
    _conclude(session, case.id, now=now)
    return row


def verify_fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, fact_id: uuid.UUID, *, now: datetime
) -> Fact:
    """Stand for a fact that somebody else entered."""
    case, row = _fact(session, viewer, case_id, fact_id)
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if row.retracted_at is not None:
        raise Conflict("this fact is retracted: enter it anew")
    if row.verified_at is not None:
        raise Conflict("this fact is verified already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, row.recorded_by_id):
        raise NotAllowed("A fact is verified by somebody other than who entered it.")
    row.verified_at, row.verified_by_id = now, viewer.key_id
    _touch(session, viewer, case, "verify_fact", row, now=now)
    _conclude(session, case.id, now=now, is_seen=True)
    return row


def retract_fact(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    fact_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> Fact:
    """Withdraw a fact with a reason; it stays on record for answers about past knowledge."""
    case, row = _fact(session, viewer, case_id, fact_id)
    is_own_unverified = row.recorded_by_id == viewer.key_id and row.verified_at is None
    if not (is_own_unverified or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed("a verified fact is withdrawn by somebody who may verify")
    if row.retracted_at is not None:
        raise Conflict("this fact is retracted already")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the fact.")
    row.retracted_at, row.retraction_reason = now, reason
    _touch(session, viewer, case, "retract_fact", row, now=now, reason=reason)
    _conclude(session, case.id, now=now, is_seen=True)
    return row


def note_refusal(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    fact_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    try:
        _fact(session, viewer, case_id, fact_id)
    except NotFound:
        return
    _record(
        session,
        viewer,
        case_id,
        f"{action}_refused",
        now=now,
        reason=refusal.detail,
        changes={"fact": str(fact_id)},
    )
    ledger.bump(session, "staff")


def _fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, fact_id: uuid.UUID
) -> tuple[Case, Fact]:
    case = get_case(session, viewer, case_id, for_change=True)
    row = next((one for one in case.facts if one.id == fact_id), None)
    if row is None:
        raise NotFound("this case has no such fact: GET the case shows them")
    return case, row


def _check_links(session: Session, viewer: Viewer, case: Case, draft: FactDraft) -> None:
    if draft.involvement_id is not None:
        slot = session.scalar(
            sa.select(Involvement.id)
            .join(case_incidents, case_incidents.c.incident_id == Involvement.incident_id)
            .where(case_incidents.c.case_id == case.id, Involvement.slot_id == draft.involvement_id)
            .limit(1)
        )
        if slot is None:
            raise wrong(
                "/involvement_id", "unknown", "No incident of this case has such an involvement."
            )
    if draft.person_id is not None:
        try:
            get_person(session, viewer, draft.person_id)
        except NotFound:
            raise wrong("/person_id", "unknown", "There is no such person.") from None


def _touch(
    session: Session,
    viewer: Viewer,
    case: Case,
    action: str,
    fact: Fact,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    case.version += 1
    case.updated_at = now
    changes: dict[str, Any] = {"fact": str(fact.id), "kind": fact.kind.value}
    _record(session, viewer, case.id, action, now=now, reason=reason, changes=changes)


def _record(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    ledger.record_revision(
        session,
        object_kind="case",
        object_id=case_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )


def _conclude(
    session: Session, case_id: uuid.UUID, *, now: datetime, is_seen: bool = False
) -> None:
    """Conclude the incidents of a case anew, and tell those who poll; `is_seen`: the case reads anew."""
    session.flush()
    ids = incidents_of(session, [case_id])[case_id]
    changed = conclusions.refresh_all(session, ids, now=now)
    if is_seen and not changed:
        changed = bool(
            session.scalar(
                sa.select(sa.func.count()).where(
                    Incident.id.in_(ids), Incident.status == WorkflowStatus.PUBLISHED
                )
            )
        )
    ledger.bump(session, "staff", *(["public"] if changed else []))
