# SPDX-License-Identifier: Apache-2.0
"""`/people`: those who were targeted, and suspects only where the rule for names allows it."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.api.paging import PageDep
from app.api.parameters import Search
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.services import people

router = APIRouter(prefix="/people", tags=["people"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_people(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    page: PageDep,
    country: str | None = None,
    q: Search = None,
) -> Response:
    """People of published incidents, by name: their roles, incidents, cases and sentences."""
    place = parameters.place(page.after, str, uuid.UUID)
    found = people.list_person_views(
        session,
        viewer,
        now=now,
        country=parameters.one_country(country),
        q=q,
        limit=page.limit + 1,
        after=(place[0], place[1]) if place else None,
    )
    kept = found[: page.limit]
    more = [kept[-1]["name"], str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=more)


@router.get("/{person_id}", responses=responses(401, 404))
def get_person(
    person_id: uuid.UUID,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
) -> Response:
    """One person, as far as the record may show them."""
    return answers.item(people.person_view(session, viewer, person_id, now=now))
