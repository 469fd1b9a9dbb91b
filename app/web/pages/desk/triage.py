# SPDX-License-Identifier: Apache-2.0
"""`/desk/triage`: the reports that need a person, raw beside reading beside candidates.

Nothing is decided on a report that moved on since it was shown: who did what is said, and what was
typed stays.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.errors import Conflict, FieldError, InvalidInput, QalamError
from app.services import attaching, reports, triage
from app.services.triage import Need
from app.storage.reports import list_sources
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep, at_once, read
from app.web.desk_access import Desk, Posted, TriagedDep, TriagerDep
from app.web.desk_queue import Queue, QueueDep, queue_of, read_place, write_place
from app.web.desk_rendering import by_field, desk_page
from app.web.forms import RESUMED
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
    return _page(
        request, session, desk, report_id, now=now, queue=queue, did=DID.get(did, ""), was=before
    )


@router.post("/{report_id}/reject")
def reject_report(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Set it aside, with a reason."""
    viewer, reason = posted.desk.viewer, posted.form.one("reason")

    def act(session: Session) -> None:
        if len(reason) > 300:
            raise _wrong("reason", "Say it in 300 letters.")
        reports.reject_report(session, viewer, report_id, reason=reason, now=now)

    return _decide(request, posted, report_id, act, did="rejected", now=now)


@router.post("/{report_id}/attach")
def attach_report(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Make it another source of an incident."""
    viewer, said = posted.desk.viewer, posted.form.one("incident")

    def act(session: Session) -> None:
        incident_id = filters.identifier(said)
        if incident_id is None:
            raise _wrong("incident", "Write the id of an incident, or the address of its page.")
        attaching.attach(session, viewer, report_id, incident_id, reason=None, now=now)

    return _decide(request, posted, report_id, act, did="attached", now=now)


@router.post("/{report_id}/detach")
def detach_report(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Take it from the incident it was attached to."""
    viewer, reason = posted.desk.viewer, posted.form.one("reason")

    def act(session: Session) -> None:
        attaching.detach(session, viewer, report_id, reason=reason, now=now)

    return _decide(request, posted, report_id, act, did="detached", now=now)


@router.post("/{report_id}/seen")
def mark_seen(request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep) -> Response:
    """Say that what was decided stands, after what the source said since."""
    viewer = posted.desk.viewer

    def act(session: Session) -> None:
        triage.mark_seen(session, viewer, report_id, now=now)

    return _decide(request, posted, report_id, act, did="seen", now=now)


def _decide(
    request: Request,
    posted: Posted,
    report_id: uuid.UUID,
    act: Callable[[Session], object],
    *,
    did: str,
    now: datetime,
) -> Response:
    """Do something to a report that is still what was seen, and go on to the next one."""
    queue = queue_of(posted.form)
    error: QalamError | None = None
    following = read(request, lambda s: _next(s, report_id, queue))
    if not posted.form.one(RESUMED):

        def once(session: Session) -> None:
            triage.hold(session, report_id, posted.form.one("stamp"))
            act(session)

        try:
            at_once(request, once)
        except (Conflict, InvalidInput) as raised:
            error = raised
        else:
            return onward(following, queue, did=did, was=report_id)
    return read(
        request,
        lambda s: _page(
            request, s, posted.desk, report_id, now=now, queue=queue, error=error, posted=posted
        ),
    )


def onward(
    following: uuid.UUID | None, queue: Queue, *, did: str, was: uuid.UUID
) -> RedirectResponse:
    """Go on to the next report of the queue, or to the queue where it was the last."""
    where = f"/desk/triage/{following}" if following else "/desk/triage"
    shown = {"did": did, "was": str(was)} if following else {"did": did}
    return RedirectResponse(link(where, **queue.query, **shown), status_code=303)


def _next(session: Session, report_id: uuid.UUID, queue: Queue) -> uuid.UUID | None:
    around = triage.neighbours(session, report_id, need=queue.need, source_id=queue.source_id)
    return around.next or around.previous


def _page(
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
    view = triage.triage_view(session, desk.viewer, report_id)
    around = triage.neighbours(session, report_id, need=queue.need, source_id=queue.source_id)
    found = [candidate_row(one) for one in triage.candidates(session, desk.viewer, report_id)]
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


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer=f"/{field}", code="missing", message=sentence),)
    )
