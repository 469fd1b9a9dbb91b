# SPDX-License-Identifier: Apache-2.0
"""`/event-groups`: the wider happenings incidents belong to."""

import uuid

from fastapi import APIRouter, Response

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
from app.api.problems import responses
from app.api.schemas.cases import NewEventGroup
from app.api.statements import page_by_id, published
from app.api.strict import StrictRoute
from app.services import decisions, statement_views
from app.services.drafts import EventGroupDraft

router = APIRouter(prefix="/event-groups", tags=["event_groups"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_event_groups(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    country: str | None = None,
) -> Response:
    """Published event groups, by id."""
    found = statement_views.list_event_group_views(
        session,
        viewer,
        country=parameters.one_country(country),
        limit=page.limit + 1,
        after=parameters.after_id(page.after),
    )
    return page_by_id(page, found)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_event_group(
    body: NewEventGroup, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Enter one; everybody sees it once somebody else publishes it."""

    def act() -> Response:
        row = decisions.create_event_group(session, caller, body.to_draft(EventGroupDraft), now=now)
        view = statement_views.find_view(session, caller, "event_group", row.id)
        return answers.item(view, status=201, location=f"/api/v1/event-groups/{row.id}")

    return once(act)


@router.get("/{event_group_id}", responses=responses(401, 404))
def get_event_group(
    event_group_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """One of them."""
    return answers.item(statement_views.find_view(session, viewer, "event_group", event_group_id))


@router.post("/{event_group_id}:publish", responses=responses(401, 403, 404, 409))
def publish_event_group(
    event_group_id: uuid.UUID, sessions: SessionsDep, caller: IncidentReader, now: NowDep
) -> Response:
    """Make it public, by somebody other than who entered it."""
    return published(
        sessions,
        caller,
        "event_group",
        event_group_id,
        now,
        lambda session: statement_views.find_view(session, caller, "event_group", event_group_id),
    )
