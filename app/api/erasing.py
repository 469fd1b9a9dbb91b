# SPDX-License-Identifier: Apache-2.0
"""`/people/{id}:erase`: a name leaves the record; what was done to its bearer stays."""

import uuid

from fastapi import APIRouter, Response
from pydantic import Field

from app.api import answers
from app.api.dependencies import IncidentPublisher, NowDep, WritingDep
from app.api.problems import responses
from app.api.schemas.fields import Body, Line, example
from app.api.strict import StrictRoute
from app.services import erasure

router = APIRouter(prefix="/people", tags=["people"], route_class=StrictRoute)


class EraseBody(Body):
    """Why a name is erased, and how else it is written."""

    model_config = example({"reason": "Asked for by the person.", "also": ["Asel Nurgali"]})

    reason: Line = Field(description="Kept with the record; it must not hold the name.")
    also: list[Line] = Field(
        default_factory=list, max_length=50, description="Other spellings and inflected forms."
    )


@router.post("/{person_id}:erase", responses=responses(401, 403, 404, 409, 422))
def erase_person(
    person_id: uuid.UUID,
    body: EraseBody,
    session: WritingDep,
    caller: IncidentPublisher,
    now: NowDep,
) -> Response:
    """Take a person's name out of everything on record; the answer says what is left, and where."""
    done = erasure.erase_person(
        session, caller, person_id, reason=body.reason, also=body.also, now=now
    )
    return answers.item(done)
