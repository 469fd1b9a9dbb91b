# SPDX-License-Identifier: Apache-2.0
"""Which reminders of deadlines were written, so that each is written once."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, insert_into, new_id


class DeadlineNotice(Base):
    """One reminder of one deadline; the row is written together with its message, or neither is."""

    __tablename__ = "deadline_notices"
    __table_args__ = (sa.UniqueConstraint("object_id", "deadline_on", "notice"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID]
    deadline_on: Mapped[date]
    notice: Mapped[str] = mapped_column(sa.String(16))  # "ahead", "overdue"
    written_at: Mapped[datetime]


def claim_notice(
    session: Session,
    *,
    object_kind: str,
    object_id: uuid.UUID,
    deadline_on: date,
    notice: str,
    now: datetime,
) -> bool:
    """Take it upon this transaction to write a reminder; False where another has written it."""
    statement = (
        insert_into(session, DeadlineNotice)
        .values(
            id=new_id(),
            object_kind=object_kind,
            object_id=object_id,
            deadline_on=deadline_on,
            notice=notice,
            written_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=[
                DeadlineNotice.object_id,
                DeadlineNotice.deadline_on,
                DeadlineNotice.notice,
            ]
        )
        .returning(DeadlineNotice.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None
