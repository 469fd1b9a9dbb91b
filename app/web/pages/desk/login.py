# SPDX-License-Identifier: Apache-2.0
"""`/desk/login` and `/desk/logout`: a key opens the desk, and what was typed outlives a session."""

import uuid
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from app.domain.vocabulary import Scope
from app.errors import NotAllowed, NotAuthenticated
from app.services import desk_sessions, triage
from app.web import desk_access
from app.web.dependencies import NowDep, ReadingDep, at_once
from app.web.desk_access import Desk, DeskDep, FormOutdated, LoginNeeded, PostedDep
from app.web.desk_rendering import desk_page
from app.web.forms import RESUMED, Form, FormDep
from app.web.login_limit import FailedLogins

router = APIRouter()

KEPT = "kept."


@router.api_route("/desk", methods=["GET", "HEAD"])
def read_desk(request: Request, desk: DeskDep, session: ReadingDep, now: NowDep) -> Response:
    """What waits at the desk."""
    waiting = triage.count_queue(session) if desk.triages else {}
    return desk_page(request, "home.html", desk, now=now, waiting=waiting, scopes=_scopes(desk))


def _scopes(desk: Desk) -> list[str]:
    return sorted(scope.sentence for scope in Scope if desk.may(scope))


@router.api_route("/desk/login", methods=["GET", "HEAD"])
def read_login(request: Request, now: NowDep, next: str = "", left: str = "") -> Response:  # noqa: A002
    """The form that takes a key."""
    desk = desk_access.find_desk(request, now)
    if desk is not None:
        return _to(desk_access.inside(next))
    said = "You are logged out. Nothing of your work is kept in this browser." if left else ""
    return _form(request, now, next, said=said)


@router.post("/desk/login")
def log_in(request: Request, form: FormDep, now: NowDep) -> Response:
    """Open a session for a key that works; how often a wrong one may be tried is bounded."""
    failed: FailedLogins = request.app.state.failed_logins
    address = request.client.host if request.client else ""
    wanted, kept = form.one("next"), _kept(form)
    wait = failed.wait(address, now)
    if wait is not None:
        minutes = max(1, round(wait.total_seconds() / 60))
        said = f"Too many keys that do not work. Wait {minutes} min and try again."
        response = _form(request, now, wanted, kept=kept, error=said, status=429)
        response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return response
    try:
        token = _open(request, form.one("key"), now)
    except NotAuthenticated:
        failed.note(address, now)
        said = (
            "This key is mistyped, unknown, expired or revoked. Look at it again, or ask for one."
        )
        return _form(request, now, wanted, kept=kept, error=said, status=401)
    except NotAllowed:
        said = "This key works, but its role has nothing to do at the desk."
        return _form(request, now, wanted, kept=kept, error=said, status=403)
    response = _after_login(request, now, token, wanted, kept)
    desk_access.set_cookie(request, response, token)
    return response


def _open(request: Request, key: str, now: datetime) -> str:
    """Return a new session's token; the one this browser had ends with it."""
    policy = desk_access.policy_of(request)
    token = at_once(request, lambda s: desk_sessions.log_in(s, key, now=now, policy=policy))
    before = desk_access.find_desk(request, now)
    if before is not None:
        at_once(request, lambda s: desk_sessions.end_one(s, before.viewer, before.id))
    return token


def _after_login(
    request: Request, now: datetime, token: str, wanted: str, kept: list[tuple[str, str]]
) -> Response:
    if not kept:
        return _to(desk_access.inside(wanted))
    form_token = desk_sessions.form_token(token)
    return _resume(request, now, None, desk_access.inside(wanted), kept, form_token)


@router.post("/desk/logout")
def log_out(request: Request, posted: PostedDep) -> Response:
    """End this session."""
    at_once(request, lambda s: desk_sessions.end_one(s, posted.desk.viewer, posted.desk.id))
    response = _to("/desk/login?left=1")
    desk_access.drop_cookie(request, response)
    return response


async def on_login_needed(request: Request, error: Exception) -> Response:
    """Ask for a key, and carry along what was typed."""
    assert isinstance(error, LoginNeeded)
    now: datetime = request.app.state.now()
    if error.form is None:
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = desk_access.inside(request.url.path + query)
        return _to(f"/desk/login?next={_quoted(wanted)}" if wanted != "/desk" else "/desk/login")
    kept = list(error.form.kept) if request.url.path != "/desk/logout" else []
    said = "Your session has ended. Log in again: what you typed is kept on this page."
    wanted = request.url.path if kept else desk_access.HOME
    return _form(request, now, wanted, kept=kept, error=said if kept else "", status=401)


async def on_form_outdated(request: Request, error: Exception) -> Response:
    """Ask once more before a form of an earlier session does anything."""
    assert isinstance(error, FormOutdated)
    now: datetime = request.app.state.now()
    desk = error.desk
    return _resume(request, now, desk, request.url.path, list(error.form.kept), desk.form_token)


def _kept(form: Form) -> list[tuple[str, str]]:
    return [
        (name.removeprefix(KEPT), value) for name, value in form.fields if name.startswith(KEPT)
    ]


def _form(
    request: Request,
    now: datetime,
    wanted: str,
    *,
    kept: list[tuple[str, str]] | None = None,
    said: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    return desk_page(
        request,
        "login.html",
        None,
        now=now,
        status=status,
        next=desk_access.inside(wanted),
        kept=[(KEPT + name, value) for name, value in kept or []],
        said=said,
        error=error,
    )


def _resume(
    request: Request,
    now: datetime,
    desk: Desk | None,
    action: str,
    kept: list[tuple[str, str]],
    form_token: str,
) -> Response:
    shown = [
        (name.replace("_", " "), value)
        for name, value in kept
        if value and name not in {"stamp", "needs", "source"} and not _is_id(value)
    ]
    return desk_page(
        request,
        "resume.html",
        desk,
        now=now,
        action=action,
        kept=[*kept, (RESUMED, "yes")],
        shown=shown,
        token=form_token,
    )


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def _quoted(address: str) -> str:
    return address.replace("%", "%25").replace("&", "%26").replace("+", "%2B")
