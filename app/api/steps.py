# SPDX-License-Identifier: Apache-2.0
"""`/incidents/{id}:verify` and its kin: the steps of an incident's way to the public record.

A refused step leaves a trace. Never here: the rules (app/services/workflow.py, pending_changes.py).
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api import answers
from app.api.dependencies import IncidentReader, NowDep, SessionsDep
from app.api.problems import responses
from app.api.schemas.impunity import ChangesBody, MergeBody
from app.api.schemas.incidents import DuplicateBody, StepBody
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.errors import QalamError
from app.services import merging, pending_changes, record, workflow
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
    def take(session: Session) -> None:
        workflow.transition(
            session,
            caller,
            incident_id,
            action,
            now=now,
            reason=reason,
            duplicate_of=duplicate_of,
        )

    return _taken(sessions, caller, incident_id, action.value, take, now)


def _taken(
    sessions: Sessions,
    caller: Viewer,
    incident_id: uuid.UUID,
    action: str,
    take: Callable[[Session], object],
    now: datetime,
) -> Response:
    def act(session: Session) -> Response:
        take(session)
        return answers.item(record.incident_view(session, caller, incident_id, now=now))

    def trace(session: Session, refusal: QalamError) -> None:
        workflow.note_refusal(session, caller, incident_id, action, refusal, now=now)

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


@router.post("/{incident_id}:triage", responses=_ANSWERS)
def triage(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: StepBody | None = None,
) -> Response:
    """Sort it: somebody looks through what came in. The way to verification does not need it."""
    return _step(sessions, caller, incident_id, Action.TRIAGE, now, reason=_reason(body))


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


@router.post("/{incident_id}:merge", responses=_ANSWERS)
def merge(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: MergeBody,
) -> Response:
    """Merge it into another, which stays and gets its sources, as a change under the usual rules."""

    def take(session: Session) -> None:
        merging.merge(
            session,
            caller,
            incident_id,
            merged_into=body.merged_into,
            reason=body.reason,
            now=now,
        )

    return _taken(sessions, caller, incident_id, Action.MERGE.value, take, now)


@router.post("/{incident_id}:approve-changes", responses=_ANSWERS)
def approve_changes(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: ChangesBody | None = None,
) -> Response:
    """Verify changes of a public incident that somebody else proposed; then everybody reads them."""
    asked = body or ChangesBody()

    def take(session: Session) -> None:
        pending_changes.approve(
            session, caller, incident_id, fields=asked.fields, reason=asked.reason, now=now
        )

    return _taken(sessions, caller, incident_id, "approve_changes", take, now)


@router.post("/{incident_id}:decline-changes", responses=_ANSWERS)
def decline_changes(
    incident_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
    body: ChangesBody,
) -> Response:
    """Set proposed changes aside, with a reason; who proposed them takes them back so."""

    def take(session: Session) -> None:
        pending_changes.decline(
            session, caller, incident_id, fields=body.fields, reason=body.reason or "", now=now
        )

    return _taken(sessions, caller, incident_id, "decline_changes", take, now)


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
