# SPDX-License-Identifier: Apache-2.0
"""`/desk/sessions`: where one's key is logged in, and ending that."""

import uuid

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from app.services import desk_sessions
from app.web import desk_access
from app.web.dependencies import NowDep, ReadingDep, at_once
from app.web.desk_access import DeskDep, PostedDep
from app.web.desk_rendering import desk_page

router = APIRouter(prefix="/desk/sessions")


@router.api_route("", methods=["GET", "HEAD"])
def list_sessions(
    request: Request, desk: DeskDep, session: ReadingDep, now: NowDep, ended: str = ""
) -> Response:
    """Every browser that is logged in with this key."""
    found = desk_sessions.list_own(
        session, desk.viewer, now=now, policy=desk_access.policy_of(request)
    )
    return desk_page(
        request,
        "sessions.html",
        desk,
        now=now,
        ended=bool(ended),
        policy=desk_access.policy_of(request),
        rows=[
            {
                "id": one.id,
                "is_this": one.id == desk.id,
                "since": one.created_at,
                "seen": one.seen_at,
                "until": one.expires_at,
            }
            for one in found
        ],
    )


@router.post("/{session_id}/end")
def end_session(request: Request, session_id: uuid.UUID, posted: PostedDep) -> Response:
    """End one of them; ending one's own is logging out."""
    at_once(request, lambda s: desk_sessions.end_one(s, posted.desk.viewer, session_id))
    return RedirectResponse("/desk/sessions?ended=1", status_code=303)


@router.post("/end-others")
def end_others(request: Request, posted: PostedDep) -> Response:
    """End all but this one."""
    at_once(request, lambda s: desk_sessions.end_others(s, posted.desk.viewer, posted.desk.id))
    return RedirectResponse("/desk/sessions?ended=1", status_code=303)
