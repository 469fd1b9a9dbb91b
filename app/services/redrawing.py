# SPDX-License-Identifier: Apache-2.0
"""Stored documents after an upgrade: those an earlier release kept are drawn anew, once.

A document is kept at the last change of its incident, so it lacks what a later release tells.
Nothing happened to the incident itself: where only the form is new, version and time stay.
"""

import uuid
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import WorkflowStatus
from app.services import conclusions, matching, suspects
from app.services.documents import incident_document, words_of
from app.storage import ledger
from app.storage.incidents import Incident, find_incident

FORM = 2
"""Which form stored documents have: one more whenever a field of them comes, goes or means another."""

STEP = 100
"""How many are drawn anew in one transaction, so that nobody who writes waits long."""

_NOTE = "documents.form"


def is_current(session: Session) -> bool:
    """Whether every stored document has the form of this release."""
    done, after = _reached(session)
    return done or not _next(session, after, limit=1)


def is_noted(session: Session) -> bool:
    """Whether it is written down that nothing is left to do: one row is read."""
    return _reached(session)[0]


def redraw_some(session: Session, *, now: datetime, limit: int = STEP) -> bool:
    """Draw the next documents anew and note how far it went; return whether there may be more.

    Killed anywhere, it goes on behind the last transaction. A database without incidents is done at once.
    """
    done, after = _reached(session)
    if done:
        return False
    ids = _next(session, after, limit=limit)
    tiers = {one for incident_id in ids for one in _redraw(session, incident_id, now=now)}
    if tiers:
        ledger.bump(session, *tiers)
    more = len(ids) == limit
    place = {"form": FORM, "after": str(ids[-1])} if more else {"form": FORM}
    session.merge(ledger.Note(name=_NOTE, value=place))
    session.flush()
    return more


def _reached(session: Session) -> tuple[bool, uuid.UUID | None]:
    """Return whether all is done, and else behind which incident to go on."""
    note = session.get(ledger.Note, _NOTE)
    if note is None or note.value["form"] != FORM:
        return False, None
    after = note.value.get("after")
    return after is None, uuid.UUID(after) if after else None


def _next(session: Session, after: uuid.UUID | None, *, limit: int) -> list[uuid.UUID]:
    query = sa.select(Incident.id).order_by(Incident.id).limit(limit)
    if after is not None:
        query = query.where(Incident.id > after)
    return list(session.scalars(query))


def _redraw(session: Session, incident_id: uuid.UUID, *, now: datetime) -> set[str]:
    """Draw one anew; return which tiers read something else than before."""
    row = find_incident(session, incident_id, for_change=True)
    if row is None:
        return set()
    # Reports are found to speak of it by its keys, which an earlier release did not keep.
    matching.keep_incident(session, row, now=now)
    kept = row.document
    found = conclusions.conclude(session, row, as_of=now.date(), known_at=now, now=now)
    suspects.decide_names(row, found)
    drawn = msgspec.to_builtins(incident_document(found))
    if _without_day(_in_shape_of(kept, drawn)) != _without_day(kept):
        # More than the form differs: what follows by today's rules is another, and that is a change.
        changed = conclusions.refresh(session, row, now=now)
        return {"staff", "public"} if changed else {"staff"}
    if drawn == kept:
        return set()
    row.document, row.search_text = drawn, words_of(drawn)
    row.impunity = found.impunity.level.value
    session.flush()
    return {"staff", "public"} if row.status is WorkflowStatus.PUBLISHED else {"staff"}


def _without_day(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without the day of deriving, which is no news by itself."""
    return {**document, "impunity": {**document.get("impunity", {}), "as_of": None}}


def _in_shape_of(kept: Any, drawn: Any) -> Any:  # noqa: ANN401 - JSON values
    """Return what is drawn, without the fields that the kept one has no place for."""
    if isinstance(kept, dict) and isinstance(drawn, dict):
        return {
            name: _in_shape_of(kept.get(name), one) for name, one in drawn.items() if name in kept
        }
    if isinstance(kept, list) and isinstance(drawn, list) and len(kept) == len(drawn):
        return [_in_shape_of(old, new) for old, new in zip(kept, drawn, strict=True)]
    return drawn
