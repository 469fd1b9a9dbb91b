# SPDX-License-Identifier: Apache-2.0
"""Taking the example away: each thing it brought, unless somebody has built on it since.

The database itself says whether something is in use: a row that others refer to cannot be deleted,
and stays with all its parts. Revisions are never deleted: those of what is gone are emptied, and the
two keys that made them stay, revoked.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.services import conclusions
from app.services.sealing import empty_revisions
from app.storage import ledger, matching
from app.storage.access import ApiKey
from app.storage.cases import Case, Fact, case_incidents
from app.storage.citations import Citation
from app.storage.database import Base, new_id
from app.storage.decisions import Decision, Pattern, Recommendation
from app.storage.incidents import Incident, incident_citations
from app.storage.ledger import Revision
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parts import EventGroup, IncidentCategory, Involvement, Target
from app.storage.people import Person
from app.storage.sealing import ERASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many things are gone, and which stay because others refer to them: (kind, id)."""

    gone: int
    kept: tuple[tuple[str, uuid.UUID], ...]


def remove(session: Session, made: Mapping[str, Sequence[str]], *, now: datetime) -> Removed:
    """Delete what was made, in the order in which things refer to each other."""
    gone: list[uuid.UUID] = []
    kept: list[tuple[str, uuid.UUID]] = []
    session.flush()
    for kind, delete in _ORDER.items():
        for object_id in map(uuid.UUID, made.get(kind, ())):
            try:
                with session.begin_nested():
                    delete(session, object_id)
            except IntegrityError:
                kept.append((kind, object_id))
            else:
                gone.append(object_id)
    session.expire_all()
    _empty_history(session, gone, now=now)
    left = [object_id for kind, object_id in kept if kind == "incident"]
    conclusions.refresh_all(session, left, now=now)
    return Removed(gone=len(gone), kept=tuple(kept))


def _empty_history(session: Session, gone: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Empty the revisions of what is gone: the ledger keeps that they were, not what they said."""
    history = session.scalars(sa.select(Revision).where(Revision.object_id.in_(gone))).all()
    wanted = [(one.id, frozenset(one.changes), one.reason is not None) for one in history]
    emptied = empty_revisions(session, [one for one in wanted if one[1] or one[2]], now=now)
    if emptied:
        ledger.record_revision(
            session,
            object_kind="example",
            object_id=new_id(),
            action=ERASE,
            actor_id=None,
            at=now,
            reason="The example was taken away.",
            changes={"erased": emptied},
        )


def _row(table: type[Base]) -> Callable[[Session, uuid.UUID], None]:
    def delete(session: Session, object_id: uuid.UUID) -> None:
        key = sa.inspect(table).primary_key[0]
        session.execute(sa.delete(table).where(key == object_id))

    return delete


def _case(session: Session, case_id: uuid.UUID) -> None:
    # Facts of others stand in the way on purpose: the case is theirs now, too.
    makers = sa.select(ApiKey.id).where(ApiKey.name.in_(("example loader", "example verifier")))
    session.execute(sa.delete(Fact).where(Fact.case_id == case_id, Fact.recorded_by_id.in_(makers)))
    session.execute(sa.delete(case_incidents).where(case_incidents.c.case_id == case_id))
    session.execute(sa.delete(Case).where(Case.id == case_id))


def _incident(session: Session, incident_id: uuid.UUID) -> None:
    for part in (IncidentCategory, Target, Involvement):
        session.execute(sa.delete(part).where(part.incident_id == incident_id))
    session.execute(
        sa.delete(incident_citations).where(incident_citations.c.incident_id == incident_id)
    )
    matching.drop_incident(session, incident_id)
    session.execute(sa.delete(Incident).where(Incident.id == incident_id))


_ORDER: dict[str, Callable[[Session, uuid.UUID], None]] = {
    "case": _case,
    "incident": _incident,
    "status_event": _row(OutletStatusEvent),
    "outlet": _row(Outlet),
    "decision": _row(Decision),
    "event_group": _row(EventGroup),
    "pattern": _row(Pattern),
    "recommendation": _row(Recommendation),
    "person": _row(Person),
    "citation": _row(Citation),
}
