# SPDX-License-Identifier: Apache-2.0
"""Which act a row of a dataset means, among those that datasets told of before.

By the id of the organisation's own system where rows have one; otherwise by name, country and date, and
then only among what the same organisation said. Read once for an import, never changed here.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord, name_key
from app.domain.vocabulary import Trust
from app.storage.external_ids import ExternalId
from app.storage.incidents import VERIFIED, Incident
from app.storage.parts import Target
from app.storage.people import Person
from app.storage.reports import Report, Source

Named = Mapping[tuple[str, str], list["Known"]]


@dataclass(frozen=True, slots=True)
class Known:
    """An incident on record, and the days it may be of."""

    incident_id: uuid.UUID
    earliest: date
    latest: date


@dataclass(frozen=True, slots=True)
class Holder:
    """The incident that bears an external id, and whether it is still the organisation's own record."""

    incident_id: uuid.UUID
    is_theirs: bool


def who(record: DatasetRecord) -> tuple[str, str]:
    """Return whom a row of one person is about, as far as a name and a country say it."""
    return name_key(record.person_name or ""), record.country


def same(known: Named, record: DatasetRecord) -> list[Known]:
    """Return those of the same name and country that may be of the same day."""
    span = dates.parse(record.date_text)
    return [
        one for one in known.get(who(record), ()) if dates.overlaps(span, one.earliest, one.latest)
    ]


def holders(session: Session, system: str, organisation: str) -> dict[str, Holder]:
    """Return which incident bears each id of a system."""
    rows = session.execute(
        sa.select(ExternalId.value, Incident.id, Incident.verified_by_name, Incident.status)
        .join(Incident, Incident.id == ExternalId.incident_id)
        .where(ExternalId.system == system)
    )
    return {
        value: Holder(incident_id, name == organisation and status in VERIFIED)
        for value, incident_id, name, status in rows
    }


def told_by_others(session: Session, source: Source, organisation: str) -> Named:
    """Return what other exports of the organisation told of, by name and country."""
    of_this = sa.select(Report.incident_id).where(
        Report.source_id == source.id, Report.incident_id.is_not(None)
    )
    return _named(
        session,
        Incident.verified_by_name == organisation,
        Incident.status.in_(VERIFIED),
        Incident.id.not_in(of_this),
    )


def taken_over(session: Session, organisation: str) -> Named:
    """Return records that datasets told of and that are people's own by now, likewise."""
    of_datasets = (
        sa.select(Report.incident_id)
        .join(Source, Source.id == Report.source_id)
        .where(Source.trust == Trust.DATASET, Report.incident_id.is_not(None))
    )
    return _named(
        session,
        Incident.id.in_(of_datasets),
        sa.or_(
            Incident.verified_by_name.is_distinct_from(organisation),
            Incident.status.not_in(VERIFIED),
        ),
    )


def _named(session: Session, *wanted: sa.ColumnElement[bool]) -> Named:
    rows = session.execute(
        sa.select(
            Incident.id,
            Incident.country,
            Incident.date_earliest,
            Incident.date_latest,
            Person.name,
        )
        .join(Target, Target.incident_id == Incident.id)
        .outerjoin(Person, Person.id == Target.person_id)
        .where(*wanted)
    )
    found: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for incident_id, country, earliest, latest, name in rows:
        found[name_key(name or ""), country].append(Known(incident_id, earliest, latest))
    return found
