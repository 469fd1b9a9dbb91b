# SPDX-License-Identifier: Apache-2.0
"""Mergers and splits of incidents, with everything that is needed to undo them.

Never here: what is moved, or who may do it (`app.services.merging`, `app.services.splitting`).
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.visibility import Viewer
from app.domain.vocabulary import WorkflowStatus
from app.errors import NotFound
from app.storage.database import Base, new_id
from app.storage.incidents import Incident, visible_to


class Merge(Base):
    """One incident merged into another: what exactly moved, and how both stood before."""

    __tablename__ = "merges"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kept_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    merged_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    reason: Mapped[str]
    # Ids by what they are of: {"citations": [...], "reports": [...], …}.
    moved: Mapped[dict[str, Any]]
    # {"kept": {"status": …}, "merged": {…}, "version": of the kept one afterwards}.
    before: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    undone_reason: Mapped[str | None]


class Split(Base):
    """One incident made out of another; merging it back is how it is undone."""

    __tablename__ = "splits"
    __table_args__ = (sa.Index("ix_splits_made_id", "made_id", unique=True),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    origin_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    made_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"))
    reason: Mapped[str]
    split_at: Mapped[datetime]
    split_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))


def lock_merge(session: Session, merge_id: uuid.UUID) -> Merge:
    """Return a merger that nobody else can undo until this transaction ends."""
    row = session.scalar(
        sa.select(Merge)
        .where(Merge.id == merge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("there is no such merger: an incident's `merges` names those it was part of")
    return row


def merges_of(session: Session, incident_id: uuid.UUID) -> Sequence[Merge]:
    """Return the mergers an incident was part of, the latest first."""
    return session.scalars(
        sa.select(Merge)
        .where(sa.or_(Merge.kept_id == incident_id, Merge.merged_id == incident_id))
        .order_by(Merge.merged_at.desc(), Merge.id)
    ).all()


def is_split_from(session: Session, made_id: uuid.UUID, origin_id: uuid.UUID) -> bool:
    """Whether one incident was made out of the other."""
    query = sa.select(Split.id).where(Split.made_id == made_id, Split.origin_id == origin_id)
    return session.scalar(query) is not None


_MOST_STEPS = 20


def stands_for(session: Session, viewer: Viewer, incident_id: uuid.UUID) -> uuid.UUID | None:
    """Return which incident stands for one that was public before it was merged, if a viewer sees it."""
    one: uuid.UUID | None = incident_id
    for _ in range(_MOST_STEPS):
        one = session.scalar(
            sa.select(Incident.duplicate_of_id).where(
                Incident.id == one,
                Incident.status == WorkflowStatus.MERGED,
                Incident.ref.is_not(None),
            )
        )
        if one is None:
            return None
        if session.scalar(sa.select(Incident.id).where(Incident.id == one, visible_to(viewer))):
            return one
    return None


def views(session: Session, incident_id: uuid.UUID) -> list[dict[str, Any]]:
    """Show the mergers an incident was part of, for its own people."""
    return [merge_view(one) for one in merges_of(session, incident_id)]


def merge_view(one: Merge) -> dict[str, Any]:
    """Show a merger: which stayed, how much moved, and whether it was undone."""
    return {
        "id": one.id,
        "kept": one.kept_id,
        "merged": one.merged_id,
        "reason": one.reason,
        "moved": {name: len(ids) for name, ids in one.moved.items()},
        "at": one.merged_at,
        "undone_at": one.undone_at,
        "undone_reason": one.undone_reason,
    }
