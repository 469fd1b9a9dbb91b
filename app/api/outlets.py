# SPDX-License-Identifier: Apache-2.0
"""`/outlets`: what became of them, on three axes, with the ground and the decision behind it."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.conditional import MeasuredDep
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
from app.api.parameters import IfMatch, Listed, Search
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.incidents import NewOutlet
from app.api.schemas.outlets import NewStatusEvent, OutletPatch
from app.api.statements import published
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.domain.vocabulary import TimelineKind
from app.errors import QalamError
from app.services import outlet_edits, outlet_timeline, outlet_views, outlets
from app.services.drafts import OutletDraft, StatusEventDraft
from app.services.outlet_views import OutletFilter

router = APIRouter(prefix="/outlets", tags=["outlets"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_outlets(
    *,
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    page: PageDep,
    country: str | None = None,
    q: Search = None,
) -> Response:
    """Outlets with their condition on a day, by name."""
    place = parameters.place(page.after, str, uuid.UUID)
    found = outlet_views.list_outlet_views(
        session,
        viewer,
        OutletFilter(country=parameters.one_country(country), q=q),
        now=now,
        when=when,
        limit=page.limit + 1,
        after=(place[0], place[1]) if place else None,
    )
    kept = found[: page.limit]
    more = [kept[-1]["name"], str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=more)


@router.post("", status_code=201, responses=responses(400, 401, 403, 422))
def create_outlet(
    body: NewOutlet, session: WritingDep, caller: CaseWriter, now: NowDep, once: OnceDep
) -> Response:
    """Add an outlet; everybody sees it once somebody else publishes it or an incident names it."""

    def act() -> Response:
        row = outlets.create_outlet(session, caller, body.to_draft(OutletDraft), now=now)
        answer = {"id": row.id, "name": row.name, "country": row.country, "published": False}
        return answers.item(answer, status=201, location=f"/api/v1/outlets/{row.id}")

    return once(act)


@router.get("/{outlet_id}", responses=responses(401, 404, 422))
def get_outlet(
    outlet_id: uuid.UUID,
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    territory: Annotated[
        str | None, Query(description="For readers of this country; left out: of its own.")
    ] = None,
) -> Response:
    """One outlet: its condition, its history, its names, and where its sites are blocked."""
    return answers.item(
        outlet_views.outlet_view(
            session,
            viewer,
            outlet_id,
            now=now,
            when=when,
            territory=parameters.one_country(territory),
        )
    )


@router.patch("/{outlet_id}", responses=responses(401, 403, 404, 412, 422, 428))
def edit_outlet(
    outlet_id: uuid.UUID,
    body: OutletPatch,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change its name or summary, or say which outlet it continues. `If-Match` is needed."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(exclude_unset=True, exclude={"reason"})
    outlet_edits.edit_outlet(
        session, caller, outlet_id, patch, version=version, reason=body.reason, now=now
    )
    return answers.item(outlet_views.outlet_view(session, caller, outlet_id, now=now))


@router.get("/{outlet_id}/timeline", responses=responses(401, 404, 422))
def read_timeline(
    outlet_id: uuid.UUID,
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    kind: Listed = None,
) -> Response:
    """What was decided, measured, done to it and to its journalists, and answered, oldest first."""
    kinds = parameters.terms("kind", kind, TimelineKind)
    found = outlet_timeline.timeline(session, viewer, outlet_id, when, now=now, kinds=kinds)
    meta = {"n": len(found), "as_of": when.as_of, "known_at": when.known_at}
    return answers.rows(None, found, meta=meta)


@router.post("/{outlet_id}:publish", responses=responses(401, 403, 404, 409))
def publish_outlet(
    outlet_id: uuid.UUID, sessions: SessionsDep, caller: IncidentReader, now: NowDep
) -> Response:
    """Make it public, by somebody other than who entered it."""
    return published(
        sessions,
        caller,
        "outlet",
        outlet_id,
        now,
        lambda session: outlet_views.outlet_view(session, caller, outlet_id, now=now),
    )


@router.post(
    "/{outlet_id}/status-events", status_code=201, responses=responses(400, 401, 403, 404, 422)
)
def add_event(
    outlet_id: uuid.UUID,
    body: NewStatusEvent,
    session: WritingDep,
    caller: CaseWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Add a dated change on one axis; it counts once somebody else has verified it."""

    def act() -> Response:
        row = outlets.add_event(
            session, caller, outlet_id, body.to_draft(StatusEventDraft), now=now
        )
        answer = {"id": row.id, "axis": row.axis, "value": row.value, "verified": False}
        return answers.item(answer, status=201, location=f"/api/v1/outlets/{outlet_id}")

    return once(act)


@router.post(
    "/{outlet_id}/status-events/{event_id}:verify", responses=responses(401, 403, 404, 409)
)
def verify_event(
    outlet_id: uuid.UUID,
    event_id: uuid.UUID,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Stand for an event that somebody else entered; from now on it counts."""

    def act(session: Session) -> Response:
        outlets.verify_event(session, caller, outlet_id, event_id, now=now)
        return answers.item(_event(outlet_id, event_id, verified=True))

    def trace(session: Session, refusal: QalamError) -> None:
        outlets.note_refusal(session, caller, outlet_id, event_id, "verify_event", refusal, now=now)

    return traced(sessions, act, trace)


@router.post(
    "/{outlet_id}/status-events/{event_id}:retract", responses=responses(401, 403, 404, 409, 422)
)
def retract_event(
    outlet_id: uuid.UUID,
    event_id: uuid.UUID,
    body: ReasonBody,
    sessions: SessionsDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Withdraw an event, with a reason."""

    def act(session: Session) -> Response:
        outlets.retract_event(session, caller, outlet_id, event_id, reason=body.reason, now=now)
        return answers.item(_event(outlet_id, event_id, retracted=True))

    def trace(session: Session, refusal: QalamError) -> None:
        action = "retract_event"
        outlets.note_refusal(session, caller, outlet_id, event_id, action, refusal, now=now)

    return traced(sessions, act, trace)


def _event(outlet_id: uuid.UUID, event_id: uuid.UUID, **now_is: bool) -> dict[str, Any]:
    return {"outlet_id": outlet_id, "id": event_id, **now_is}
