# SPDX-License-Identifier: Apache-2.0
"""What was on record before the keys or rules of matching were as they are: keyed and compared once.

In small steps, each noted, so that an upgrade of a large record keeps nobody waiting. Never here: what is
changed today, which `matching` follows at once.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.matching import RULES_VERSION
from app.services import matching
from app.storage import ledger
from app.storage.incidents import Incident, find_incident
from app.storage.reports import Report

STEP = 100
"""How many are looked at in one transaction."""

_NOTE = "matching.rules"
_PHASES: tuple[tuple[str, Any], ...] = (("incidents", Incident), ("reports", Report))


def rekey_some(session: Session, *, now: datetime, limit: int = STEP) -> bool:
    """Key and compare the next incidents, then reports; return whether there may be more.

    Killed anywhere, it goes on behind the last transaction; where all is done it reads one row.
    """
    phase, after = _reached(session)
    if phase >= len(_PHASES):
        return False
    name, table = _PHASES[phase]
    query = sa.select(table.id).order_by(table.id).limit(limit)
    if after is not None:
        query = query.where(table.id > after)
    ids = list(session.scalars(query))
    if name == "incidents":
        for incident_id in ids:
            row = find_incident(session, incident_id, for_change=True)
            if row is not None:
                matching.keep_incident(session, row, now=now)
    else:
        matching.rematch_reports(session, ids, now=now)
    more = len(ids) == limit
    place = {"phase": phase if more else phase + 1, "after": str(ids[-1]) if more else None}
    session.merge(ledger.Note(name=_NOTE, value={"version": RULES_VERSION, **place}))
    session.flush()
    return more or phase + 1 < len(_PHASES)


def _reached(session: Session) -> tuple[int, uuid.UUID | None]:
    """Return which phase it is at, and behind which id."""
    note = session.get(ledger.Note, _NOTE)
    if note is None or note.value["version"] != RULES_VERSION:
        return 0, None
    after = note.value["after"]
    return note.value["phase"], uuid.UUID(after) if after else None
