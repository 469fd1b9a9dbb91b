# SPDX-License-Identifier: Apache-2.0
"""ETags and 304: an answer is the same while its tier's change counter stands.

The cost is one counter, whatever the size of the data; changes that a tier cannot see do not move
its counter, so hidden work leaves no trace in public ETags.
"""

import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from app import __version__
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.domain.visibility import Viewer
from app.storage import ledger


class NotModified(Exception):
    """When the caller holds the present answer already."""

    def __init__(self, etag: str, cache_control: str) -> None:
        super().__init__(etag)
        self.etag = etag
        self.cache_control = cache_control


def _matching(header: str, etag: str) -> str | None:
    """Return the offered tag that still stands; one record's tag also ends in its version."""
    bare = etag.removeprefix("W/").rstrip('"')
    for one in (one.strip() for one in header.split(",")):
        body, _, version = one.removeprefix("W/").rstrip('"').partition(".")
        if one == "*" or (body == bare and (not version or version.isdigit())):
            return etag if one == "*" else one
    return None


def _stamp(
    request: Request, session: Session, viewer: Viewer, now: datetime, counters: tuple[str, ...]
) -> None:
    count = "-".join(str(ledger.counter(session, name)) for name in counters)
    view = "public" if viewer.tier == "public" else f"{viewer.role}:{viewer.key_id}"
    # The day is part of it: levels are derived as of today.
    parts = f"{__version__}|{count}|{view}|{now.date()}|{request.url.path}|{request.url.query}"
    etag = f'W/"{hashlib.sha256(parts.encode()).hexdigest()[:24]}"'
    public = viewer.key_id is None
    cache_control = (
        "public, max-age=5, stale-while-revalidate=30" if public else "private, no-cache"
    )
    offered = _matching(request.headers.get("if-none-match", ""), etag)
    if offered is not None:
        raise NotModified(offered, cache_control)
    request.state.headers = {
        "ETag": etag,
        "Cache-Control": cache_control,
        "Vary": "Authorization",
    }


def conditional(request: Request, session: ReadingDep, viewer: ViewerDep, now: NowDep) -> None:
    """Answer 304 where the caller is up to date; otherwise stamp the answer."""
    _stamp(request, session, viewer, now, (viewer.tier,))


def measured(request: Request, session: ReadingDep, viewer: ViewerDep, now: NowDep) -> None:
    """The same for answers that say when a site was last measured."""
    _stamp(request, session, viewer, now, (viewer.tier, "sites"))


async def on_not_modified(_request: Request, error: Exception) -> Response:
    """Answer 304 with the validators repeated, as RFC 9110 asks."""
    assert isinstance(error, NotModified)
    return Response(
        status_code=304,
        headers={
            "ETag": error.etag,
            "Cache-Control": error.cache_control,
            "Vary": "Authorization",
        },
    )


ConditionalDep = Annotated[None, Depends(conditional)]
MeasuredDep = Annotated[None, Depends(measured)]
