# SPDX-License-Identifier: Apache-2.0
"""People of the record: those targeted, and those named in cases. Never a source's identity."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.storage.database import Base, new_id


class Person(Base):
    """A person of the public record, under the name the record may show."""

    __tablename__ = "people"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    # {"kk": "…", "ru": "…"}: the name in its own script, where a source gives it.
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    country: Mapped[str | None]
    summary: Mapped[str | None]
    # Names of minors and of relatives are never public.
    is_minor: Mapped[bool] = mapped_column(default=False)
    is_relative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
