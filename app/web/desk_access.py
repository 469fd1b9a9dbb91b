# SPDX-License-Identifier: Apache-2.0
"""Who is at the desk: the session behind the cookie, and whether a form is one of its own.

The viewer is that of the key, so that a page of the desk shows exactly what the API would.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import NotAllowed
from app.services import desk_sessions
from app.services.desk_sessions import SessionPolicy
from app.web.dependencies import NowDep, at_once, read
from app.web.forms import TOKEN, Form, FormDep

COOKIE = "qalam_desk"
HOME = "/desk"
_INSIDE = re.compile(r"/desk(?:[/?][A-Za-z0-9/?=&.%:_~+-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A session that holds, and whose it is."""

    id: UUID
    viewer: Viewer
    form_token: str

    def may(self, scope: Scope) -> bool:
        """Whether the key behind it may do this."""
        return scope in self.viewer.scopes

    @property
    def triages(self) -> bool:
        """Whether reports and sources are this person's business."""
        return self.may(Scope.REPORTS_WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A form of the session's own, and the session."""

    desk: Desk
    form: Form


class LoginNeeded(Exception):
    """When nobody is logged in; `form` holds what would otherwise be lost."""

    def __init__(self, form: Form | None = None) -> None:
        super().__init__()
        self.form = form


class FormOutdated(Exception):
    """When a form was made for a session that has ended; it may be sent again in this one."""

    def __init__(self, desk: Desk, form: Form) -> None:
        super().__init__()
        self.desk = desk
        self.form = form


def policy_of(request: Request) -> SessionPolicy:
    """Return how long sessions hold here."""
    policy: SessionPolicy = request.app.state.desk
    return policy


def find_desk(request: Request, now: datetime) -> Desk | None:
    """Return the session this browser is logged in with, if it holds."""
    token = request.cookies.get(COOKIE, "")
    if not token or len(token) > 100 or not token.isascii():
        return None
    policy = policy_of(request)
    found = read(request, lambda s: desk_sessions.recognise(s, token, now=now, policy=policy))
    if found is None:
        return None
    if found.is_due:
        at_once(request, partial(desk_sessions.note_use, session_id=found.id, now=now))
    return Desk(id=found.id, viewer=found.viewer, form_token=desk_sessions.form_token(token))


def get_desk(request: Request, now: NowDep) -> Desk:
    """Return the session, or send the browser to the login."""
    desk = find_desk(request, now)
    if desk is None:
        raise LoginNeeded
    return desk


def get_posted(request: Request, now: NowDep, form: FormDep) -> Posted:
    """Return a form that belongs to the session that sends it."""
    desk = find_desk(request, now)
    if desk is None:
        raise LoginNeeded(form)
    if not desk_sessions.is_form_token(request.cookies[COOKIE], form.one(TOKEN)):
        raise FormOutdated(desk, form)
    return Posted(desk=desk, form=form)


DeskDep = Annotated[Desk, Depends(get_desk)]
PostedDep = Annotated[Posted, Depends(get_posted)]


def get_triager(desk: DeskDep) -> Desk:
    """Return the session of somebody who may decide on reports."""
    _check(desk)
    return desk


def get_triaged(posted: PostedDep) -> Posted:
    """Return a form of somebody who may decide on reports."""
    _check(posted.desk)
    return posted


def _check(desk: Desk) -> None:
    if not desk.triages:
        raise NotAllowed("this needs the scope reports:write, which the key does not have")


TriagerDep = Annotated[Desk, Depends(get_triager)]
TriagedDep = Annotated[Posted, Depends(get_triaged)]


def inside(address: str) -> str:
    """Return an address of the desk as it was given; anything else leads to its first page."""
    is_ours = len(address) < 500 and _INSIDE.fullmatch(address) and "//" not in address
    return address if is_ours else HOME


def is_secure(request: Request) -> bool:
    """Whether people reach this installation over https."""
    address: str = request.app.state.settings.address
    return request.url.scheme == "https" or address.startswith("https://")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its session, for the desk's pages alone and for no script."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(policy_of(request).longest.total_seconds()),
        path=HOME,
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(
        COOKIE, path=HOME, secure=is_secure(request), httponly=True, samesite="strict"
    )
