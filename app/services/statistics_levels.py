# SPDX-License-Identifier: Apache-2.0
"""The level of impunity of each incident that statistics count, of today or of any other day.

Today's levels are the stored ones; those of another day, or as known at a time, are derived again, and
only incidents with cases need their whole history for that.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import impunity
from app.domain.record.impunity_input import ImpunityInput
from app.domain.record.statistics import Victim
from app.domain.vocabulary import (
    ActorType,
    Category,
    Impunity,
    IncidentScope,
    LegalGround,
    Motive,
    WorkflowStatus,
)
from app.services import conclusions, impunity_inputs
from app.storage.assessments import (
    Assessment,
    assessments_by_incident,
    overridden_incidents,
)
from app.storage.cases import case_incidents
from app.storage.incidents import VERIFIED, Incident, find_incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """On which day, as known when, and about which incidents; None for now, and for any."""

    as_of: date
    known_at: datetime | None = None
    countries: tuple[str, ...] = ()
    category: Category | None = None
    # Only incidents aimed at these people: a shortcut, and only of what is known now.
    people: tuple[uuid.UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One incident's own fields, of today or of a past revision."""

    country: str
    date_text: str
    motive: Motive
    scope: IncidentScope
    status: WorkflowStatus
    kinds: tuple[tuple[Category, str | None], ...]
    victims: tuple[Victim, ...]
    actors: frozenset[ActorType]
    admin1: str | None = None
    ground: LegalGround | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level, whose it is, and whether an assessor found justice only after the day asked about."""

    level: Impunity
    is_reported: bool
    later_justice: bool = False
    # What the facts alone give, where the level was set by hand.
    derived: Impunity | None = None


def levels_of(
    session: Session, fields: Mapping[uuid.UUID, Fields], asked: Asked, *, now: datetime
) -> dict[uuid.UUID, Level]:
    """Return the level of each incident on the day and by the knowledge asked about."""
    if asked.known_at is None and asked.as_of >= now.date():
        return _stored_levels(session, fields)
    return _derived_levels(session, fields, asked, now=now)


def _stored_levels(session: Session, fields: Mapping[uuid.UUID, Fields]) -> dict[uuid.UUID, Level]:
    rows = session.execute(
        sa.select(
            Incident.id,
            Incident.impunity,
            Incident.document["impunity"]["basis"].as_string(),
            Incident.document["impunity"]["derived"]["level"].as_string(),
        ).where(Incident.status.in_(VERIFIED))
    )
    return {
        incident_id: Level(
            level=Impunity(level),
            is_reported=basis == "reported",
            derived=Impunity(derived) if derived else None,
        )
        for incident_id, level, basis, derived in rows
        if incident_id in fields
    }


def _derived_levels(
    session: Session, fields: Mapping[uuid.UUID, Fields], asked: Asked, *, now: datetime
) -> dict[uuid.UUID, Level]:
    """Derive levels of another day or knowledge; only incidents with cases need their whole history."""
    with_cases = set(session.scalars(sa.select(case_incidents.c.incident_id).distinct()))
    with_cases |= overridden_incidents(session)
    statements = assessments_by_incident(session, sa.select(Incident.id))
    found: dict[uuid.UUID, Level] = {}
    for incident_id, one in fields.items():
        said = statements.get(incident_id, [])
        if incident_id in with_cases:
            result = _concluded(session, incident_id, asked, now=now)
        else:
            given = ImpunityInput(
                categories=frozenset(kind for kind, _ in one.kinds),
                verified_at=one.verified_at,
                reported=tuple(impunity_inputs.reported_level(each) for each in said),
            )
            result = impunity.derive(given, as_of=asked.as_of, known_at=asked.known_at or now)
        found[incident_id] = Level(
            level=result.level,
            is_reported=result.basis == "reported",
            later_justice=_has_later_justice(said, asked, now),
            derived=result.derived.level if result.derived is not None else None,
        )
    return found


def _concluded(
    session: Session, incident_id: uuid.UUID, asked: Asked, *, now: datetime
) -> impunity.ImpunityResult:
    row = find_incident(session, incident_id)
    assert row is not None
    return conclusions.conclude(
        session, row, as_of=asked.as_of, known_at=asked.known_at or now, now=now
    ).impunity


def _has_later_justice(said: Sequence[Assessment], asked: Asked, now: datetime) -> bool:
    known_at = asked.known_at or now
    return any(
        one.stated_on > asked.as_of
        and one.level is not Impunity.COMPLETE_IMPUNITY
        and one.recorded_at <= known_at
        and (one.retracted_at is None or one.retracted_at > known_at)
        for one in said
    )
