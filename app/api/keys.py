# SPDX-License-Identifier: Apache-2.0
"""`/api/v1/keys`: who may call. A key is shown once, in the answer that makes it."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, StringConstraints

from app.api import answers
from app.api.dependencies import KeyWriter, NowDep, ReadingDep, WritingDep
from app.api.problems import responses
from app.api.schemas.fields import CurrentTerms
from app.api.strict import StrictRoute
from app.domain.vocabulary import Role
from app.services import access

router = APIRouter(prefix="/keys", tags=["keys"], route_class=StrictRoute)


class NewKeyBody(CurrentTerms):
    """What a new key is for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"role": "monitor", "name": "desk-almaty"}]},
    )

    role: Role
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    owner: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="The person who uses it, where the name says something else."
    )


@router.get("", responses=responses(401, 403))
def list_keys(session: ReadingDep, _caller: KeyWriter) -> Response:
    """Every key by what the database knows of it; never the key itself."""
    found = [
        {
            "id": row.id,
            "name": row.name,
            "owner": row.owner,
            "role": row.role,
            "scopes": row.scopes,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "revoked_at": row.revoked_at,
        }
        for row in access.list_keys(session)
    ]
    return answers.rows(None, found)


@router.post("", status_code=201, responses=responses(401, 403, 422))
def create_key(body: NewKeyBody, session: WritingDep, caller: KeyWriter, now: NowDep) -> Response:
    """Make a key; `key` is shown in this answer and never again."""
    made = access.create_key(
        session,
        role=body.role,
        name=body.name,
        owner=body.owner,
        now=now,
        actor_id=caller.key_id,
    )
    answer = {"id": made.id, "key": made.secret, "role": made.role, "name": made.name}
    return answers.item(answer, status=201, location=f"/api/v1/keys/{made.id}")


@router.delete("/{key_id}", status_code=204, responses=responses(401, 403, 404))
def revoke_key(key_id: uuid.UUID, session: WritingDep, caller: KeyWriter, now: NowDep) -> Response:
    """Revoke a key at once."""
    access.revoke_key(session, key_id, now=now, actor_id=caller.key_id)
    return Response(status_code=204)
