# SPDX-License-Identifier: Apache-2.0
"""Legal cases and their dated facts: entered by one person, counted once another verified them.

Facts are append-only: a wrong one is retracted with a reason, never changed. After each of these the
incidents of the case are concluded anew. Never here: how cases are shown (case_views.py).
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import WorkflowStatus
from app.errors import NotFound, QalamError
from app.services import conclusions, second_person
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
    check_incidents(session, viewer, draft.incident_ids)
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
    join_incidents(session, row.id, draft.incident_ids)
    record_case(session, viewer, row.id, "create", now=now, changes={"title": draft.title})
    conclude_case(session, row.id, now=now)
    return row


def append_fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, draft: FactDraft, *, now: datetime
) -> Fact:
    """Add a dated step; it counts once somebody else has verified it."""
    case = get_case(session, viewer, case_id, for_change=True)
    span = check_date(draft.date, now, "/date")
    _check_sentence(draft)
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
        is_life=draft.life,
        fine=draft.fine,
        fine_amount=draft.fine_amount,
        fine_currency=draft.fine_currency,
        sanctions=[one.value for one in dict.fromkeys(draft.sanctions)],
        flags=[name for name in _FLAGS if getattr(draft, name)],
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _touch(session, viewer, case, "append_fact", row, now=now)
    conclude_case(session, case.id, now=now)
    return row


def verify_fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, fact_id: uuid.UUID, *, now: datetime
) -> Fact:
    """Stand for a fact that somebody else entered."""
    case, row = _fact(session, viewer, case_id, fact_id)
    second_person.stand_for(session, viewer, row, what="a fact", now=now)
    _touch(session, viewer, case, "verify_fact", row, now=now)
    conclude_case(session, case.id, now=now, is_seen=True)
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
    second_person.withdraw(viewer, row, what="a fact", reason=reason, now=now)
    _touch(session, viewer, case, "retract_fact", row, now=now, reason=reason)
    conclude_case(session, case.id, now=now, is_seen=True)
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
    record_case(
        session,
        viewer,
        case_id,
        f"{action}_refused",
        now=now,
        reason=refusal.detail,
        changes={"fact": str(fact_id)},
    )
    ledger.bump(session, "staff")


def check_incidents(
    session: Session,
    viewer: Viewer,
    ids: Sequence[uuid.UUID],
    *,
    known: Collection[uuid.UUID] = (),
) -> None:
    """Take only incidents this viewer sees, or that are joined already (`known`)."""
    if not ids:
        raise wrong("/incident_ids", "missing", "A case belongs to at least one incident.")
    for index, incident_id in enumerate(ids):
        if incident_id in known:
            continue
        try:
            get_incident(session, viewer, incident_id)
        except NotFound:
            raise wrong(f"/incident_ids/{index}", "unknown", "There is no such incident.") from None


def join_incidents(session: Session, case_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    """Make these the incidents of a case."""
    session.execute(sa.delete(case_incidents).where(case_incidents.c.case_id == case_id))
    session.execute(
        sa.insert(case_incidents),
        [{"case_id": case_id, "incident_id": one} for one in dict.fromkeys(ids)],
    )


def _fact(
    session: Session, viewer: Viewer, case_id: uuid.UUID, fact_id: uuid.UUID
) -> tuple[Case, Fact]:
    case = get_case(session, viewer, case_id, for_change=True)
    row = next((one for one in case.facts if one.id == fact_id), None)
    if row is None:
        raise NotFound("this case has no such fact: GET the case shows them")
    return case, row


def _check_sentence(draft: FactDraft) -> None:
    if draft.life and draft.sentence_months is not None:
        raise wrong("/sentence_months", "contradiction", "A sentence for life has no months.")
    if (draft.fine_amount is None) != (draft.fine_currency is None):
        raise wrong("/fine_currency", "incomplete", "An amount and its currency go together.")


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
    record_case(session, viewer, case.id, action, now=now, reason=reason, changes=changes)


def record_case(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """Append a revision of a case."""
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


def conclude_case(
    session: Session,
    case_id: uuid.UUID,
    *,
    now: datetime,
    is_seen: bool = False,
    also: Sequence[uuid.UUID] = (),
) -> None:
    """Conclude the incidents of a case anew, and tell those who poll; `is_seen`: the case reads anew.

    `also` are incidents that it had before.
    """
    session.flush()
    ids = list(dict.fromkeys([*incidents_of(session, [case_id])[case_id], *also]))
    changed = conclusions.refresh_all(session, ids, now=now)
    if is_seen and not changed:
        changed = has_public_incident(session, case_id)
    ledger.bump(session, "staff", *(["public"] if changed else []))


def has_public_incident(session: Session, case_id: uuid.UUID) -> bool:
    """Whether an incident of a case is published."""
    ids = incidents_of(session, [case_id])[case_id]
    return bool(
        session.scalar(
            sa.select(sa.func.count()).where(
                Incident.id.in_(ids), Incident.status == WorkflowStatus.PUBLISHED
            )
        )
    )
