# SPDX-License-Identifier: Apache-2.0
"""Measurements as they were made, and the verdicts that rules drew from them. Both append-only."""

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, defer, load_only, mapped_column

from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from app.errors import NotFound
from app.storage.database import Base, TermType, insert_into
from app.storage.sites import Vantage

JUDGEMENT = "judgement"
"""Just handed in: nobody has looked at it yet."""
CONTROLS = "controls"
"""Controls were asked; it waits for them."""


class MeasurementRow(Base):
    """One measurement: facts only. `observations` is the whole `Measurement`, bodies apart."""

    __tablename__ = "measurements"
    # One time-first index: site-first ones slow ingest 32-fold at ten million rows.
    __table_args__ = (
        sa.Index("ix_measurements_measured_at", "measured_at"),
        sa.Index(
            "ix_measurements_awaits",
            "received_at",
            sqlite_where=sa.text("awaits IS NOT NULL"),
            postgresql_where=sa.text("awaits IS NOT NULL"),
        ),
        sa.Index(
            "ix_measurements_control_of",
            "control_of",
            sqlite_where=sa.text("control_of IS NOT NULL"),
            postgresql_where=sa.text("control_of IS NOT NULL"),
        ),
    )

    uid: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"))
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"))
    measured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    runtime_ms: Mapped[float]
    # For a control: the field measurement it was asked for.
    control_of: Mapped[uuid.UUID | None]
    vantage_healthy: Mapped[bool]
    prober_fault: Mapped[str | None]
    # What must happen before a verdict: JUDGEMENT or CONTROLS; null once that is done.
    awaits: Mapped[str | None]
    awaits_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    # It arrived so late that it belongs to the history: no current alert comes of it.
    is_late: Mapped[bool] = mapped_column(default=False)
    # An agent's: the batch it came in, and how far the collector's clock was ahead of the agent's.
    batch_id: Mapped[uuid.UUID | None]
    clock_offset_ms: Mapped[float | None]
    observations: Mapped[dict[str, Any]]


class VerdictRow(Base):
    """What the rules of one version say about one measurement."""

    __tablename__ = "verdicts"

    measurement_uid: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("measurements.uid"), primary_key=True
    )
    rules_version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[VerdictState] = mapped_column(TermType(VerdictState))
    layer: Mapped[Layer | None] = mapped_column(TermType(Layer))
    mechanism: Mapped[Mechanism | None] = mapped_column(TermType(Mechanism))
    interference: Mapped[bool]
    confidence: Mapped[Confidence | None] = mapped_column(TermType(Confidence))
    rule: Mapped[str]
    reasons: Mapped[list[str]]
    failure_class: Mapped[str | None]
    # Whether no second vantage measured in that network then; null where that was not noted.
    lone_vantage: Mapped[bool | None]
    control_uids: Mapped[list[str]] = mapped_column(default=list)
    judged_at: Mapped[datetime]


class FingerprintRow(Base):
    """An imported block-page or forged-address fingerprint, with where it came from."""

    __tablename__ = "fingerprints"

    name: Mapped[str] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)  # "dns" or "http"
    scope: Mapped[str]
    location: Mapped[str]
    pattern_type: Mapped[str]
    pattern: Mapped[str]
    expected_countries: Mapped[list[str]] = mapped_column(default=list)
    origin: Mapped[str | None]  # the set it was imported with
    licence: Mapped[str | None]  # terms of that set; null where it states none
    source: Mapped[str | None]  # who found it, as the file says: a project, a page
    example_url: Mapped[str | None]  # a measurement that shows it
    # 0 to 10: how sure its finders are that it is no false alarm.
    confidence_no_fp: Mapped[int | None]
    notes: Mapped[str | None]
    imported_at: Mapped[datetime]


def insert_new(session: Session, rows: Sequence[dict[str, Any]]) -> set[uuid.UUID]:
    """Insert measurements and return the uids that were new; those kept before stay untouched."""
    if not rows:
        return set()
    query = (
        insert_into(session, MeasurementRow)
        .on_conflict_do_nothing(index_elements=["uid"])
        .returning(MeasurementRow.uid)
    )
    return set(session.scalars(query, rows))


