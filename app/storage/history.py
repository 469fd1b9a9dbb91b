# SPDX-License-Identifier: Apache-2.0
"""What is derived from measurements and must be made again when late ones arrive.

`mark` is called with every measurement that is concluded; the loop that keeps the history drains
the marks. Never here: the measurements themselves.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base


class DirtyHour(Base):
    """An hour of one site at one vantage whose counts are out of date; one row however often marked."""

    __tablename__ = "dirty_hours"

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    # Something came late: the states and episodes since this hour must be folded again.
    is_late: Mapped[bool]


def mark(
    session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID, at: datetime, *, is_late: bool
) -> None:
    """Say that something was concluded about this hour; late data ask for another fold as well."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    insert = make(DirtyHour).values(
        site_id=site_id, vantage_id=vantage_id, hour=hour, is_late=is_late
    )
    keys = ["site_id", "vantage_id", "hour"]
    if is_late:
        insert = insert.on_conflict_do_update(index_elements=keys, set_={"is_late": True})
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    session.execute(insert)
