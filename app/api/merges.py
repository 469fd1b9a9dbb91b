# SPDX-License-Identifier: Apache-2.0
"""`/merges/{id}:undo` and `/incidents/{id}:split`: one record of two acts, two records of one.

Merging itself is a step of an incident (steps.py).
"""

import uuid

from fastapi import APIRouter, Response

from app.api import answers
from app.api.dependencies import IncidentWriter, NowDep, WritingDep
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.merges import SplitBody, UndoBody
from app.api.strict import StrictRoute
from app.services import merging, record, splitting
from app.services.splitting import Wanted
from app.storage.merges import merge_view

router = APIRouter(tags=["incidents"], route_class=StrictRoute)


@router.post("/merges/{merge_id}:undo", responses=responses(401, 403, 404, 409, 422))
def undo_merge(
    merge_id: uuid.UUID,
    body: UndoBody,
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
) -> Response:
    """Put everything that a merger moved back; refused where it was changed since beyond that."""
    done = merging.undo(session, caller, merge_id, reason=body.reason, now=now)
    return answers.item(merge_view(done))


@router.post(
    "/incidents/{incident_id}:split",
    status_code=201,
    responses=responses(400, 401, 403, 404, 409, 412, 422),
)
def split_incident(
    incident_id: uuid.UUID,
    body: SplitBody,
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Make a new draft of chosen targets, sources and reports; merging it back undoes that."""

    def act() -> Response:
        made = splitting.split(session, caller, incident_id, body.to_draft(Wanted), now=now)
        view = record.incident_view(session, caller, made.id, now=now)
        return answers.item(view, status=201, location=f"/api/v1/incidents/{made.id}")

    return once(act)
