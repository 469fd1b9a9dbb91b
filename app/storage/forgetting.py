# SPDX-License-Identifier: Apache-2.0
"""What may be deleted of old measurements: good ones that nothing on record refers to.

The house's only deletions of measurements are here. Read page by page along the time-first index;
where a reading stopped is kept as a note, so that what was passed over once is not read every time.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import VerdictState
from app.storage import body_references
from app.storage.agents import ControlRequest
from app.storage.alerts import Alert
from app.storage.history import StateCheckpoint
from app.storage.ledger import Note
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Episode, SiteState

Row = sa.Row[uuid.UUID, uuid.UUID, uuid.UUID, datetime, datetime, uuid.UUID | None, str | None]
"""uid, site, vantage, measured at, received at, control of, awaits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a reading of all measurements has come."""

    at: datetime
    uid: uuid.UUID
    began_at: datetime


def place(session: Session, name: str) -> Place | None:
    """Return where a reading stopped, or None where it has to begin."""
    note = session.get(Note, name)
    if note is None:
        return None
    return Place(
        at=datetime.fromisoformat(note.value["at"]),
        uid=uuid.UUID(note.value["uid"]),
        began_at=datetime.fromisoformat(note.value["began_at"]),
    )


def keep_place(session: Session, name: str, reached: Place | None) -> None:
    """Keep where a reading stopped; None lets it begin anew."""
    if reached is None:
        session.execute(sa.delete(Note).where(Note.name == name))
        return
    value = {
        "at": reached.at.isoformat(),
        "uid": str(reached.uid),
        "began_at": reached.began_at.isoformat(),
    }
    session.merge(Note(name=name, value=value))


def page(session: Session, after: Place | None, *, before: datetime, limit: int) -> Sequence[Row]:
    """Return the next measurements of all in the order of their time, without observations."""
    query = (
        sa.select(
            MeasurementRow.uid,
            MeasurementRow.site_id,
            MeasurementRow.vantage_id,
            MeasurementRow.measured_at,
            MeasurementRow.received_at,
            MeasurementRow.control_of,
            MeasurementRow.awaits,
        )
        .where(MeasurementRow.measured_at < before)
        .order_by(MeasurementRow.measured_at, MeasurementRow.uid)
        .limit(limit)
    )
    if after is not None:
        query = query.where(
            MeasurementRow.measured_at >= after.at,
            sa.or_(MeasurementRow.measured_at > after.at, MeasurementRow.uid > after.uid),
        )
    return session.execute(query).all()


def plainly_good(session: Session, uids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those that every version of the rules called ok, without interference."""
    is_good = sa.and_(VerdictRow.state == VerdictState.OK, VerdictRow.interference.is_(False))
    query = (
        sa.select(VerdictRow.measurement_uid)
        .where(VerdictRow.measurement_uid.in_(uids))
        .group_by(VerdictRow.measurement_uid)
        .having(sa.func.min(sa.case((is_good, 1), else_=0)) == 1)
    )
    return {uid for (uid,) in session.execute(query)}


def spoken_for(session: Session, rows: Sequence[Row]) -> set[uuid.UUID]:
    """Return those that a state, an episode, a checkpoint or an alert of their site stands on.

    Also the last one of each site at each vantage, and all that were measured while an episode of
    that site lasted there.
    """
    sites = {row.site_id for row in rows}
    uids = {row.uid for row in rows}
    named: set[uuid.UUID] = set()
    for table in (SiteState, Episode, StateCheckpoint):
        query = sa.select(table.measurement_uid).where(
            table.site_id.in_(sites), table.measurement_uid.in_(uids)
        )
        named |= {uid for uid in session.scalars(query) if uid is not None}
    told = sa.select(Alert.evidence["measurement_uid"].as_string()).where(Alert.site_id.in_(sites))
    named |= {uuid.UUID(uid) for uid in session.scalars(told) if uid} & uids
    last = _last_measured(session, sites)
    episodes = _episodes(session, sites)
    for row in rows:
        pair = (row.site_id, row.vantage_id)
        if last.get(pair) == row.measured_at or any(
            since <= row.measured_at and (until is None or row.measured_at <= until)
            for since, until in episodes.get(pair, ())
        ):
            named.add(row.uid)
    return named


def delete(session: Session, uids: Collection[uuid.UUID]) -> int:
    """Delete measurements with their controls, verdicts and references; return how many rows."""
    of_controls = sa.select(MeasurementRow.uid).where(MeasurementRow.control_of.in_(uids))
    going = {*uids, *session.scalars(of_controls)}
    body_references.forget(session, going)
    for gone in (
        sa.delete(ControlRequest).where(ControlRequest.field_uid.in_(uids)),
        sa.delete(VerdictRow).where(VerdictRow.measurement_uid.in_(going)),
        sa.delete(MeasurementRow).where(MeasurementRow.uid.in_(going)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
    return len(going)


def observations_of(session: Session, uids: Collection[uuid.UUID]) -> Sequence[dict[str, Any]]:
    """Return what was seen in some measurements."""
    query = sa.select(MeasurementRow.observations).where(MeasurementRow.uid.in_(uids))
    return session.scalars(query).all()


def waiting_since(session: Session) -> datetime | None:
    """Return when the oldest measurement came in that has no verdict yet."""
    waiting = sa.select(sa.func.min(MeasurementRow.received_at))
    return session.execute(waiting.where(MeasurementRow.awaits.is_not(None))).scalar_one()


def _last_measured(
    session: Session, sites: Collection[uuid.UUID]
) -> dict[tuple[uuid.UUID, uuid.UUID], datetime | None]:
    query = sa.select(SiteState.site_id, SiteState.vantage_id, SiteState.last_measured_at)
    rows = session.execute(query.where(SiteState.site_id.in_(sites)))
    return {(site_id, vantage_id): at for site_id, vantage_id, at in rows}


def _episodes(
    session: Session, sites: Collection[uuid.UUID]
) -> dict[tuple[uuid.UUID, uuid.UUID], list[tuple[datetime, datetime | None]]]:
    query = sa.select(Episode.site_id, Episode.vantage_id, Episode.since, Episode.until)
    found: dict[tuple[uuid.UUID, uuid.UUID], list[tuple[datetime, datetime | None]]] = {}
    for site_id, vantage_id, since, until in session.execute(
        query.where(Episode.site_id.in_(sites))
    ):
        found.setdefault((site_id, vantage_id), []).append((since, until))
    return found
