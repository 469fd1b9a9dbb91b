# SPDX-License-Identifier: Apache-2.0
"""`/people` and `/people/{id}`: where they are by the last that is on record, and why."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain.vocabulary import PersonStanding
from app.services import people as service
from app.services.people import PeopleFilter
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import justice, people, words
from app.web.rendering import link, page

router = APIRouter()

ROWS = 100


@router.api_route("/people", methods=["GET", "HEAD"])
def list_people(
    request: Request,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    country: str = "",
    state: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """The people by name, with where each is."""
    standing = filters.chosen(PersonStanding, state, "state")
    chosen = {"country": filters.country(country), "state": standing, "q": q}
    found = service.list_person_views(
        session,
        viewer,
        PeopleFilter(country=filters.country(country), state=standing, q=q or None),
        now=now,
        limit=ROWS + 1,
        after=(after, uuid.UUID(int=2**128 - 1)) if after else None,
    )
    kept = found[:ROWS]
    return page(
        request,
        "people.html",
        now=now,
        twin=link("/api/v1/people", **chosen),
        rows=[people.person_row(one) for one in kept],
        chosen=chosen,
        states=[(one.value, words.capital(one.label)) for one in PersonStanding],
        next=link("/people", **chosen, after=kept[-1]["name"]) if len(found) > ROWS else None,
    )


@router.api_route("/people/{person_id}", methods=["GET", "HEAD"])
def read_person(
    request: Request, person_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One person: where they are and why, what was done to them, their cases and sentences."""
    view = service.person_view(session, viewer, person_id, now=now)
    return page(
        request,
        "person.html",
        now=now,
        twin=f"/api/v1/people/{person_id}",
        person=people.person_row(view),
        history=[people.turn_row(one) for one in reversed(view["history"])],
        targeted=[people.done_row(one) for one in view["targeted_in"]],
        involved=[people.involved_row(one) for one in view["involved_in"]],
        cases=[(one["title"], justice.case_in_short(one)) for one in view["cases"]],
        statements=[people.statement_row(one) for one in view["statements"]],
    )
