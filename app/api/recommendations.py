# SPDX-License-Identifier: Apache-2.0
"""`/recommendations`: who is asked by whom to do what, by when, and what became of it."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import (
    CaseWriter,
    IncidentReader,
    NowDep,
    ReadingDep,
    SessionsDep,
    ViewerDep,
    WritingDep,
)
from app.api.idempotency import OnceDep
from app.api.paging import PageDep
from app.api.parameters import IfMatch
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.replies import NewRecommendation, NewStep, RecommendationPatch
from app.api.statements import page_by_id, published
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.visibility import Viewer
from app.domain.vocabulary import RecommendationStatus
from app.errors import QalamError
from app.services import recommendation_steps, recommendation_views, recommendations
from app.services.drafts import RecommendationDraft
from app.services.justice_drafts import StepDraft
from app.storage.recommendations import RecommendationFilter

router = APIRouter(prefix="/recommendations", tags=["recommendations"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_recommendations(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    page: PageDep,
    country: str | None = None,
    incident: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    status: RecommendationStatus | None = None,
    overdue: bool | None = None,
) -> Response:
    """Published recommendations with what became of them and what was answered, by id.

    Overdue are those whose deadline has passed and that are neither refused, done nor lapsed.
    """
    wanted = RecommendationFilter(
        today=now.date(),
        country=parameters.one_country(country),
        incident_id=incident,
        case_id=case,
        status=status,
        overdue=overdue,
    )
    found = recommendation_views.list_recommendation_views(
        session, viewer, wanted, limit=page.limit + 1, after=parameters.after_id(page.after)
    )
    return page_by_id(page, found)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_recommendation(
    body: NewRecommendation, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Enter one; everybody sees it once somebody else publishes it."""

    def act() -> Response:
        row = recommendations.create_recommendation(
            session, caller, body.to_draft(RecommendationDraft), now=now
        )
        view = _view(session, caller, row.id, now)
        return answers.item(view, status=201, location=f"/api/v1/recommendations/{row.id}")

    return once(act)


@router.get("/{recommendation_id}", responses=responses(401, 404))
def get_recommendation(
    recommendation_id: uuid.UUID,
    request: Request,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
) -> Response:
    """One of them."""
    view = _view(session, viewer, recommendation_id, now)
    parameters.stamp_version(request, view["version"])
    return answers.item(view)


@router.patch("/{recommendation_id}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def edit_recommendation(
    recommendation_id: uuid.UUID,
    body: RecommendationPatch,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change the fields you send. `If-Match` says which version you read."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(mode="json", exclude_unset=True, exclude={"reason"})
    recommendations.edit_recommendation(
        session, caller, recommendation_id, patch, version=version, now=now, reason=body.reason
    )
    return answers.item(_view(session, caller, recommendation_id, now))


@router.post("/{recommendation_id}:publish", responses=responses(401, 403, 404, 409))
def publish_recommendation(
    recommendation_id: uuid.UUID, sessions: SessionsDep, caller: IncidentReader, now: NowDep
) -> Response:
    """Make it public, by somebody other than who entered it."""
    return published(
        sessions,
        caller,
        "recommendation",
        recommendation_id,
        now,
        lambda session: _view(session, caller, recommendation_id, now),
    )


@router.post(
    "/{recommendation_id}/steps", status_code=201, responses=responses(400, 401, 403, 404, 422)
)
def append_step(
    recommendation_id: uuid.UUID,
    body: NewStep,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Say what became of it. It counts once somebody else has verified it."""

    def act() -> Response:
        row = recommendation_steps.append_step(
            session, caller, recommendation_id, body.to_draft(StepDraft), now=now
        )
        view = _step(session, caller, recommendation_id, row.id, now)
        place = f"/api/v1/recommendations/{recommendation_id}#{row.id}"
        return answers.item(view, status=201, location=place)

    return once(act)


@router.post("/{recommendation_id}/steps/{step_id}:verify", responses=responses(401, 403, 404, 409))
def verify_step(
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a step that somebody else entered; the status follows."""

    def act(session: Session) -> Response:
        recommendation_steps.verify_step(session, caller, recommendation_id, step_id, now=now)
        return answers.item(_step(session, caller, recommendation_id, step_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        recommendation_steps.note_refusal(
            session, caller, recommendation_id, step_id, "verify_step", refusal, now=now
        )

    return traced(sessions, act, trace)


@router.post(
    "/{recommendation_id}/steps/{step_id}:retract", responses=responses(401, 403, 404, 409, 422)
)
def retract_step(
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw a step, with a reason; the status goes back to what stood before it."""

    def act(session: Session) -> Response:
        recommendation_steps.retract_step(
            session, caller, recommendation_id, step_id, reason=body.reason, now=now
        )
        return answers.item(_view(session, caller, recommendation_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        recommendation_steps.note_refusal(
            session, caller, recommendation_id, step_id, "retract_step", refusal, now=now
        )

    return traced(sessions, act, trace)


def _view(
    session: Session, viewer: Viewer, recommendation_id: uuid.UUID, now: datetime
) -> dict[str, Any]:
    return recommendation_views.recommendation_view(session, viewer, recommendation_id, now=now)


def _step(
    session: Session,
    viewer: Viewer,
    recommendation_id: uuid.UUID,
    step_id: uuid.UUID,
    now: datetime,
) -> dict[str, Any]:
    history = _view(session, viewer, recommendation_id, now)["history"]
    found: dict[str, Any] = next(one for one in history if one["id"] == step_id)
    return found
