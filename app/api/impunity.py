# SPDX-License-Identifier: Apache-2.0
"""`/incidents/{id}/impunity`: the level on any day and by any knowledge, a preview, a level by hand."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import (
    IncidentReader,
    NowDep,
    ReadingDep,
    SessionsDep,
    ViewerDep,
    WritingDep,
)
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.impunity import NewOverride, SuppositionBody
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.visibility import Viewer
from app.errors import QalamError
from app.services import overrides, previews, record, workflow
from app.services.drafts import CitationDraft
from app.services.previews import Supposition
from app.storage.database import Sessions

router = APIRouter(prefix="/incidents", tags=["impunity"], route_class=StrictRoute)

AsOf = Annotated[date | None, Query(description="Conclude from what had happened by this day.")]
KnownAt = Annotated[
    datetime | None, Query(description="Conclude from what was on record at this time.")
]


@router.get("/{incident_id}/impunity", responses=responses(401, 404, 422))
def get_impunity(
    incident_id: uuid.UUID,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """The level with its reasons, two sentences that explain it, and the facts it rests on."""
    view = record.incident_view(
        session,
        viewer,
        incident_id,
        now=now,
        as_of=as_of,
        known_at=parameters.aware("known_at", known_at),
    )
    return answers.item(view["impunity"])


@router.post("/{incident_id}/impunity:preview", responses=responses(400, 401, 403, 404, 422))
def preview_impunity(
    incident_id: uuid.UUID,
    body: SuppositionBody,
    session: ReadingDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """The level that would result if more had happened, or less. Nothing is saved."""
    supposed = body.to_draft(Supposition)
    return answers.item(previews.preview(session, caller, incident_id, supposed, now=now))


@router.get("/{incident_id}/impunity/overrides", responses=responses(401, 404))
def list_overrides(
    incident_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """Levels set by hand for it, withdrawn ones too; to everybody only confirmed ones."""
    return answers.rows(None, overrides.list_overrides(session, viewer, incident_id))


@router.post(
    "/{incident_id}/impunity/overrides",
    status_code=201,
    responses=responses(400, 401, 403, 404, 422),
)
def propose_override(
    incident_id: uuid.UUID,
    body: NewOverride,
    session: WritingDep,
    caller: IncidentReader,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Propose another level, with a reason and a source. It stands once somebody else confirms it."""

    def act() -> Response:
        made = overrides.propose(
            session,
            caller,
            incident_id,
            level=body.level,
            reason=body.reason,
            source=body.source.to_draft(CitationDraft),
            since=body.since,
            now=now,
        )
        return _shown(session, caller, incident_id, made.id, status=201)

    return once(act)


@router.post(
    "/{incident_id}/impunity/overrides/{override_id}:confirm",
    responses=responses(401, 403, 404, 409),
)
def confirm_override(
    incident_id: uuid.UUID,
    override_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a level that somebody else proposed; from now on it is laid over the derived one."""

    def act(session: Session) -> Response:
        overrides.confirm(session, caller, incident_id, override_id, now=now)
        return _shown(session, caller, incident_id, override_id)

    return _traced(sessions, caller, incident_id, "confirm_override", act, now)


@router.post(
    "/{incident_id}/impunity/overrides/{override_id}:withdraw",
    responses=responses(401, 403, 404, 409, 422),
)
def withdraw_override(
    incident_id: uuid.UUID,
    override_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Take it back, with a reason; the derived level stands again."""

    def act(session: Session) -> Response:
        overrides.withdraw(session, caller, incident_id, override_id, reason=body.reason, now=now)
        return _shown(session, caller, incident_id, override_id)

    return _traced(sessions, caller, incident_id, "withdraw_override", act, now)


def _traced(
    sessions: Sessions,
    caller: Viewer,
    incident_id: uuid.UUID,
    action: str,
    act: Callable[[Session], Response],
    now: datetime,
) -> Response:
    def trace(session: Session, refusal: QalamError) -> None:
        workflow.note_refusal(session, caller, incident_id, action, refusal, now=now)

    return traced(sessions, act, trace)


def _shown(
    session: Session,
    caller: Viewer,
    incident_id: uuid.UUID,
    override_id: uuid.UUID,
    *,
    status: int = 200,
) -> Response:
    found = overrides.list_overrides(session, caller, incident_id)
    view = next(one for one in found if one["id"] == override_id)
    place = f"/api/v1/incidents/{incident_id}/impunity/overrides" if status == 201 else None
    return answers.item(view, status=status, location=place)
