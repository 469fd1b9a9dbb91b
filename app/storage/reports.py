# SPDX-License-Identifier: Apache-2.0
"""Intake: the sources that are read, the reports that came out, and every version of each."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import ReportStatus, SourceKind, Trust
from app.storage.database import Base, TermType, new_id


class Source(Base):
    """Something that is read on a schedule: a feed, or a file with a mapping of columns."""

    __tablename__ = "sources"
    __table_args__ = (sa.Index("ix_sources_due", "next_due_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SourceKind] = mapped_column(TermType(SourceKind))
    address: Mapped[str]
    # For CSV: {"external_id": "url", "title": "title", "published_at": "date", …}.
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


class Report(Base):
    """One source's account of something: a hint for a person, never published by a machine."""

    __tablename__ = "reports"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "external_id"),
        sa.Index("ix_reports_status", "status", "first_seen_at"),
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
    status: Mapped[ReportStatus] = mapped_column(TermType(ReportStatus), default=ReportStatus.NEW)
    status_reason: Mapped[str | None]
    incident_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("incidents.id"))
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    decided_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    vanished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    source: Mapped[Source] = relationship(lazy="raise")


class RawItem(Base):
    """What the source said, word for word, each time it said something else. Append-only."""

    __tablename__ = "raw_items"

    report_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("reports.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    raw: Mapped[str]
    seen_at: Mapped[datetime]
