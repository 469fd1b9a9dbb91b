# SPDX-License-Identifier: Apache-2.0
"""`/reports`: what sources said, word for word, and what was made of it. Never public."""

import uuid
from datetime import datetime

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.dependencies import IncidentWriter, NowDep, ReadingDep, ReportWriter, WritingDep
from app.api.idempotency import OnceDep
from app.api.paging import PageDep
from app.api.problems import responses
from app.api.schemas.intake import AcceptanceBody, AttachBody, DetachBody, RejectionBody
from app.api.strict import StrictRoute
from app.domain.vocabulary import ReportStatus
from app.errors import InvalidInput
from app.services import attaching, record, reports, triage
from app.services.report_drafts import Acceptance
from app.services.triage import Need

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 403, 422))
def list_reports(
    session: ReadingDep,
    _caller: ReportWriter,
    page: PageDep,
    status: ReportStatus | None = None,
    source: uuid.UUID | None = None,
    needs: Need | None = None,
) -> Response:
    """Reports, the latest first; of those that need a person, the oldest first. `meta` counts these."""
    if status is not None and needs is not None:
        raise InvalidInput("`status` and `needs` exclude one another: send one of them")
    place = parameters.place(page.after, datetime.fromisoformat, uuid.UUID)
    after = (place[0], place[1]) if place else None
    if needs is not None:
        found = triage.list_queue(
            session, need=needs, source_id=source, limit=page.limit + 1, after=after
        )
    else:
        found = reports.list_reports(
            session, status=status, source_id=source, limit=page.limit + 1, after=after
        )
    kept = found[: page.limit]
    last = kept[-1] if len(found) > page.limit else None
    following = [last["first_seen_at"].isoformat(), str(last["id"])] if last else None
    waiting = triage.count_queue(session, source_id=source)
    return answers.rows(page, kept, place=following, meta={"needs": waiting})


@router.get("/{report_id}", responses=responses(401, 403, 404))
def read_report(report_id: uuid.UUID, session: ReadingDep, caller: ReportWriter) -> Response:
    """One report: what was read, beside every version of its source's own words."""
    return answers.item(triage.view_for(session, caller, report_id))


@router.get("/{report_id}/draft", responses=responses(401, 403, 404))
def read_report_draft(
    report_id: uuid.UUID, session: ReadingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """What accepting it as it stands would hand in, and what somebody must say first."""
    return answers.item(reports.report_draft(session, caller, report_id, now=now))


@router.post("/{report_id}:accept", status_code=201, responses=responses(401, 403, 404, 409, 422))
def accept_report(
    report_id: uuid.UUID,
    body: AcceptanceBody,
    session: WritingDep,
    caller: ReportWriter,
    _author: IncidentWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Draft an incident from it. Accepted twice is a conflict that names the first incident."""

    def act() -> Response:
        incident = reports.accept_report(
            session, caller, report_id, body.to_draft(Acceptance), now=now
        )
        view = record.incident_view(session, caller, incident.id, now=now)
        return answers.item(view, status=201, location=f"/api/v1/incidents/{incident.id}")

    return once(act)


@router.post("/{report_id}:reject", responses=responses(401, 403, 404, 409, 422))
def reject_report(
    report_id: uuid.UUID,
    body: RejectionBody,
    session: WritingDep,
    caller: ReportWriter,
    now: NowDep,
) -> Response:
    """Set it aside, with a reason; it may still be accepted later."""
    reports.reject_report(session, caller, report_id, reason=body.reason, now=now)
    return answers.item(triage.view_for(session, caller, report_id))


@router.post("/{report_id}:seen", responses=responses(401, 403, 404, 409))
def mark_report_seen(
    report_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Say that you looked at what its source said since, and that what was decided stands."""
    triage.mark_seen(session, caller, report_id, now=now)
    return answers.item(triage.view_for(session, caller, report_id))


@router.post("/{report_id}:attach", responses=responses(401, 403, 404, 409, 422))
def attach_report(
    report_id: uuid.UUID,
    body: AttachBody,
    session: WritingDep,
    caller: ReportWriter,
    now: NowDep,
) -> Response:
    """Make it another source of an incident on record; of a public one, its source waits for a second."""
    attaching.attach(session, caller, report_id, body.incident_id, reason=body.reason, now=now)
    return answers.item(triage.view_for(session, caller, report_id))


@router.post("/{report_id}:detach", responses=responses(401, 403, 404, 409, 422))
def detach_report(
    report_id: uuid.UUID,
    body: DetachBody,
    session: WritingDep,
    caller: ReportWriter,
    now: NowDep,
) -> Response:
    """Take it from the incident it was attached to, with the source it brought; then it is new again."""
    attaching.detach(session, caller, report_id, reason=body.reason, now=now)
    return answers.item(triage.view_for(session, caller, report_id))
