# SPDX-License-Identifier: Apache-2.0
"""Two records of one event become one: the other keeps its sources for the one that stays.

What is carried over is a change of the incident that stays, under the rules of every change: an open
one goes back under verification, of a public one the sources wait for a second person.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.services import record, workflow
from app.services.citations import FIELDS
from app.services.drafts import CitationDraft
from app.storage.citations import Citation
from app.storage.incidents import Incident, find_incident, get_incident

CARRIED = "Sources of an incident that was merged into this one."


def merge(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    merged_into: uuid.UUID,
    reason: str | None,
    now: datetime,
) -> Incident:
    """Merge an incident into another, which stays; `:review` takes the step back."""
    # Both locked in one order, so that two mergers never wait for each other.
    for one in sorted({incident_id, merged_into}):
        find_incident(session, one, for_change=True)
    row = workflow.transition(
        session,
        viewer,
        incident_id,
        Action.MERGE,
        now=now,
        reason=reason,
        duplicate_of=merged_into,
    )
    kept = get_incident(session, viewer, merged_into)
    theirs = {_what(one) for one in kept.citations}
    carried = [_copy(one) for one in row.citations if _what(one) not in theirs]
    if carried:
        sources = [*({"id": str(one.id)} for one in kept.citations), *carried]
        record.edit_incident(
            session,
            viewer,
            kept.id,
            {"sources": sources},
            version=kept.version,
            now=now,
            reason=CARRIED,
        )
    return row


def _what(one: Citation) -> tuple[str | None, str]:
    return (one.url, one.title)


def _copy(one: Citation) -> dict[str, object]:
    """Return a source as it would be handed in anew; its independence group stays what it was."""
    draft = CitationDraft(**{name: getattr(one, name) for name in FIELDS})
    copied: dict[str, object] = msgspec.to_builtins(draft)
    return copied
