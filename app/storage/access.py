# SPDX-License-Identifier: Apache-2.0
"""API keys (only their digests) and the answers already given to an Idempotency-Key."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.vocabulary import Role
from app.storage.database import Base, TermType, new_id


class ApiKey(Base):
    """A caller of the API. The key itself is never stored."""

    __tablename__ = "api_keys"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]  # a pseudonym is as good as a name
    # The person who uses it, where the name says something else: two keys of one owner are one person.
    owner: Mapped[str | None]
    role: Mapped[Role] = mapped_column(TermType(Role))
    scopes: Mapped[list[str]] = mapped_column(default=list)
    lookup: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[date | None]  # the day only


class IdempotencyRecord(Base):
    """What was answered to a POST, so that asking again changes nothing."""

    __tablename__ = "idempotency_records"

    key_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("api_keys.id"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    location: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


def find_key(session: Session, lookup: str) -> ApiKey | None:
    """Return the key with this public part, if it exists."""
    return session.scalar(sa.select(ApiKey).where(ApiKey.lookup == lookup))


def forget_idempotency(session: Session, *, before: datetime) -> None:
    """Drop answers given before a time; a key used again after that is a new request."""
    session.execute(sa.delete(IdempotencyRecord).where(IdempotencyRecord.created_at < before))


def forget_answer(session: Session, *, location: str) -> None:
    """Drop the kept answer that made this address, for it may hold what was to be shown once."""
    session.execute(sa.delete(IdempotencyRecord).where(IdempotencyRecord.location == location))
