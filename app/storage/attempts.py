# SPDX-License-Identifier: Apache-2.0
"""What somebody with a key tried to write and was refused: who, when, what, why. Never what was sent."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, new_id


class Attempt(Base):
    """One refused write. Append-only; its twin in the ledger makes a later deletion show."""

    __tablename__ = "attempts"
    __table_args__ = (
        sa.Index("ix_attempts_at", "at", "id"),
        sa.Index("ix_attempts_object", "object_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    key_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    # The person behind the key as it stood then.
    person: Mapped[str | None]
    action: Mapped[str]  # "verify", "edit_incident"
    method: Mapped[str]
    route: Mapped[str]  # the address with its places open: /incidents/{incident_id}:verify
    object_kind: Mapped[str | None]
    object_id: Mapped[uuid.UUID | None]
    status: Mapped[int]
    code: Mapped[str]
    detail: Mapped[str]


def list_attempts(
    session: Session,
    *,
    object_id: uuid.UUID | None,
    key_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[Attempt]:
    """Return a page of attempts, the latest first."""
    query = sa.select(Attempt).order_by(Attempt.at.desc(), Attempt.id.desc()).limit(limit)
    if object_id is not None:
        query = query.where(Attempt.object_id == object_id)
    if key_id is not None:
        query = query.where(Attempt.key_id == key_id)
    if after is not None:
        place = sa.tuple_(Attempt.at, Attempt.id)
        query = query.where(place < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return session.scalars(query).all()
