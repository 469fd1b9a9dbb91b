# SPDX-License-Identifier: Apache-2.0
"""`/replies`: what States were asked, and what they answered."""

import uuid

from fastapi import APIRouter, Request, Response

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
from app.api.schemas.replies import NewReply, ReplyPatch
from app.api.statements import page_by_id, published
from app.api.strict import StrictRoute
from app.services import replies, reply_views
from app.services.justice_drafts import ReplyDraft
from app.storage.replies import ReplyFilter

router = APIRouter(prefix="/replies", tags=["replies"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_replies(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    page: PageDep,
    country: str | None = None,
    incident: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    recommendation: uuid.UUID | None = None,
    answered: bool | None = None,
    overdue: bool | None = None,
) -> Response:
    """Published questions to States with their answers, by id. What a State claims, not what is so."""
    wanted = ReplyFilter(
        today=now.date(),
        country=parameters.one_country(country),
        incident_id=incident,
        case_id=case,
        recommendation_id=recommendation,
        answered=answered,
        overdue=overdue,
    )
    found = reply_views.list_reply_views(
        session, viewer, wanted, limit=page.limit + 1, after=parameters.after_id(page.after)
    )
    return page_by_id(page, found)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_reply(
    body: NewReply, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Enter a question, with its answer if one came; everybody sees it once somebody else publishes it."""

    def act() -> Response:
        row = replies.create_reply(session, caller, body.to_draft(ReplyDraft), now=now)
        view = reply_views.reply_view(session, caller, row.id, now=now)
        return answers.item(view, status=201, location=f"/api/v1/replies/{row.id}")

    return once(act)


@router.get("/{reply_id}", responses=responses(401, 404))
def get_reply(
    reply_id: uuid.UUID,
    request: Request,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
) -> Response:
    """One of them."""
    view = reply_views.reply_view(session, viewer, reply_id, now=now)
    parameters.stamp_version(request, view["version"])
    return answers.item(view)


@router.patch("/{reply_id}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def edit_reply(
    reply_id: uuid.UUID,
    body: ReplyPatch,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change the fields you send, such as an answer that came. `If-Match` says which version you read."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(mode="json", exclude_unset=True, exclude={"reason"})
    replies.edit_reply(
        session, caller, reply_id, patch, version=version, now=now, reason=body.reason
    )
    return answers.item(reply_views.reply_view(session, caller, reply_id, now=now))


@router.post("/{reply_id}:publish", responses=responses(401, 403, 404, 409))
def publish_reply(
    reply_id: uuid.UUID, sessions: SessionsDep, caller: IncidentReader, now: NowDep
) -> Response:
    """Make it public, by somebody other than who entered it; from then on UNESCO's rate counts it."""
    return published(
        sessions,
        caller,
        "reply",
        reply_id,
        now,
        lambda session: reply_views.reply_view(session, caller, reply_id, now=now),
    )
