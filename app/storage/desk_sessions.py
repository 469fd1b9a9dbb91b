# SPDX-License-Identifier: Apache-2.0
"""Who is logged in at the desk: sessions by the hash of their token, gone when they end.

No address and no browser is kept, and nothing of a session outlives it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.storage.access import ApiKey
from app.storage.database import Base, new_id


class DeskSession(Base):
    """One browser in which somebody is logged in with a key. The token itself is never stored."""

    __tablename__ = "desk_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("api_keys.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    # To the minute or so: it is moved at most once a minute.
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    key: Mapped[ApiKey] = relationship(lazy="raise")


def find_session(session: Session, digest: str) -> DeskSession | None:
    """Return a session with its key, by the hash of its token."""
    return session.scalar(
        sa.select(DeskSession)
        .where(DeskSession.digest == digest)
        .options(joinedload(DeskSession.key))
    )


def list_sessions(
    session: Session, key_id: uuid.UUID, *, now: datetime, idle_since: datetime
) -> Sequence[DeskSession]:
    """Return the sessions of a key that still hold, latest first."""
    query = sa.select(DeskSession).where(
        DeskSession.key_id == key_id,
        DeskSession.expires_at > now,
        DeskSession.seen_at > idle_since,
    )
    return session.scalars(query.order_by(DeskSession.created_at.desc(), DeskSession.id)).all()


def touch(session: Session, session_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(sa.update(DeskSession).where(DeskSession.id == session_id).values(seen_at=now))


def end_sessions(
    session: Session, key_id: uuid.UUID, *, only: uuid.UUID | None, but: uuid.UUID | None
) -> int:
    """Delete sessions of a key: one, or all but one; returns how many."""
    doomed = sa.delete(DeskSession).where(DeskSession.key_id == key_id)
    if only is not None:
        doomed = doomed.where(DeskSession.id == only)
    if but is not None:
        doomed = doomed.where(DeskSession.id != but)
    return len(session.execute(doomed.returning(DeskSession.id)).all())


def forget_sessions(session: Session, *, now: datetime, idle_since: datetime) -> None:
    """Delete the sessions that hold no longer."""
    session.execute(
        sa.delete(DeskSession).where(
            sa.or_(DeskSession.expires_at <= now, DeskSession.seen_at <= idle_since)
        )
    )
