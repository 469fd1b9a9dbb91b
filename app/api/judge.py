# SPDX-License-Identifier: Apache-2.0
"""`POST /judge`: one OONI measurement judged, twice. Nothing of it is kept.

Any key may ask; without one nobody may, because a judgement costs up to a second of this machine.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from app.api import answers
from app.api.dependencies import ReadingDep, ViewerDep
from app.api.problems import responses
from app.api.schemas.judge import EXAMPLE
from app.api.strict import StrictRoute
from app.domain.blocking.judging import judge_line
from app.domain.blocking.ooni.decoding import decode
from app.errors import NotAuthenticated
from app.services import fingerprints

MAX_MEASUREMENT = 8 * 1024 * 1024


class MeasurementRoute(StrictRoute):
    """Bodies may be as large as a measurement, and hold any character: they are not stored."""

    max_body = MAX_MEASUREMENT
    parse = staticmethod(decode)


router = APIRouter(tags=["sites"], route_class=MeasurementRoute)

Measurement = Annotated[
    Any, Body(description="An OONI `web_connectivity` measurement.", examples=[EXAMPLE])
]


@router.post("/judge", responses=responses(400, 401, 413, 422))
def judge(body: Measurement, session: ReadingDep, viewer: ViewerDep) -> Response:
    """OONI's classic keys, computed anew, and our verdict with its rule and reasons."""
    if viewer.key_id is None:
        raise NotAuthenticated("this needs an API key: send `Authorization: Bearer qlm_…`")
    return answers.item(judge_line(body, fingerprints.load(session)))
