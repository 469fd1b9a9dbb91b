# SPDX-License-Identifier: Apache-2.0
"""The rule of two people for what is no incident: who may stand for a row, withdraw it, change it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import Conflict, NotAllowed
from app.services import workflow
from app.services.checks import wrong
from app.storage import ledger

D = TypeVar("D")


class Standing(Protocol):
    """A row that counts once somebody other than its author has verified it."""

    recorded_by_id: uuid.UUID | None
    verified_at: datetime | None
    verified_by_id: uuid.UUID | None
    retracted_at: datetime | None
    retraction_reason: str | None


def stand_for(session: Session, viewer: Viewer, row: Standing, *, what: str, now: datetime) -> None:
    """Verify a row that somebody else entered; `what` names it, such as "a party"."""
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if row.retracted_at is not None:
        raise Conflict(f"{what} that is retracted is not verified: enter it anew")
    if row.verified_at is not None:
        raise Conflict(f"{what} is verified only once; this one is already")
    if _is_author(session, viewer, row.recorded_by_id):
        raise NotAllowed(f"{what.capitalize()} is verified by somebody other than who entered it.")
    row.verified_at, row.verified_by_id = now, viewer.key_id


def withdraw(viewer: Viewer, row: Standing, *, what: str, reason: str, now: datetime) -> None:
    """Retract a row with a reason; it stays on record."""
    is_own_unverified = row.recorded_by_id == viewer.key_id and row.verified_at is None
    if not (is_own_unverified or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed(f"{what} that is verified is withdrawn by somebody who may verify")
    if row.retracted_at is not None:
        raise Conflict(f"{what} is retracted only once; this one is already")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with it.")
    row.retracted_at, row.retraction_reason = now, reason


def check_edit(
    session: Session,
    viewer: Viewer,
    *,
    recorded_by_id: uuid.UUID | None,
    is_public: bool,
    reason: str | None,
) -> None:
    """Let its author and editors change a row; a public one only an editor who did not enter it."""
    if not (viewer.is_staff or recorded_by_id == viewer.key_id):
        raise NotAllowed("only who entered it and editors change it")
    if not is_public:
        return
    if Scope.INCIDENTS_PUBLISH not in viewer.scopes:
        raise NotAllowed("a public record is changed by an editor: tell one what is wrong")
    if _is_author(session, viewer, recorded_by_id):
        raise NotAllowed("A public record is changed by somebody other than who entered it.")
    if not (reason or "").strip():
        raise wrong("/reason", "missing", "Say why a public record is changed.")


def has_edited(session: Session, viewer: Viewer, kind: str, object_id: uuid.UUID) -> bool:
    """Whether any change of a row is this viewer's: what they wrote may stand under a later edit."""
    edits = [one for one in ledger.revisions_of(session, kind, object_id) if one.action == "edit"]
    return any(_is_author(session, viewer, one.actor_id) for one in edits)


def merged(old: Mapping[str, Any], patch: Mapping[str, Any], kind: type[D]) -> D:
    """Return a draft with the fields a patch names changed; lists are replaced whole."""
    try:
        return msgspec.convert({**old, **patch}, kind)
    except msgspec.ValidationError as error:
        # Its message names the place and the expected kind, and may quote a value: only the place.
        _, _, place = str(error).partition("`$.")
        pointer = "/" + place.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
        raise wrong(pointer, "invalid", "This value is not valid here.") from None


def _is_author(session: Session, viewer: Viewer, author_id: uuid.UUID | None) -> bool:
    person = workflow.person_behind
    return person(session, viewer.key_id) == person(session, author_id)
