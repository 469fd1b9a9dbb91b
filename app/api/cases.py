# SPDX-License-Identifier: Apache-2.0
"""`/cases`: legal cases and their dated facts; a second person stands for what is said of somebody."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
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
from app.api.schemas.cases import CasePatch, NewCase, NewFact, ReasonBody
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity, Stage
from app.errors import QalamError
from app.services import case_edits, case_views, cases
from app.services.drafts import CaseDraft, FactDraft
from app.storage.cases import CaseFilter

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)

AsOf = Annotated[date | None, Query(description="By what had happened on this day.")]


@router.get("", responses=responses(400, 401, 422))
def list_cases(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    page: PageDep,
    country: str | None = None,
    polarity: Polarity | None = None,
    stage: Stage | None = None,
    incident: uuid.UUID | None = None,
    person: uuid.UUID | None = None,
    outlet: uuid.UUID | None = None,
) -> Response:
    """Every case you may see with its stage, facts and parties, by id."""
    wanted = CaseFilter(
        country=parameters.one_country(country),
        polarity=polarity,
        incident_id=incident,
        person_id=person,
        outlet_id=outlet,
    )
    found = case_views.list_case_views(
        session,
        viewer,
        wanted,
        now=now,
        limit=page.limit + 1,
        after=parameters.after_id(page.after),
        stage=stage,
    )
    kept = found[: page.limit]
    place = [str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_case(
    body: NewCase, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Open the record of a case; everybody sees it from its first verified fact."""

    def act() -> Response:
        row = cases.create_case(session, caller, body.to_draft(CaseDraft), now=now)
        view = case_views.case_view(session, caller, row.id, now=now)
        return answers.item(view, status=201, location=f"/api/v1/cases/{row.id}")

    return once(act)


@router.get("/{case_id}", responses=responses(401, 404, 422))
def get_case(
    case_id: uuid.UUID,
    request: Request,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    as_of: AsOf = None,
) -> Response:
    """One case: its stage, the facts that count as a timeline, parties, each sentence."""
    view = case_views.case_view(session, viewer, case_id, now=now, as_of=as_of)
    if view["version"] is not None:
        parameters.stamp_version(request, view["version"])
    return answers.item(view)


@router.patch("/{case_id}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def edit_case(
    case_id: uuid.UUID,
    body: CasePatch,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change the fields you send of the case itself. `If-Match` says which version you read."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(mode="json", exclude_unset=True, exclude={"reason"})
    case_edits.edit_case(
        session, caller, case_id, patch, version=version, now=now, reason=body.reason
    )
    return answers.item(case_views.case_view(session, caller, case_id, now=now))


@router.get("/{case_id}/facts", responses=responses(401, 404, 422))
def list_facts(
    case_id: uuid.UUID,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    as_of: AsOf = None,
) -> Response:
    """The facts of one case that count, in the order they were entered."""
    view = case_views.case_view(session, viewer, case_id, now=now, as_of=as_of)
    return answers.rows(None, view["facts"])


@router.post("/{case_id}/facts", status_code=201, responses=responses(400, 401, 403, 404, 422))
def append_fact(
    case_id: uuid.UUID,
    body: NewFact,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Add a dated step. It counts once somebody else has verified it."""

    def act() -> Response:
        row = cases.append_fact(session, caller, case_id, body.to_draft(FactDraft), now=now)
        view = _fact(session, caller, case_id, row.id, now)
        return answers.item(view, status=201, location=f"/api/v1/cases/{case_id}/facts#{row.id}")

    return once(act)


@router.post("/{case_id}/facts/{fact_id}:verify", responses=responses(401, 403, 404, 409))
def verify_fact(
    case_id: uuid.UUID,
    fact_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a fact that somebody else entered; from now on it counts."""

    def act(session: Session) -> Response:
        cases.verify_fact(session, caller, case_id, fact_id, now=now)
        return answers.item(_fact(session, caller, case_id, fact_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        cases.note_refusal(session, caller, case_id, fact_id, "verify_fact", refusal, now=now)

    return traced(sessions, act, trace)


@router.post("/{case_id}/facts/{fact_id}:retract", responses=responses(401, 403, 404, 409, 422))
def retract_fact(
    case_id: uuid.UUID,
    fact_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw a fact, with a reason; it stays on record for answers about past knowledge."""

    def act(session: Session) -> Response:
        cases.retract_fact(session, caller, case_id, fact_id, reason=body.reason, now=now)
        return answers.item(_fact(session, caller, case_id, fact_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        cases.note_refusal(session, caller, case_id, fact_id, "retract_fact", refusal, now=now)

    return traced(sessions, act, trace)


def _fact(
    session: Session, caller: Viewer, case_id: uuid.UUID, fact_id: uuid.UUID, now: datetime
) -> dict[str, Any]:
    view = case_views.case_view(session, caller, case_id, now=now)
    return next(one for one in view["facts"] if one["id"] == fact_id)
