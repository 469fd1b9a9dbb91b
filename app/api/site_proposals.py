# SPDX-License-Identifier: Apache-2.0
"""`/decisions/{id}/proposals`: the domains of a decision, proposed as sites to watch."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api import answers
from app.api.dependencies import IncidentReader, NowDep, ReadingDep, SiteWriter, WritingDep
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.replies import AcceptSite
from app.api.strict import StrictRoute
from app.services import site_proposals

router = APIRouter(prefix="/decisions", tags=["decisions"], route_class=StrictRoute)

Domain = Annotated[str, Path(max_length=300, description="As the proposals spell it.")]


@router.get("/{decision_id}/proposals", responses=responses(401, 403, 404))
def list_proposals(decision_id: uuid.UUID, session: ReadingDep, caller: IncidentReader) -> Response:
    """Each domain of a decision: proposed, listed already, accepted or declined."""
    return answers.rows(None, site_proposals.list_proposals(session, caller, decision_id))


@router.post(
    "/{decision_id}/proposals/{domain}:accept", responses=responses(401, 403, 404, 409, 422)
)
def accept_proposal(
    decision_id: uuid.UUID,
    domain: Domain,
    body: AcceptSite,
    session: WritingDep,
    caller: SiteWriter,
    now: NowDep,
) -> Response:
    """Watch it as a site of the outlet; it is probed at once if its category is one that is probed."""
    made = site_proposals.accept(
        session,
        caller,
        decision_id,
        domain,
        category_code=body.category_code,
        outlet_id=body.outlet_id,
        now=now,
    )
    return answers.item(made)


@router.post(
    "/{decision_id}/proposals/{domain}:decline", responses=responses(401, 403, 404, 409, 422)
)
def decline_proposal(
    decision_id: uuid.UUID,
    domain: Domain,
    body: ReasonBody,
    session: WritingDep,
    caller: SiteWriter,
    now: NowDep,
) -> Response:
    """Say why it is not watched."""
    made = site_proposals.decline(session, caller, decision_id, domain, reason=body.reason, now=now)
    return answers.item(made)
