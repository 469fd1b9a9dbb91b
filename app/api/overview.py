# SPDX-License-Identifier: Apache-2.0
"""`/overview`: what stands now, in one answer; the twin of the front page."""

from fastapi import APIRouter, Response

from app.api import answers
from app.api.conditional import MeasuredDep
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.services import overview

router = APIRouter(tags=["overview"], route_class=StrictRoute)


@router.get("/overview", responses=responses(401))
def read_overview(
    _fresh: MeasuredDep, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """What is blocked now, what else is wrong, what happened, and how far Qalam can see."""
    return answers.item(overview.overview(session, viewer, now=now))
