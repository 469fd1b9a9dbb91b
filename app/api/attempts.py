# SPDX-License-Identifier: Apache-2.0
"""`/attempts`: who tried what and was refused. For auditors, editors and admins, never the public."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, parameters
from app.api.dependencies import ReadingDep, ViewerDep
from app.api.paging import PageDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.errors import NotAuthenticated
from app.services import attempts

router = APIRouter(prefix="/attempts", tags=["attempts"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 403, 422))
def list_attempts(
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    about: Annotated[
        uuid.UUID | None, Query(alias="object", description="About this incident, case, …")
    ] = None,
    key: Annotated[uuid.UUID | None, Query(description="With this key.")] = None,
) -> Response:
    """Refused writes, the latest first: who, when, what, and why it was refused."""
    if viewer.key_id is None:
        raise NotAuthenticated("this needs an API key: send `Authorization: Bearer qlm_…`")
    place = parameters.place(page.after, datetime.fromisoformat, uuid.UUID)
    found = attempts.list_attempts(
        session,
        viewer,
        object_id=about,
        key_id=key,
        limit=page.limit + 1,
        after=(place[0], place[1]) if place else None,
    )
    kept = found[: page.limit]
    last = kept[-1] if len(found) > page.limit else None
    following = [last["at"].isoformat(), str(last["id"])] if last else None
    return answers.rows(page, kept, place=following)
