# SPDX-License-Identifier: Apache-2.0
"""`/ledger`: signed checkpoints for everybody to keep; entries for auditors and the desk.

What everybody reads tells neither how much was done nor whether anything was (docs/ledger.md).
"""

from typing import Annotated
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from app.api import answers, parameters
from app.api.dependencies import ReadingDep, ViewerDep
from app.api.paging import PageDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.record.ledger import instant
from app.domain.visibility import Viewer
from app.errors import NotAllowed, NotAuthenticated
from app.services import checkpoints, sealing
from app.storage import sealing as stored

router = APIRouter(prefix="/ledger", tags=["ledger"], route_class=StrictRoute)

_FEED_ROWS = 48


def _auditor(viewer: ViewerDep) -> Viewer:
    if viewer.key_id is None:
        raise NotAuthenticated("this needs an API key: send `Authorization: Bearer qlm_…`")
    if not viewer.reads_ledger:
        raise NotAllowed(
            "the entries of the ledger are for auditors, editors, verifiers and admins"
        )
    return viewer


AuditorDep = Annotated[Viewer, Depends(_auditor)]


@router.get("", responses=responses(401))
def get_ledger(session: ReadingDep, viewer: ViewerDep) -> Response:
    """The newest checkpoint and the public keys; auditors also read the head and what waits."""
    return answers.item(checkpoints.ledger_view(session, opened=viewer.reads_ledger))


@router.get("/checkpoints", responses=responses(400, 401, 422))
def list_checkpoints(session: ReadingDep, viewer: ViewerDep, page: PageDep) -> Response:
    """Signed checkpoints, the newest first: keep them where nobody here can change them."""
    place = parameters.place(page.after, int)
    rows = stored.list_checkpoints(
        session, limit=page.limit + 1, before=place[0] if place else None
    )
    kept = rows[: page.limit]
    more = [kept[-1].sequence] if len(rows) > page.limit else None
    found = [checkpoints.row_view(row, opened=viewer.reads_ledger) for row in kept]
    return answers.rows(page, found, place=more)


@router.get(
    "/checkpoints.atom",
    responses={200: {"content": {"application/atom+xml": {}}}},
    response_class=Response,
)
def checkpoints_feed(request: Request, session: ReadingDep) -> Response:
    """The same as a feed, for any reader that keeps what it has seen."""
    address = f"{request.app.state.settings.address}/api/v1/ledger/checkpoints"
    rows = stored.list_checkpoints(session, limit=_FEED_ROWS)
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _line(feed, "id", address)
    _line(feed, "title", "Qalam: signed checkpoints of the ledger")
    _line(feed, "updated", instant(rows[0].at) if rows else "1970-01-01T00:00:00Z")
    SubElement(feed, "link", rel="self", href=f"{address}.atom")
    SubElement(SubElement(feed, "author"), "name").text = "Qalam"
    for row in rows:
        entry = SubElement(feed, "entry")
        _line(entry, "id", f"urn:sha256:{row.hash}")
        _line(entry, "title", f"Checkpoint of {instant(row.at)}")
        _line(entry, "updated", instant(row.at))
        SubElement(entry, "link", rel="alternate", href=address)
        # The very JSON, so that what a feed reader keeps can be verified as it is.
        view = checkpoints.row_view(row, opened=False)
        SubElement(entry, "content", type="text").text = msgspec.json.encode(view).decode()
    return Response(tostring(feed, encoding="utf-8", xml_declaration=True), media_type=_ATOM)


_ATOM = "application/atom+xml"


def _line(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


@router.get("/entries", responses=responses(400, 401, 403, 422))
def list_entries(session: ReadingDep, _auditor: AuditorDep, page: PageDep) -> Response:
    """Every entry with all that its hash is over, the oldest first; commitments, never values."""
    place = parameters.place(page.after, int)
    rows = stored.list_entries(session, limit=page.limit + 1, after=place[0] if place else 0)
    kept = rows[: page.limit]
    more = [kept[-1].number] if len(rows) > page.limit else None
    return answers.rows(page, [sealing.entry_view(row) for row in kept], place=more)
