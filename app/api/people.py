# SPDX-License-Identifier: Apache-2.0
"""`/people`: those who were targeted, and suspects only where the rule for names allows it."""

import uuid
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import (
    CaseWriter,
    IncidentReader,
    NowDep,
    ReadingDep,
    SessionsDep,
    ViewerDep,
    WritingDep,
)
from app.api.idempotency import OnceDep
from app.api.moments import WhenDep
from app.api.paging import PageDep
from app.api.parameters import Search
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.people import NewPersonStatement
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.vocabulary import PersonStanding
from app.errors import QalamError
from app.services import people, person_events
from app.services.people import PeopleFilter
from app.services.person_events import PersonEventDraft

router = APIRouter(prefix="/people", tags=["people"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_people(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    page: PageDep,
    country: str | None = None,
    state: PersonStanding | None = None,
    q: Search = None,
) -> Response:
    """People by name: where they are as of a day, their roles, incidents, cases and sentences."""
    place = parameters.place(page.after, str, uuid.UUID)
    found = people.list_person_views(
        session,
        viewer,
        PeopleFilter(country=parameters.one_country(country), state=state, q=q),
        now=now,
        when=when,
        limit=page.limit + 1,
        after=(place[0], place[1]) if place else None,
    )
    kept = found[: page.limit]
    more = [kept[-1]["name"], str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=more)


@router.get("/{person_id}", responses=responses(401, 404, 422))
def get_person(
    person_id: uuid.UUID,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
) -> Response:
    """One person, as far as the record may show them, with every standing there was and why."""
    return answers.item(people.person_view(session, viewer, person_id, now=now, when=when))


@router.post(
    "/{person_id}/statements", status_code=201, responses=responses(400, 401, 403, 404, 422)
)
def add_statement(
    person_id: uuid.UUID,
    body: NewPersonStatement,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Add what a source states became of a person; it counts once somebody else verified it."""

    def act() -> Response:
        draft = body.to_draft(PersonEventDraft)
        row = person_events.add_event(session, caller, person_id, draft, now=now)
        answer = {"id": row.id, "standing": row.standing, "verified": False}
        return answers.item(answer, status=201, location=f"/api/v1/people/{person_id}")

    return once(act)


@router.post(
    "/{person_id}/statements/{statement_id}:verify", responses=responses(401, 403, 404, 409)
)
def verify_statement(
    person_id: uuid.UUID,
    statement_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for a statement that somebody else entered; from now on it counts."""

    def act(session: Session) -> Response:
        person_events.verify_event(session, caller, person_id, statement_id, now=now)
        return answers.item(_told(person_id, statement_id, verified=True))

    def trace(session: Session, refusal: QalamError) -> None:
        action = "verify_statement"
        person_events.note_refusal(
            session, caller, person_id, statement_id, action, refusal, now=now
        )

    return traced(sessions, act, trace)


@router.post(
    "/{person_id}/statements/{statement_id}:retract", responses=responses(401, 403, 404, 409, 422)
)
def retract_statement(
    person_id: uuid.UUID,
    statement_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw a statement, with a reason."""

    def act(session: Session) -> Response:
        person_events.retract_event(
            session, caller, person_id, statement_id, reason=body.reason, now=now
        )
        return answers.item(_told(person_id, statement_id, retracted=True))

    def trace(session: Session, refusal: QalamError) -> None:
        action = "retract_statement"
        person_events.note_refusal(
            session, caller, person_id, statement_id, action, refusal, now=now
        )

    return traced(sessions, act, trace)


def _told(person_id: uuid.UUID, statement_id: uuid.UUID, **now_is: bool) -> dict[str, Any]:
    return {"person_id": person_id, "id": statement_id, **now_is}
