# SPDX-License-Identifier: Apache-2.0
"""`/desk/triage/{id}/accept` and `/desk/incidents/{id}`: from a report to a draft, and the draft.

The form opens with all the report says; an error or a colleague's decision empties nothing of it.
"""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.domain.vocabulary import Scope
from app.errors import NotAllowed, QalamError
from app.services import case_views, record, reports, triage
from app.services.attempts import Tried
from app.storage.cases import CaseFilter
from app.web.acceptance_form import (
    FIELDS,
    Typed,
    acceptance,
    all_kinds,
    choices,
    countries,
    filled,
    typed_in,
)
from app.web.dependencies import NowDep, ReadingDep, read, tried
from app.web.desk_access import Desk, DeskDep, TriagedDep, TriagerDep
from app.web.desk_queue import Queue, QueueDep, queue_of
from app.web.desk_rendering import by_field, desk_page
from app.web.forms import RESUMED
from app.web.presenters import evidence, justice
from app.web.presenters import incidents as present
from app.web.presenters.reports import report_page, target_said
from app.web.rendering import link

router = APIRouter()

CASES = 50


@router.api_route("/desk/triage/{report_id}/accept", methods=["GET", "HEAD"])
def read_acceptance(
    *,
    request: Request,
    report_id: uuid.UUID,
    session: ReadingDep,
    desk: TriagerDep,
    now: NowDep,
    queue: QueueDep,
    tick: Annotated[list[int] | None, Query(max_length=200)] = None,
) -> Response:
    """The draft that a report makes, to be looked through before it is kept."""
    draft = reports.report_draft(session, desk.viewer, report_id, now=now)
    typed = filled(draft, tick or [])
    return _form(request, session, desk, report_id, now=now, queue=queue, typed=typed)


@router.post("/desk/triage/{report_id}/accept")
def accept_report(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Keep the draft; it is of whoever accepts, and goes the way of every other."""
    desk, form = posted.desk, posted.form
    queue, typed = queue_of(form), typed_in(form)
    error: QalamError | None = None

    def act(session: Session) -> uuid.UUID:
        if not desk.may(Scope.INCIDENTS_WRITE):
            raise NotAllowed("this needs the scope incidents:write, which the key does not have")
        triage.hold(session, report_id, form.one("stamp"))
        draft = reports.report_draft(session, desk.viewer, report_id, now=now)
        added = acceptance(typed, draft)
        return reports.accept_report(session, desk.viewer, report_id, added, now=now).id

    if not form.one(RESUMED):
        try:
            about = Tried(
                action="accept_report",
                method="POST",
                route="/desk/triage/{report_id}/accept",
                object_kind="report",
                object_id=report_id,
            )
            made = tried(request, desk.viewer, act, about, now=now)
        except QalamError as raised:
            error = raised
        else:
            where = link(f"/desk/incidents/{made}", **queue.query, accepted="yes")
            return RedirectResponse(where, status_code=303)
    seen = form.one("stamp")
    return read(
        request,
        lambda s: _form(
            request, s, desk, report_id, now=now, queue=queue, typed=typed, error=error, seen=seen
        ),
    )


def _form(
    request: Request,
    session: Session,
    desk: Desk,
    report_id: uuid.UUID,
    *,
    now: datetime,
    queue: Queue,
    typed: Typed,
    error: QalamError | None = None,
    seen: str | None = None,
) -> Response:
    view = triage.triage_view(session, desk.viewer, report_id)
    draft = reports.report_draft(session, desk.viewer, report_id, now=now)
    moved_on = seen is not None and seen != view["stamp"]
    if moved_on and seen is not None and seen.partition(".")[0] != str(view["version"]):
        # Places in a list of targets that may be another list now.
        typed = replace(typed, targets=())
    beside, others = by_field(error, *FIELDS) if error is not None else ({}, [])
    if isinstance(error, NotAllowed):
        others = [error.detail]
    return desk_page(
        request,
        "accept.html",
        desk,
        now=now,
        status=error.status if error is not None else 200,
        twin=f"/api/v1/reports/{report_id}/draft",
        report=report_page(view),
        stamp=view["stamp"],
        moved_on=moved_on,
        queue=queue,
        back=link(f"/desk/triage/{report_id}", **queue.query),
        typed=typed,
        choices=choices(draft, typed),
        kinds=all_kinds(),
        countries=countries(),
        targets=[_target(one) for one in draft["draft"]["targets"]],
        missing={} if error else _missing(draft, typed),
        beside=beside,
        others=[] if moved_on else others,
    )


def _missing(draft: dict[str, Any], typed: Typed) -> dict[str, str]:
    """Say beside each field what the report lacks, unless it stands there by now."""
    there = {name for name, text in typed.texts.items() if text}
    there |= {"categories"} if typed.categories else set()
    said = {
        one["pointer"].removeprefix("/").partition("/")[0]: one["message"]
        for one in draft["missing"]
    }
    return {name: sentence for name, sentence in said.items() if name not in there}


def _target(one: dict[str, Any]) -> str:
    """Say a target of the draft."""
    named = one.get("person") or one.get("outlet") or {}
    said = {
        "name": named.get("name"),
        "description": one.get("description"),
        "role": one.get("primary_role"),
        "count": one.get("count"),
    }
    if one.get("outlet_id") and not said["name"]:
        said["name"] = "an outlet on record"
    return target_said(said)


@router.api_route("/desk/incidents/{incident_id}", methods=["GET", "HEAD"])
def read_incident(
    *,
    request: Request,
    incident_id: uuid.UUID,
    session: ReadingDep,
    desk: DeskDep,
    now: NowDep,
    queue: QueueDep,
    accepted: str = "",
) -> Response:
    """An incident as this key may see it, published or not."""
    document = record.incident_view(session, desk.viewer, incident_id, now=now)
    of_incident = CaseFilter(incident_id=incident_id)
    found = case_views.list_case_views(session, desk.viewer, of_incident, now=now, limit=CASES)
    shown = present.incident_page(document)
    onward = (
        triage.first_in_queue(session, need=queue.need, source_id=queue.source_id)
        if desk.triages
        else None
    )
    return desk_page(
        request,
        "incident.html",
        desk,
        frame="desk/base.html",
        now=now,
        twin=f"/api/v1/incidents/{incident_id}",
        incident=shown,
        status_word=document["status"].replace("_", " "),
        accepted=bool(accepted),
        evidence=[evidence.evidence_row(one) for one in document.get("evidence", [])],
        disagreements=[evidence.disagreement(one) for one in document.get("disagreements", [])],
        since="",
        cases=[justice.case_row(one, shown.sources) for one in found],
        replies=[],
        next=link(f"/desk/triage/{onward}", **queue.query) if onward else None,
    )
