# SPDX-License-Identifier: Apache-2.0
"""What became of a recommendation: dated steps, each counted once a second person verified it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import RecommendationStatus
from app.errors import NotFound, QalamError
from app.services import recommendations, second_person
from app.services.checks import check_date
from app.services.citations import cite
from app.services.justice_drafts import StepDraft
from app.storage import ledger
from app.storage.database import new_id
from app.storage.decisions import Recommendation
from app.storage.recommendations import RecommendationStep, steps_of


def append_step(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    draft: StepDraft,
    *,
    now: datetime,
) -> RecommendationStep:
    """Say what became of it; that counts once somebody else has verified it."""
    row = recommendations.find_recommendation(session, viewer, recommendation_id)
    span = check_date(draft.date, now, "/date")
    citation = cite(session, draft.source, now=now)
    present = steps_of(session, [row.id])[row.id]
    step = RecommendationStep(
        id=new_id(),
        recommendation_id=row.id,
        sequence=max((one.sequence for one in present), default=0) + 1,
        status=draft.status,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        note=draft.note,
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(step)
    _touch(session, viewer, row, "append_step", step, was=row.status, now=now)
    ledger.bump(session, "staff")
    return step


def verify_step(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    *,
    now: datetime,
) -> RecommendationStep:
    """Stand for a step that somebody else entered; the recommendation's status follows."""
    row, step = _step(session, viewer, recommendation_id, step_id)
    was = row.status
    second_person.stand_for(session, viewer, step, what="a step", now=now)
    _follow(session, row)
    _touch(session, viewer, row, "verify_step", step, was=was, now=now)
    ledger.bump(session, "staff", *(["public"] if row.is_published else []))
    return step


def retract_step(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> RecommendationStep:
    """Withdraw a step with a reason; the status goes back to what stood before it."""
    row, step = _step(session, viewer, recommendation_id, step_id)
    was_told, was = step.verified_at is not None, row.status
    second_person.withdraw(viewer, step, what="a step", reason=reason, now=now)
    _follow(session, row)
    _touch(session, viewer, row, "retract_step", step, was=was, now=now, reason=reason)
    ledger.bump(session, "staff", *(["public"] if row.is_published and was_told else []))
    return step


def note_refusal(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    try:
        row, _ = _step(session, viewer, recommendation_id, step_id)
    except NotFound:
        return
    changes = {"step": str(step_id)}
    action = f"{action}_refused"
    recommendations.record_recommendation(
        session, viewer, row.id, action, now=now, changes=changes, reason=refusal.detail
    )
    ledger.bump(session, "staff")


def _follow(session: Session, row: Recommendation) -> None:
    """Let the status be what the last step that counts says; without one, what it began with."""
    session.flush()
    counted = [
        one
        for one in steps_of(session, [row.id])[row.id]
        if one.verified_at is not None and one.retracted_at is None
    ]
    row.status = counted[-1].status if counted else status_before_steps(session, row)


def status_before_steps(session: Session, row: Recommendation) -> RecommendationStatus:
    """Return the status a recommendation had before any step counted."""
    for one in ledger.revisions_of(session, "recommendation", row.id):
        if one.action == "verify_step":
            return RecommendationStatus(one.changes["was"])
    return row.status


def _step(
    session: Session, viewer: Viewer, recommendation_id: uuid.UUID, step_id: uuid.UUID
) -> tuple[Recommendation, RecommendationStep]:
    row = recommendations.find_recommendation(session, viewer, recommendation_id)
    step = session.get(RecommendationStep, step_id)
    if step is None or step.recommendation_id != row.id:
        raise NotFound("this recommendation has no such step: GET it shows them")
    return row, step


def _touch(
    session: Session,
    viewer: Viewer,
    row: Recommendation,
    action: str,
    step: RecommendationStep,
    *,
    was: RecommendationStatus,
    now: datetime,
    reason: str | None = None,
) -> None:
    row.version += 1
    row.updated_at = now
    changes = {"step": str(step.id), "status": step.status.value, "was": was.value}
    recommendations.record_recommendation(
        session, viewer, row.id, action, now=now, changes=changes, reason=reason
    )
    session.flush()
