# SPDX-License-Identifier: Apache-2.0
"""`/intake`: where the servers of forms send what people filled in."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from app.api import answers
from app.api.dependencies import NowDep, ReportWriter, WritingDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.services import submissions

router = APIRouter(prefix="/intake", tags=["reports"], route_class=StrictRoute)

_EXAMPLE = {
    "_id": 4211,
    "_uuid": "5f0c8a3e-6d1b-4a53-9c3e-2b1f0a7d9e11",
    "_submission_time": "2026-03-01T09:15:00",
    "event/headline": "Reporter beaten at a rally",
    "event/day": "2026-02-28",
    "event/kinds": "physical_attack detention/arrest",
}
Submission = Annotated[dict[str, Any], Body(examples=[_EXAMPLE])]


@router.post("/kobo", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def take_kobo(
    body: Submission,
    session: WritingDep,
    caller: ReportWriter,
    now: NowDep,
    source: Annotated[uuid.UUID, Query(description="The source whose kind is `kobo`.")],
) -> Response:
    """A submission as KoboToolbox's REST services send it: 201 where it is new, else 200.

    `left_out` names what was not kept: who sent it, from which device, number or place.
    """
    taken = submissions.take_kobo(session, caller, source, body, now=now)
    view = {
        "report_id": taken.report_id,
        "external_id": taken.external_id,
        "outcome": taken.outcome,
        "left_out": taken.left_out,
    }
    is_new = taken.outcome == "new"
    location = f"/api/v1/reports/{taken.report_id}" if is_new else None
    return answers.item(view, status=201 if is_new else 200, location=location)


@router.post(
    "/kobo/{source_id}", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422)
)
def take_kobo_of(
    source_id: uuid.UUID, body: Submission, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """The same, with the source in the path, for servers that drop what follows a `?`."""
    return take_kobo(body, session, caller, now, source_id)
