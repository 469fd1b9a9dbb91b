# SPDX-License-Identifier: Apache-2.0
"""`/incidents/{id}/claims`: what sources say of a field, also where they disagree."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers
from app.api.conditional import ConditionalDep
from app.api.dependencies import (
    IncidentReader,
    IncidentWriter,
    NowDep,
    ReadingDep,
    ViewerDep,
    WritingDep,
)
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.evidence import NewClaim
from app.api.strict import StrictRoute
from app.services import claims
from app.services.drafts import ClaimDraft

router = APIRouter(
    prefix="/incidents/{incident_id}/claims", tags=["incidents"], route_class=StrictRoute
)


@router.get("", responses=responses(401, 404, 422))
def list_claims(
    incident_id: uuid.UUID,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
) -> Response:
    """Every claim you may see, oldest first. Where they differ, the incident's `disagreements` say so."""
    return answers.rows(None, claims.list_claims(session, viewer, incident_id, now=now))


@router.post("", status_code=201, responses=responses(400, 401, 403, 404, 422))
def add_claim(
    incident_id: uuid.UUID,
    body: NewClaim,
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Keep what a source says of a field. The field itself stays as it is."""

    def act() -> Response:
        row = claims.add_claim(session, caller, incident_id, body.to_draft(ClaimDraft), now=now)
        view = claims.claim_view(row, full=True)
        location = f"/api/v1/incidents/{incident_id}/claims#{row.id}"
        return answers.item(view, status=201, location=location)

    return once(act)


@router.post("/{claim_id}:verify", responses=responses(401, 403, 404, 409))
def verify_claim(
    incident_id: uuid.UUID,
    claim_id: uuid.UUID,
    session: WritingDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a claim that somebody else entered; from now on everybody is told."""
    row = claims.verify_claim(session, caller, incident_id, claim_id, now=now)
    return answers.item(claims.claim_view(row, full=True))


@router.post("/{claim_id}:retract", responses=responses(401, 403, 404, 409, 422))
def retract_claim(
    incident_id: uuid.UUID,
    claim_id: uuid.UUID,
    body: ReasonBody,
    session: WritingDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw a claim, with a reason; it stays on record."""
    row = claims.retract_claim(session, caller, incident_id, claim_id, reason=body.reason, now=now)
    return answers.item(claims.claim_view(row, full=True))
