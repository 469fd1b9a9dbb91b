# SPDX-License-Identifier: Apache-2.0
"""Evidence: the files an incident rests on. The bytes are in `evidence_store`, by their hash.

A file is kept once, whoever hands it in; each handing in is a row of its own that refers to it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import CopyState
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id


class Fault(StrEnum):
    """What a look through the store found wrong with a file."""

    MISSING = "missing"
    CHANGED = "changed"
    COPY_MISSING = "copy_missing"
    COPY_CHANGED = "copy_changed"


class EvidenceFile(Base):
    """One file, named by the SHA-256 of the bytes that arrived, taken before anything read them."""

    __tablename__ = "evidence_files"
    __table_args__ = (
        sa.Index("ix_evidence_files_checked_at", "checked_at"),
        sa.Index("ix_evidence_files_copy_state", "copy_state"),
    )

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger())
    # By its first bytes, whatever its sender called it.
    sniffed_type: Mapped[str]
    stored_at: Mapped[datetime]
    # When its bytes were last hashed again, and what was wrong then.
    checked_at: Mapped[datetime]
    fault: Mapped[Fault | None] = mapped_column(TermType(Fault))
    # The copy without its metadata, the only one that leaves for the public.
    copy_state: Mapped[CopyState] = mapped_column(TermType(CopyState))
    copy_reason: Mapped[str | None]
    copy_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    copy_size: Mapped[int | None] = mapped_column(sa.BigInteger())
    copy_type: Mapped[str | None]
    copied_at: Mapped[datetime | None]


class Evidence(Base):
    """One handing in of a file for an incident, with what its sender says of it."""

    __tablename__ = "evidence"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("evidence_files.sha256"), index=True)
    declared_type: Mapped[str | None]
    # Restricted: file names tell of people and machines.
    file_name: Mapped[str | None]
    description: Mapped[str | None]
    captured_at: Mapped[datetime | None]
    captured_url: Mapped[str | None]
    captured_with: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_graphic: Mapped[bool] = mapped_column(default=False)
    # An editor decided that everybody may know of it and have the copy without metadata.
    is_public: Mapped[bool] = mapped_column(default=False)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    decided_at: Mapped[datetime | None]
    uploaded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    uploaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    withdrawn_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    file: Mapped[EvidenceFile] = relationship(lazy="raise")
    citation: Mapped[Citation | None] = relationship(lazy="raise")


WHOLE = (joinedload(Evidence.file), joinedload(Evidence.citation))


def find_evidence(
    session: Session, evidence_id: uuid.UUID, *, for_change: bool = False
) -> Evidence | None:
    """Return one handing in with its file, whoever asks; locked where it will be changed."""
    if for_change:
        session.execute(sa.select(Evidence.id).where(Evidence.id == evidence_id).with_for_update())
    return session.scalar(
        sa.select(Evidence)
        .where(Evidence.id == evidence_id)
        .options(*WHOLE)
        .execution_options(populate_existing=True)
    )


def evidence_of(session: Session, incident_id: uuid.UUID) -> Sequence[Evidence]:
    """Return all evidence of an incident, oldest first, with what was withdrawn."""
    return session.scalars(
        sa.select(Evidence)
        .where(Evidence.incident_id == incident_id)
        .order_by(Evidence.uploaded_at, Evidence.id)
        .options(*WHOLE)
    ).all()


def used_bytes(session: Session) -> int:
    """Return how many bytes all files and their copies take."""
    both = EvidenceFile.size + sa.func.coalesce(EvidenceFile.copy_size, 0)
    return int(session.scalar(sa.select(sa.func.sum(both))) or 0)


def known(session: Session, names: set[str]) -> set[str]:
    """Return which of these hashes are files on record."""
    if not names:
        return set()
    return set(
        session.scalars(sa.select(EvidenceFile.sha256).where(EvidenceFile.sha256.in_(names)))
    )


def known_copies(session: Session, names: set[str]) -> set[str]:
    """Return which of these hashes are public copies on record."""
    if not names:
        return set()
    found = session.scalars(
        sa.select(EvidenceFile.copy_sha256).where(EvidenceFile.copy_sha256.in_(names))
    )
    return {one for one in found if one is not None}


def next_uncopied(session: Session, *, limit: int) -> Sequence[EvidenceFile]:
    """Return files whose public copy is still to be made, the oldest first."""
    return session.scalars(
        sa.select(EvidenceFile)
        .where(EvidenceFile.copy_state == CopyState.WAITING)
        .order_by(EvidenceFile.stored_at)
        .limit(limit)
    ).all()


def next_unchecked(
    session: Session, *, before: datetime, limit: int, after: str = ""
) -> Sequence[EvidenceFile]:
    """Return files that were not hashed again since a time, those longest ago first."""
    return session.scalars(
        sa.select(EvidenceFile)
        .where(EvidenceFile.checked_at < before, EvidenceFile.sha256 > after)
        .order_by(EvidenceFile.checked_at, EvidenceFile.sha256)
        .limit(limit)
    ).all()


def page_of_files(session: Session, *, after: str, limit: int) -> Sequence[EvidenceFile]:
    """Return a page of all files, by hash."""
    return session.scalars(
        sa.select(EvidenceFile)
        .where(EvidenceFile.sha256 > after)
        .order_by(EvidenceFile.sha256)
        .limit(limit)
    ).all()


def faulty(session: Session) -> Sequence[EvidenceFile]:
    """Return the files with which something was wrong when they were last looked at."""
    return session.scalars(
        sa.select(EvidenceFile).where(EvidenceFile.fault.is_not(None)).order_by(EvidenceFile.sha256)
    ).all()