def settle(session: Session, uid: uuid.UUID) -> None:
    """Say that a measurement waits for nothing any more."""
    session.execute(
        sa.update(MeasurementRow)
        .where(MeasurementRow.uid == uid, MeasurementRow.awaits.is_not(None))
        .values(awaits=None, awaits_until=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def claim_awaiting(
    session: Session, *, now: datetime, lease: timedelta, limit: int
) -> Sequence[MeasurementRow]:
    """Lease field measurements that can be judged now, or for which controls must be asked.

    One that waits for controls is left alone until its time is over or `rouse` freed it.
    """
    found = session.scalars(
        sa.select(MeasurementRow)
        .where(
            MeasurementRow.awaits.is_not(None),
            # What a vantage that was switched off left behind waits until it is back.
            MeasurementRow.vantage_id.in_(sa.select(Vantage.id).where(Vantage.is_enabled)),
            sa.or_(MeasurementRow.awaits_until.is_(None), MeasurementRow.awaits_until <= now),
            sa.or_(MeasurementRow.leased_until.is_(None), MeasurementRow.leased_until <= now),
        )
        # The newest first: the present is worth more than the past.
        .order_by(MeasurementRow.received_at, MeasurementRow.measured_at.desc())
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in found:
        row.leased_until = now + lease
    session.flush()
    return found


def await_controls(session: Session, uid: uuid.UUID, *, until: datetime) -> None:
    """Let a field measurement wait for its controls, no longer than they would count."""
    session.execute(
        sa.update(MeasurementRow)
        .where(MeasurementRow.uid == uid)
        .values(awaits=CONTROLS, awaits_until=until, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def rouse(session: Session, uids: Sequence[uuid.UUID]) -> None:
    """Let measurements be judged at once: the controls they waited for have answered."""
    session.execute(
        sa.update(MeasurementRow)
        .where(MeasurementRow.uid.in_(uids), MeasurementRow.awaits.is_not(None))
        .values(awaits_until=None)
        .execution_options(synchronize_session=False)
    )


def list_controls_of(session: Session, uids: Sequence[uuid.UUID]) -> Sequence[MeasurementRow]:
    """Return the controls that were measured for these field measurements, as they came."""
    return session.scalars(
        sa.select(MeasurementRow)
        .where(MeasurementRow.control_of.in_(uids))
        .order_by(MeasurementRow.received_at, MeasurementRow.measured_at, MeasurementRow.uid)
    ).all()


def to_observations(measurement: Measurement) -> dict[str, Any]:
    """Return a measurement as JSON values; bodies and certificates are kept elsewhere, by hash."""
    bare = dataclasses.replace(
        measurement,
        handshakes=tuple(dataclasses.replace(one, chain=()) for one in measurement.handshakes),
        exchanges=tuple(dataclasses.replace(one, body=None) for one in measurement.exchanges),
    )
    values: dict[str, Any] = msgspec.to_builtins(bare)
    return values


def from_observations(values: dict[str, Any]) -> Measurement:
    """Return the measurement that was stored, without its bodies."""
    return msgspec.convert(values, Measurement)


def get_measurement(session: Session, uid: uuid.UUID) -> MeasurementRow:
    """Return one measurement."""
    row = session.get(MeasurementRow, uid)
    if row is None:
        raise NotFound("there is no such measurement: it may have passed its retention")
    return row


def newest_version() -> sa.ScalarSelect[Any]:
    """The newest version of the rules that judged a measurement of the query around it."""
    return (
        sa.select(sa.func.max(VerdictRow.rules_version))
        .where(VerdictRow.measurement_uid == MeasurementRow.uid)
        # Without this both tables would be taken from the query around it.
        .correlate(MeasurementRow)
        .scalar_subquery()
    )


def newest_verdict(session: Session, uid: uuid.UUID) -> VerdictRow | None:
    """Return what the newest rules say about a measurement."""
    return session.scalar(
        sa.select(VerdictRow)
        .where(VerdictRow.measurement_uid == uid)
        .order_by(VerdictRow.rules_version.desc())
        .limit(1)
    )


def concluded_since(
    session: Session,
    vantage_id: uuid.UUID,
    site_ids: Sequence[uuid.UUID],
    since: datetime,
) -> Sequence[sa.Row[MeasurementRow, VerdictRow]]:
    """Return what one vantage measured of some sites after a time, with verdicts; without observations.

    Read by time and sorted out in memory: there is no index that begins with a site.
    """
    return session.execute(
        sa.select(MeasurementRow, VerdictRow)
        .join(VerdictRow, VerdictRow.measurement_uid == MeasurementRow.uid)
        .where(
            MeasurementRow.measured_at > since,
            MeasurementRow.vantage_id == vantage_id,
            MeasurementRow.site_id.in_(site_ids),
            MeasurementRow.control_of.is_(None),
            VerdictRow.rules_version == newest_version(),
        )
        .options(
            load_only(
                MeasurementRow.site_id, MeasurementRow.measured_at, MeasurementRow.vantage_healthy
            ),
            defer(VerdictRow.control_uids),
        )
    ).all()


def list_verdicts(
    session: Session,
    site_id: uuid.UUID,
    *,
    after: uuid.UUID | None = None,
    limit: int,
) -> Sequence[sa.Row[MeasurementRow, VerdictRow]]:
    """Return a site's field measurements with their newest verdicts, latest first.

    `after` is the last of the page before; an id, because its time may not be shown to everybody.
    """
    query = (
        sa.select(MeasurementRow, VerdictRow)
        .join(VerdictRow, VerdictRow.measurement_uid == MeasurementRow.uid)
        .where(
            MeasurementRow.site_id == site_id,
            MeasurementRow.control_of.is_(None),
            VerdictRow.rules_version == newest_version(),
        )
        .order_by(MeasurementRow.measured_at.desc(), MeasurementRow.uid.desc())
        .limit(limit)
    )
    last = session.get(MeasurementRow, after) if after is not None else None
    if last is not None:
        query = query.where(
            sa.or_(
                MeasurementRow.measured_at < last.measured_at,
                sa.and_(
                    MeasurementRow.measured_at == last.measured_at, MeasurementRow.uid < last.uid
                ),
            )
        )
    return session.execute(query).all()
