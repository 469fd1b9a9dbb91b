# SPDX-License-Identifier: Apache-2.0
"""`/incidents`: what happened to whom, and what justice did about it."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api import answers, parameters
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
from app.api.incident_filter import IncidentFilterDep
from app.api.paging import PageDep
from app.api.parameters import IfMatch
from app.api.problems import responses
from app.api.schemas.incidents import IncidentPatch, NewIncident
from app.api.strict import StrictRoute
from app.services import record
from app.services.drafts import IncidentDraft

router = APIRouter(prefix="/incidents", tags=["incidents"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_incidents(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    wanted: IncidentFilterDep,
) -> Response:
    """Every incident you may see, the latest first. Dates match where they overlap the range.

    `impunity.as_of` is the day on which the level was derived; nothing recorded since has changed it.
    """
    place = parameters.place(page.after, date.fromisoformat, uuid.UUID)
    after = (place[0], place[1]) if place else None
    found = record.list_incidents(session, viewer, wanted, limit=page.limit, after=after)
    next_place = [found.place[0].isoformat(), str(found.place[1])] if found.place else None
    return answers.rows(page, found.documents, place=next_place)


@router.post("", status_code=201, responses=responses(400, 401, 403, 413, 422))
def create_incident(
    body: NewIncident, session: WritingDep, caller: IncidentWriter, now: NowDep, once: OnceDep
) -> Response:
    """Hand in a report. It starts as `submitted` (or `draft`) and is public only after two people."""

    def act() -> Response:
        fields = body.model_copy()
        fields.__pydantic_fields_set__.discard("status")
        row = record.create_incident(
            session,
            caller,
            fields.to_draft(IncidentDraft),
            now=now,
            as_draft=body.status == "draft",
        )
        view = record.incident_view(session, caller, row.id, now=now)
        return answers.item(view, status=201, location=f"/api/v1/incidents/{row.id}")

    return once(act)


@router.get("/{incident_id}", responses=responses(401, 404, 422))
def get_incident(
    incident_id: uuid.UUID,
    request: Request,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    as_of: Annotated[
        date | None, Query(description="Conclude from what had happened by this day.")
    ] = None,
    known_at: Annotated[
        datetime | None, Query(description="Conclude from what was on record at this time.")
    ] = None,
) -> Response:
    """One incident, concluded live as of a day and as known at a time where you ask for one."""
    view = record.incident_view(
        session,
        viewer,
        incident_id,
        now=now,
        as_of=as_of,
        known_at=parameters.aware("known_at", known_at),
    )
    parameters.stamp_version(request, view["version"])
    return answers.item(view)


@router.patch("/{incident_id}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def edit_incident(
    incident_id: uuid.UUID,
    body: IncidentPatch,
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change the fields you send. `If-Match` says which version you read."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(mode="json", exclude_unset=True, exclude={"reason"})
    row = record.edit_incident(
        session, caller, incident_id, patch, version=version, now=now, reason=body.reason
    )
    return answers.item(record.incident_view(session, caller, row.id, now=now))


@router.get("/{incident_id}/revisions", responses=responses(401, 403, 404))
def list_revisions(incident_id: uuid.UUID, session: ReadingDep, viewer: IncidentReader) -> Response:
    """Who changed what, when and why, refused attempts included; for the desk only."""
    return answers.rows(None, record.list_revisions(session, viewer, incident_id))
