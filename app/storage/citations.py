# SPDX-License-Identifier: Apache-2.0
"""Citations: who says so. Served as `sources` of an incident, fact, decision or status."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import CitationType, Reliability
from app.storage.database import Base, TermType, new_id


class Citation(Base):
    """One published source that supports a statement. Never a person who asked not to be named."""

    __tablename__ = "citations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    type: Mapped[CitationType] = mapped_column(TermType(CitationType))
    title: Mapped[str]
    url: Mapped[str | None]
    publisher: Mapped[str | None]
    language: Mapped[str | None]
    published_on: Mapped[str | None]  # EDTF
    retrieved_on: Mapped[date | None]
    # Five outlets repeating one agency are one source: they share a group.
    independence_group: Mapped[str]
    is_primary: Mapped[bool] = mapped_column(default=False)
    # The desk's own judgement of the source; not for everybody.
    reliability: Mapped[Reliability | None] = mapped_column(TermType(Reliability))
    # Where inside the source: a page, a paragraph.
    locator: Mapped[str | None]
    created_at: Mapped[datetime]
