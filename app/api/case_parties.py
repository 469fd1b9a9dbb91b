# SPDX-License-Identifier: Apache-2.0
"""`/cases/{id}/parties`: who is party to a case, in which role; a second person stands for each."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api import answers
from app.api.dependencies import CaseWriter, IncidentReader, NowDep, SessionsDep, WritingDep
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.cases import NewParty, ReasonBody
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.visibility import Viewer
from app.errors import QalamError
from app.services import case_views, parties
from app.services.justice_drafts import PartyDraft

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)


@router.post("/{case_id}/parties", status_code=201, responses=responses(400, 401, 403, 404, 422))
def add_party(
    case_id: uuid.UUID,
    body: NewParty,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Add a party. It counts once somebody else has verified it; names follow the rules for names."""

    def act() -> Response:
        row = parties.add_party(session, caller, case_id, body.to_draft(PartyDraft), now=now)
        view = _party(session, caller, case_id, row.id, now)
        return answers.item(view, status=201, location=f"/api/v1/cases/{case_id}#{row.id}")

    return once(act)


@router.post("/{case_id}/parties/{party_id}:verify", responses=responses(401, 403, 404, 409))
def verify_party(
    case_id: uuid.UUID,
    party_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a party that somebody else entered; from now on it counts."""

    def act(session: Session) -> Response:
        parties.verify_party(session, caller, case_id, party_id, now=now)
        return answers.item(_party(session, caller, case_id, party_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        parties.note_refusal(session, caller, case_id, party_id, "verify_party", refusal, now=now)

    return traced(sessions, act, trace)


@router.post("/{case_id}/parties/{party_id}:retract", responses=responses(401, 403, 404, 409, 422))
def retract_party(
    case_id: uuid.UUID,
    party_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw a party, with a reason."""

    def act(session: Session) -> Response:
        parties.retract_party(session, caller, case_id, party_id, reason=body.reason, now=now)
        return answers.item(_party(session, caller, case_id, party_id, now))

    def trace(session: Session, refusal: QalamError) -> None:
        parties.note_refusal(session, caller, case_id, party_id, "retract_party", refusal, now=now)

    return traced(sessions, act, trace)


def _party(
    session: Session, caller: Viewer, case_id: uuid.UUID, party_id: uuid.UUID, now: datetime
) -> dict[str, Any]:
    view = case_views.case_view(session, caller, case_id, now=now)
    found: dict[str, Any] = next(one for one in view["parties"] if one["id"] == party_id)
    return found
