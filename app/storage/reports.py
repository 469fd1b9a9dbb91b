# SPDX-License-Identifier: Apache-2.0
"""Intake: the sources that are read, the reports that came out, and every version of each."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from app.domain.vocabulary import ReportStatus, SourceKind, Trust
from app.errors import NotFound
from app.storage.database import Base, TermType, new_id

_CLAIMING = 0x514C5352  # "QLSR": whoever claims sources holds it until its transaction ends


class Source(Base):
    """Something that is read: a feed or a file, on a schedule or when somebody hands it in."""

    __tablename__ = "sources"
    __table_args__ = (
        sa.Index("ix_sources_due", "next_due_at"),
        sa.Index("ix_sources_host", "host"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SourceKind] = mapped_column(TermType(SourceKind))
    # Null for files that are handed in: nothing is fetched for them.
    address: Mapped[str | None]
    # Of the address: one host is asked by one worker at a time.
    host: Mapped[str | None]
    # {"external_id": "url", "title": "Headline", "country": "=KZ", …}; `domain.record.report` says how.
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trust: Mapped[Trust] = mapped_column(TermType(Trust), default=Trust.LEAD)
    licence: Mapped[str | None]
    interval_seconds: Mapped[int] = mapped_column(default=3600)
    is_paused: Mapped[bool] = mapped_column(default=False)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    last_run_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failures_in_a_row: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    # Whether the mapping is another since the last reading: the same words are then read anew.
    is_remapped: Mapped[bool] = mapped_column(default=False)


class Report(Base):
    """One source's account of something: a hint for a person, never published by a machine."""

    __tablename__ = "reports"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "external_id"),
        sa.Index("ix_reports_status", "status", "first_seen_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sources.id"))
    external_id: Mapped[str]
    raw_sha256: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    url: Mapped[str | None]
    language: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(sa.String(2))
    date_text: Mapped[str | None]  # EDTF, of the event where the source says so
    published_at: Mapped[datetime | None]
    # What the reader did not understand, so that a person can see it.
    leftovers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # `domain.record.particulars`: what the source says in full, and what a machine suggests.
    particulars: Mapped[dict[str, Any]] = mapped_column(default=dict)
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    status: Mapped[ReportStatus] = mapped_column(TermType(ReportStatus), default=ReportStatus.NEW)
    status_reason: Mapped[str | None]
    incident_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    # The source of that incident which stands for this report, where attaching made it.
    citation_id: Mapped[uuid.UUID | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    decided_at: Mapped[datetime | None]
    # When somebody last looked again, and what was decided stood.
    looked_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    # When the source last said something else; after `decided_at`, a person should look again.
    changed_at: Mapped[datetime]
    vanished_at: Mapped[datetime | None]
    # How many versions the source has given; each is kept in `raw_items`.
    version: Mapped[int] = mapped_column(default=1)

    source: Mapped[Source] = relationship(lazy="raise")


class RawItem(Base):
    """What the source said, word for word, each time it said something else. Append-only."""

    __tablename__ = "raw_items"

    report_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("reports.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    raw: Mapped[str]
    seen_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a report before its source is read again."""

    id: uuid.UUID
    sha256: str
    version: int
    published_at: datetime | None
    country: str | None
    date_text: str | None
    is_gone: bool


def get_source(session: Session, source_id: uuid.UUID) -> Source:
    """Return a source."""
    source = session.get(Source, source_id)
    if source is None:
        raise NotFound("there is no such source: GET /api/v1/sources lists them")
    return source


def find_source(session: Session, name: str) -> Source | None:
    """Return the source of this name, if there is one."""
    return session.scalar(sa.select(Source).where(Source.name == name))


def list_sources(session: Session) -> Sequence[Source]:
    """Return every source, by name."""
    return session.scalars(sa.select(Source).order_by(Source.name)).all()


def claim_due_sources(
    session: Session, *, worker: str, now: datetime, lease: timedelta, limit: int
) -> list[Source]:
    """Lease the sources that are due to this worker; a lease that runs out is free again.

    A source whose host another worker is asking is left until that one is done.
    """
    is_free = sa.or_(Source.leased_until.is_(None), Source.leased_until < now)
    is_due = sa.and_(
        Source.address.is_not(None), Source.is_paused.is_(False), Source.next_due_at <= now
    )
    if session.get_bind().dialect.name == "postgresql":
        # Two workers that claim in one moment would not see each other's hosts.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMING)))
    other = aliased(Source)
    is_alone = ~sa.exists().where(
        other.host == Source.host,
        other.id != Source.id,
        other.leased_until >= now,
        other.leased_by != worker,
    )
    found = session.scalars(
        sa.select(Source)
        .where(is_due, is_free, is_alone)
        .order_by(Source.next_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for source in found:
        # Compare and set: SQLite has no row locks, and another worker may have been quicker.
        taken = session.execute(
            sa.update(Source)
            .where(Source.id == source.id, is_free, is_alone)
            .values(leased_until=now + lease, leased_by=worker)
            .returning(Source.id)
            .execution_options(synchronize_session=False)
        ).first()
        if taken is not None:
            claimed.append(source)
    return claimed


def postpone_host(session: Session, host: str, *, until: datetime) -> None:
    """Let no source of this host be due before a time."""
    session.execute(
        sa.update(Source)
        .where(Source.host == host, Source.next_due_at < until)
        .values(next_due_at=until)
        .execution_options(synchronize_session=False)
    )


def find_leased(session: Session, source_id: uuid.UUID, *, worker: str) -> Source | None:
    """Return a source, locked, if this worker still holds its lease."""
    return session.scalar(
        sa.select(Source)
        .where(Source.id == source_id, Source.leased_by == worker)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def lock_source(session: Session, source_id: uuid.UUID) -> None:
    """Let no other transaction take items into this source until this one ends."""
    session.execute(sa.select(Source.id).where(Source.id == source_id).with_for_update())


def known_reports(
    session: Session, source_id: uuid.UUID, *, keys: Sequence[str] | None = None
) -> dict[str, Known]:
    """Return what is known of the reports of a source, by external id: of all, or of these ids."""
    query = sa.select(
        Report.external_id,
        Report.id,
        Report.raw_sha256,
        Report.version,
        Report.published_at,
        Report.country,
        Report.date_text,
        Report.vanished_at,
    ).where(Report.source_id == source_id)
    if keys is not None:
        query = query.where(Report.external_id.in_(keys))
    return {
        external_id: Known(
            id=report_id,
            sha256=sha256,
            version=version,
            published_at=published_at,
            country=country,
            date_text=date_text,
            is_gone=gone_at is not None,
        )
        for external_id, report_id, sha256, version, published_at, country, date_text, gone_at in (
            session.execute(query)
        )
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a report."""

    id: uuid.UUID
    status: ReportStatus
    incident_id: uuid.UUID | None


def decided_reports(session: Session, source_id: uuid.UUID) -> dict[str, Decided]:
    """Return what became of every report of a source, by external id."""
    query = sa.select(Report.external_id, Report.id, Report.status, Report.incident_id)
    rows = session.execute(query.where(Report.source_id == source_id))
    return {
        external_id: Decided(id=report_id, status=status, incident_id=incident_id)
        for external_id, report_id, status, incident_id in rows
    }


def others_stand_behind(session: Session, incident_id: uuid.UUID, report_id: uuid.UUID) -> bool:
    """Whether another report that its source has not taken away is of the same incident."""
    query = sa.select(sa.func.count()).where(
        Report.incident_id == incident_id, Report.id != report_id, Report.vanished_at.is_(None)
    )
    return bool(session.scalar(query))


def add_reports(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert reports."""
    if rows:
        session.execute(sa.insert(Report), list(rows))


def update_reports(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update reports by their `id`; every row names the same columns."""
    if rows:
        session.execute(sa.update(Report), list(rows))


def add_raw_items(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append versions, word for word."""
    if rows:
        session.execute(sa.insert(RawItem), list(rows))


def get_report(session: Session, report_id: uuid.UUID) -> Report:
    """Return a report with its source."""
    report = session.scalar(
        sa.select(Report).where(Report.id == report_id).options(joinedload(Report.source))
    )
    if report is None:
        raise NotFound("there is no such report: GET /api/v1/reports lists them")
    return report


def lock_report(session: Session, report_id: uuid.UUID) -> Report:
    """Return a report that nobody else can decide on until this transaction ends."""
    report = session.scalar(
        sa.select(Report)
        .where(Report.id == report_id)
        .options(joinedload(Report.source))
        .with_for_update(of=Report)
        .execution_options(populate_existing=True)
    )
    if report is None:
        raise NotFound("there is no such report: GET /api/v1/reports lists them")
    return report


def list_reports(
    session: Session,
    *,
    status: ReportStatus | None,
    source_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[Report]:
    """Return reports with their sources, latest first, from a place in that order."""
    query = sa.select(Report).options(joinedload(Report.source))
    if status is not None:
        query = query.where(Report.status == status)
    if source_id is not None:
        query = query.where(Report.source_id == source_id)
    if after is not None:
        query = query.where(sa.tuple_(Report.first_seen_at, Report.id) < after)
    query = query.order_by(Report.first_seen_at.desc(), Report.id.desc())
    return session.scalars(query.limit(limit)).all()


def raw_versions(session: Session, report_id: uuid.UUID) -> Sequence[RawItem]:
    """Return every version of a report as its source wrote it, latest first."""
    query = sa.select(RawItem).where(RawItem.report_id == report_id)
    return session.scalars(query.order_by(RawItem.version.desc())).all()
