# SPDX-License-Identifier: Apache-2.0
"""`/decisions`: acts of authorities, and the outlets they fall on."""

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
from app.api.schemas.cases import NewDecision
from app.api.statements import page_by_id, published
from app.api.strict import StrictRoute
from app.domain.vocabulary import LegalGround
from app.services import decisions, statement_views
from app.services.drafts import DecisionDraft
from app.storage.decisions import StatementFilter

router = APIRouter(prefix="/decisions", tags=["decisions"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_decisions(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    country: str | None = None,
    ground: LegalGround | None = None,
) -> Response:
    """Published decisions, by id."""
    wanted = StatementFilter(country=parameters.one_country(country), ground=ground)
    found = statement_views.list_decision_views(
        session, viewer, wanted, limit=page.limit + 1, after=parameters.after_id(page.after)
    )
    return page_by_id(page, found)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_decision(
    body: NewDecision, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Enter one; everybody sees it once somebody else publishes it."""

    def act() -> Response:
        row = decisions.create_decision(session, caller, body.to_draft(DecisionDraft), now=now)
        view = statement_views.find_view(session, caller, "decision", row.id)
        return answers.item(view, status=201, location=f"/api/v1/decisions/{row.id}")

    return once(act)


@router.get("/{decision_id}", responses=responses(401, 404))
def get_decision(
    decision_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """One of them."""
    return answers.item(statement_views.find_view(session, viewer, "decision", decision_id))


@router.post("/{decision_id}:publish", responses=responses(401, 403, 404, 409))
def publish_decision(
    decision_id: uuid.UUID, sessions: SessionsDep, caller: IncidentReader, now: NowDep
) -> Response:
    """Make it public, by somebody other than who entered it."""
    return published(
        sessions,
        caller,
        "decision",
        decision_id,
        now,
        lambda session: statement_views.find_view(session, caller, "decision", decision_id),
    )
