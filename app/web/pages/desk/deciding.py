# SPDX-License-Identifier: Apache-2.0
"""What is decided on a report, one form each: set aside, attach, detach, merge, look again.

Nothing is decided on a report that moved on since it was shown: who did what is said, and what was
typed stays. Accepting has a page of its own (accepting.py).
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.errors import Conflict, FieldError, InvalidInput, NotAllowed, NotFound, QalamError
from app.services import attaching, merging, reports, triage
from app.services.attempts import Tried
from app.web import filters
from app.web.dependencies import NowDep, read, tried
from app.web.desk_access import Posted, TriagedDep
from app.web.desk_queue import Queue, queue_of
from app.web.forms import RESUMED
from app.web.pages.desk.triage import report_response
from app.web.rendering import link

router = APIRouter()


@router.post("/desk/triage/{report_id}/reject")
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


@router.post("/desk/triage/{report_id}/attach")
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


@router.post("/desk/triage/{report_id}/detach")
def detach_report(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Take it from the incident it was attached to."""
    viewer, reason = posted.desk.viewer, posted.form.one("reason")

    def act(session: Session) -> None:
        attaching.detach(session, viewer, report_id, reason=reason, now=now)

    return _decide(request, posted, report_id, act, did="detached", now=now)


@router.post("/desk/triage/{report_id}/merge")
def merge_incident(
    request: Request, report_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Merge the incident it became into another, under the rules of every merger."""
    viewer, reason = posted.desk.viewer, posted.form.one("reason")
    into = filters.identifier(posted.form.one("incident"))

    def act(session: Session) -> None:
        own = reports.report_view(session, report_id)["incident_id"]
        if own is None or into is None:
            raise _wrong("incident", "Two incidents are needed for a merger.")
        merging.merge(session, viewer, own, merged_into=into, reason=reason or None, now=now)

    return _decide(request, posted, report_id, act, did="merged", now=now)


@router.post("/desk/triage/{report_id}/seen")
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

        about = Tried(
            action=did,
            method="POST",
            route=f"/desk/triage/{{report_id}}/{did}",
            object_kind="report",
            object_id=report_id,
        )
        try:
            tried(request, posted.desk.viewer, once, about, now=now)
        except (Conflict, InvalidInput, NotAllowed, NotFound) as raised:
            error = raised
        else:
            return onward(following, queue, did=did, was=report_id)
    return read(
        request,
        lambda s: report_response(
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


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer=f"/{field}", code="missing", message=sentence),)
    )
