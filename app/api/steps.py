# SPDX-License-Identifier: Apache-2.0
"""`/incidents/{id}:verify` and its kin: the steps of an incident's way to the public record.

A refused step leaves a trace.
"""

import uuid
from datetime import datetime

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api import answers
from app.api.dependencies import IncidentReader, NowDep, SessionsDep
from app.api.problems import responses
from app.api.schemas.incidents import DuplicateBody, StepBody
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.errors import QalamError
from app.services import record, workflow
from app.storage.database import Sessions

router = APIRouter(prefix="/incidents", tags=["incidents"], route_class=StrictRoute)

_ANSWERS = responses(400, 401, 403, 404, 409, 422)


def _step(
    sessions: Sessions,
    caller: Viewer,
    incident_id: uuid.UUID,
    action: Action,
    now: datetime,
    *,
    reason: str | None,
    duplicate_of: uuid.UUID | None = None,
) -> Response:
    def act(session: Session) -> Response:
        workflow.transition(
            session,
            caller,
            incident_id,
            action,
            now=now,
            reason=reason,
            duplicate_of=duplicate_of,
        )
        return answers.item(record.incident_view(session, caller, incident_id, now=now))

    def trace(session: Session, refusal: QalamError) -> None:
        workflow.note_refusal(session, caller, incident_id, action.value, refusal, now=now)

    return traced(sessions, act, trace)


def _reason(body: StepBody | None) -> str | None:
    return body.reason if body is not None else None


@router.post("/{incident_id}:submit", responses=_ANSWERS)
def submit(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody | None = None,
) -> Response:
    """Hand a draft in."""
    return _step(sessions, caller, incident_id, Action.SUBMIT, now, reason=_reason(body))


@router.post("/{incident_id}:review", responses=_ANSWERS)
def review(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody | None = None,
) -> Response:
    """Begin to check it."""
    return _step(sessions, caller, incident_id, Action.REVIEW, now, reason=_reason(body))


@router.post("/{incident_id}:request-information", responses=_ANSWERS)
def request_information(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody,
) -> Response:
    """Give it back to its submitter with a question."""
    action = Action.REQUEST_INFORMATION
    return _step(sessions, caller, incident_id, action, now, reason=body.reason)


@router.post("/{incident_id}:verify", responses=_ANSWERS)
def verify(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody | None = None,
) -> Response:
    """Stand for it: by somebody else than its submitter, on two sources, or one with a reason."""
    return _step(sessions, caller, incident_id, Action.VERIFY, now, reason=_reason(body))


@router.post("/{incident_id}:publish", responses=_ANSWERS)
def publish(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody | None = None,
) -> Response:
    """Make it public, by somebody else than its submitter; it gets its reference."""
    return _step(sessions, caller, incident_id, Action.PUBLISH, now, reason=_reason(body))


@router.post("/{incident_id}:reject", responses=_ANSWERS)
def reject(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody,
) -> Response:
    """Set it aside, with a reason."""
    return _step(sessions, caller, incident_id, Action.REJECT, now, reason=body.reason)


@router.post("/{incident_id}:mark-duplicate", responses=_ANSWERS)
def mark_duplicate(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: DuplicateBody,
) -> Response:
    """Say that it repeats another incident."""
    action, reason = Action.MARK_DUPLICATE, body.reason
    return _step(
        sessions, caller, incident_id, action, now, reason=reason, duplicate_of=body.duplicate_of
    )


@router.post("/{incident_id}:retract", responses=_ANSWERS)
def retract(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody,
) -> Response:
    """Withdraw what was public, with a reason."""
    return _step(sessions, caller, incident_id, Action.RETRACT, now, reason=body.reason)
