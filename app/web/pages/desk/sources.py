# SPDX-License-Identifier: Apache-2.0
"""`/desk/sources`: what reports are read from, how the last reading went, and adding another."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.domain.record.report import FIELDS
from app.domain.visibility import Viewer
from app.domain.vocabulary import SourceKind, Trust
from app.errors import Conflict, InvalidInput, NotAllowed, QalamError, StaleVersion
from app.services import sources
from app.services.checks import wrong
from app.services.source_mapping import mapping_of
from app.services.sources import MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS, NewSource
from app.storage import reports
from app.web.dependencies import NowDep, ReadingDep, at_once, read
from app.web.desk_access import Desk, TriagedDep, TriagerDep
from app.web.desk_rendering import by_field, desk_page
from app.web.forms import RESUMED, Form
from app.web.presenters import reading

router = APIRouter(prefix="/desk/sources")

DID = {
    "added": "The source is added. It is read when the workers come round, within seconds.",
    "saved": "The change is kept.",
    "run": "The source is due now. It is read when the workers come round, within seconds.",
    "pause": "The source is paused. What it gave stays.",
    "resume": "The source is read again, from now on.",
}
_FIELDS = ("name", "kind", "address", "minutes", "trust", "licence", "mapping")
_EMPTY = dict.fromkeys(_FIELDS, "") | {"kind": "feed", "trust": "lead", "minutes": "60"}
_ACTS: dict[str, Callable[..., object]] = {
    "run": sources.run_source,
    "pause": sources.pause_source,
    "resume": sources.resume_source,
}


@router.api_route("", methods=["GET", "HEAD"])
def list_sources(
    request: Request, session: ReadingDep, desk: TriagerDep, now: NowDep, did: str = ""
) -> Response:
    """Every source with its last reading, those that are broken first."""
    found = [reading.source_row(one, now) for one in reports.list_sources(session)]
    return desk_page(
        request,
        "sources.html",
        desk,
        now=now,
        twin="/api/v1/sources",
        rows=sorted(found, key=lambda one: not one.error),
        did=DID.get(did, ""),
        error="",
    )


@router.api_route("/new", methods=["GET", "HEAD"])
def new_source(request: Request, desk: TriagerDep, now: NowDep) -> Response:
    """The form of a new source."""
    return _form(request, desk, now=now, typed=_EMPTY)


@router.post("/new")
def add_source(request: Request, posted: TriagedDep, now: NowDep) -> Response:
    """Add a source; what is wrong is said beside its field, and all that was typed stays."""
    desk, typed = posted.desk, _typed(posted.form)
    if posted.form.one(RESUMED):
        return _form(request, desk, now=now, typed=typed)

    def act(session: Session) -> object:
        described = NewSource(
            name=typed["name"],
            kind=SourceKind(typed["kind"]),
            address=typed["address"],
            **_schedule(typed),
        )
        return sources.add_source(session, described, now=now, viewer=desk.viewer)

    try:
        _check_named(typed)
        at_once(request, act)
    except QalamError as error:
        return _form(request, desk, now=now, typed=typed, error=error)
    return RedirectResponse("/desk/sources?did=added", status_code=303)


@router.api_route("/{source_id}", methods=["GET", "HEAD"])
def read_source(
    request: Request, source_id: uuid.UUID, session: ReadingDep, desk: TriagerDep, now: NowDep
) -> Response:
    """One source, and what of it may be changed."""
    source = reports.get_source(session, source_id)
    typed = {
        "name": source.name,
        "kind": source.kind.value,
        "address": source.address or "",
        "minutes": str(source.interval_seconds // 60),
        "trust": source.trust.value,
        "licence": source.licence or "",
        "mapping": "\n".join(f"{name}={said}" for name, said in source.mapping.items()),
        "version": str(source.version),
    }
    return _form(request, desk, now=now, typed=typed, row=reading.source_row(source, now))


@router.post("/{source_id}")
def edit_source(
    request: Request, source_id: uuid.UUID, posted: TriagedDep, now: NowDep
) -> Response:
    """Change a source; where somebody else did meanwhile, that is said and what was typed stays."""
    typed = _typed(posted.form)
    row = read(request, lambda s: reading.source_row(reports.get_source(s, source_id), now))
    error: QalamError | None = None
    if not posted.form.one(RESUMED):
        try:
            at_once(
                request, lambda s: _edit(s, source_id, typed, viewer=posted.desk.viewer, now=now)
            )
        except QalamError as raised:
            error = raised
        else:
            return RedirectResponse("/desk/sources?did=saved", status_code=303)
    if isinstance(error, StaleVersion):
        # Shown beside what stands now: sending it again is a decision of whoever reads this.
        typed["version"] = str(row.version)
    typed |= {"name": row.name, "kind": row.kind_code, "address": row.address}
    return _form(request, posted.desk, now=now, typed=typed, row=row, error=error)


@router.post("/{source_id}/{action}")
def act_on_source(
    request: Request, source_id: uuid.UUID, action: str, posted: TriagedDep, now: NowDep
) -> Response:
    """Run, pause or resume a source."""
    act = _ACTS.get(action)
    if act is None:
        raise InvalidInput("a source is run, paused or resumed")
    try:
        at_once(request, lambda s: act(s, source_id, viewer=posted.desk.viewer, now=now))
    except Conflict as error:
        found = read(request, reports.list_sources)
        return desk_page(
            request,
            "sources.html",
            posted.desk,
            now=now,
            status=409,
            rows=[reading.source_row(one, now) for one in found],
            did="",
            error=error.detail,
        )
    return RedirectResponse(f"/desk/sources?did={action}", status_code=303)


def _edit(
    session: Session, source_id: uuid.UUID, typed: dict[str, str], *, viewer: Viewer, now: datetime
) -> object:
    version = int(typed["version"]) if typed["version"].isdecimal() else 0
    patch = _schedule(typed)
    return sources.edit_source(session, source_id, patch, version=version, viewer=viewer, now=now)


def _typed(form: Form) -> dict[str, str]:
    return {name: form.one(name) for name in (*_FIELDS, "version")}


def _schedule(typed: dict[str, str]) -> dict[str, Any]:
    minutes = typed["minutes"]
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6):
        raise wrong("/minutes", "number", "Write a number of minutes, such as 60.")
    if not MIN_INTERVAL_SECONDS <= int(minutes) * 60 <= MAX_INTERVAL_SECONDS:
        raise wrong("/minutes", "range", "From 5 minutes to 10,080, which is seven days.")
    if typed["trust"] not in set(Trust):
        raise wrong("/trust", "enum", "Choose what its reports are worth.")
    return {
        "interval_seconds": int(minutes) * 60,
        "trust": Trust(typed["trust"]),
        "licence": typed["licence"][:300] or None,
        "mapping": mapping_of(one for one in typed["mapping"].splitlines() if one.strip()),
    }


def _check_named(typed: dict[str, str]) -> None:
    if not 0 < len(typed["name"]) <= 300:
        raise wrong("/name", "missing", "Give it a name of up to 300 letters.")
    if typed["kind"] not in set(SourceKind):
        raise wrong("/kind", "enum", "Choose how it is read.")
    if not typed["address"]:
        raise wrong("/address", "missing", "Write where it is read from, beginning with https://.")


def _form(
    request: Request,
    desk: Desk,
    *,
    now: datetime,
    typed: dict[str, str],
    row: reading.SourceRow | None = None,
    error: QalamError | None = None,
) -> Response:
    beside, others = by_field(error, *_FIELDS) if error is not None else ({}, [])
    if isinstance(error, NotAllowed):
        beside, others = {"trust": error.detail}, []
    return desk_page(
        request,
        "source.html",
        desk,
        now=now,
        status=error.status if error is not None else 200,
        typed=typed,
        row=row,
        beside=beside,
        others=others,
        is_stale=isinstance(error, StaleVersion),
        kinds=list(SourceKind),
        trusts=list(Trust),
        mappable=sorted(FIELDS),
    )
