# SPDX-License-Identifier: Apache-2.0
"""`/maintenances`: announced work, during which nobody is told; measuring goes on."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, ConfigDict, StringConstraints

from app.api import answers, parameters
from app.api.dependencies import NowDep, ReadingDep, SiteWriter, WritingDep
from app.api.idempotency import OnceDep
from app.api.paging import PageDep
from app.api.problems import responses
from app.api.schemas.fields import CurrentTerms
from app.api.strict import StrictRoute
from app.services import upkeep

router = APIRouter(prefix="/maintenances", tags=["sites"], route_class=StrictRoute)


class NewMaintenance(CurrentTerms):
    """Work on one site or one vantage, once or every week by the clocks of a place."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "vantage": "desk-almaty",
                    "starts_at": "2026-03-01T22:00:00+05:00",
                    "ends_at": "2026-03-02T01:00:00+05:00",
                    "weekly_in": "Asia/Almaty",
                    "reason": "The provider works on the line.",
                }
            ]
        },
    )

    site: uuid.UUID | None = None
    vantage: Annotated[str, StringConstraints(max_length=40)] | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    weekly_in: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


@router.get("", responses=responses(400, 401, 403, 422))
def list_maintenances(
    session: ReadingDep, _caller: SiteWriter, now: NowDep, page: PageDep
) -> Response:
    """All work that was ever announced, the latest first."""
    after = parameters.after_id(page.after)
    found = upkeep.list_views(session, now=now, limit=page.limit + 1, after=after)
    kept = found[: page.limit]
    place = [str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)


@router.post("", status_code=201, responses=responses(401, 403, 404, 422))
def plan_maintenance(
    body: NewMaintenance, session: WritingDep, caller: SiteWriter, now: NowDep, once: OnceDep
) -> Response:
    """Announce work; alerts about it wait until it is over, and what holds then is told."""

    def act() -> Response:
        row = upkeep.plan(session, **body.model_dump(), now=now, actor_id=caller.key_id)
        view = upkeep.view(session, row, now=now)
        return answers.item(view, status=201, location=f"/api/v1/maintenances/{row.id}")

    return once(act)


@router.delete("/{maintenance_id}", status_code=204, responses=responses(401, 403, 404))
def end_maintenance(
    maintenance_id: uuid.UUID, session: WritingDep, caller: SiteWriter, now: NowDep
) -> Response:
    """End work now, or take back what was announced; it stays on record."""
    upkeep.end(session, maintenance_id, now=now, actor_id=caller.key_id)
    return Response(status_code=204)
