# SPDX-License-Identifier: Apache-2.0
"""`/countries/{code}`: what the record holds of one country, in one answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api import answers
from app.api.conditional import MeasuredDep
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.services import country

router = APIRouter(tags=["overview"], route_class=StrictRoute)


@router.get("/countries/{code}", responses=responses(401, 404))
def read_country(
    code: Annotated[str, Path(description="ISO 3166-1 letters, such as KZ.", max_length=2)],
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
) -> Response:
    """Closures, attacks, people, patterns and recommendations of one country."""
    return answers.item(country.country_view(session, viewer, code, now=now))
