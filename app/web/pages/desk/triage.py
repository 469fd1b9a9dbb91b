# SPDX-License-Identifier: Apache-2.0
"""`/desk/triage`: the reports that need a person, raw beside reading beside candidates.

Nothing is decided on a report that moved on since it was shown: who did what is said, and what was
typed stays.
"""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.errors import QalamError
from app.services import reports, triage
from app.services.triage import Need
from app.storage.reports import list_sources
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep
from app.web.desk_access import Desk, Posted, TriagerDep
from app.web.desk_queue import Queue, QueueDep, read_place, write_place
from app.web.desk_rendering import by_field, desk_page
from app.web.presenters.candidates import candidate_row
from app.web.presenters.reports import report_page, report_row
from app.web.presenters.versions import version_rows
from app.web.rendering import link

router = APIRouter(prefix="/desk/triage")

ROWS = 50
DID = {
    "accepted": "Accepted, as a draft",
    "rejected": "Set aside",
    "attached": "Attached",
    "detached": "Taken from the incident",
    "merged": "Merged; who may undo that is told in the API",
    "seen": "Looked at; what was decided stands",
}


@router.api_route("", methods=["GET", "HEAD"])
def list_queue(
    *,
    request: Request,
    session: ReadingDep,
    desk: TriagerDep,
    now: NowDep,
    queue: QueueDep,
    after: Annotated[str, Query(max_length=100)] = "",
    did: str = "",
) -> Response:
    """What waits for a person, the longest first."""
    found = triage.list_queue(
        session,
        need=queue.need,
        source_id=queue.source_id,
        limit=ROWS + 1,
        after=read_place(after),
    )
    kept = found[:ROWS]
    more = write_place(kept[-1]) if len(found) > ROWS else None
    chosen = queue.query
    return desk_page(
        request,
        "triage.html",
        desk,
        now=now,
        twin=link("/api/v1/reports", **({"needs": "decision"} | chosen)),
        rows=[report_row(one) for one in kept],
        counts=triage.count_queue(session, source_id=queue.source_id),
        needs=[need.value for need in Need],
        chosen=chosen,
        sources=[(str(one.id), one.name) for one in list_sources(session)],
        next=link("/desk/triage", **chosen, after=more) if more else None,
        did=DID.get(did, ""),
    )


@router.api_route("/{report_id}", methods=["GET", "HEAD"])
def read_report(
    *,
    request: Request,
    report_id: uuid.UUID,
    session: ReadingDep,
    desk: TriagerDep,
    now: NowDep,
    queue: QueueDep,
    did: str = "",
    was: str = "",
) -> Response:
    """One report: its source's words, what was read, and what it may be the same as."""
    before = _title_of(session, was) if did in DID else None
    return report_response(
        request, session, desk, report_id, now=now, queue=queue, did=DID.get(did, ""), was=before
    )


def report_response(
    request: Request,
    session: Session,
    desk: Desk,
    report_id: uuid.UUID,
    *,
    now: datetime,
    queue: Queue,
    did: str = "",
    was: tuple[str, str] | None = None,
    error: QalamError | None = None,
    posted: Posted | None = None,
) -> Response:
    """Return the page of a report, with what was typed where a decision was not taken."""
    view = triage.triage_view(session, desk.viewer, report_id)
    around = triage.neighbours(session, report_id, need=queue.need, source_id=queue.source_id)
    found = [candidate_row(one) for one in view["candidates"]]
    beside, others = by_field(error, "reason", "incident") if error else ({}, [])
    seen = posted.form.one("stamp") if posted else view["stamp"]
    return desk_page(
        request,
        "report.html",
        desk,
        now=now,
        status=error.status if error else 200,
        twin=f"/api/v1/reports/{report_id}",
        report=report_page(view),
        versions=version_rows(view["versions"]),
        candidates=found,
        first=next((one for one in found if one.is_incident), None),
        stamp=view["stamp"],
        previous=_to(around.previous, queue),
        next=_to(around.next, queue),
        queue=queue,
        back=link("/desk/triage", **queue.query),
        typed={name: posted.form.one(name) if posted else "" for name in ("reason", "incident")},
        beside=beside,
        others=[] if seen != view["stamp"] else others,
        moved_on=seen != view["stamp"],
        did=did,
        was=was,
        counts=triage.count_queue(session, source_id=queue.source_id),
    )


def _to(report_id: uuid.UUID | None, queue: Queue) -> str | None:
    return link(f"/desk/triage/{report_id}", **queue.query) if report_id else None


def _title_of(session: Session, text: str) -> tuple[str, str] | None:
    report_id = filters.identifier(text)
    if report_id is None:
        return None
    try:
        return str(report_id), reports.report_view(session, report_id)["title"]
    except QalamError:
        return None
