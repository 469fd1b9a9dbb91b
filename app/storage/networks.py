# SPDX-License-Identifier: Apache-2.0
"""Which network announces which addresses: an imported table, replaced whole by each import."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base

_BATCH = 5_000


class NetworkPrefix(Base):
    """One announced prefix, as a source of routing data gives it."""

    __tablename__ = "network_prefixes"

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str]  # "192.0.2.0/24", in its one canonical spelling
    asn: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str | None]
    source: Mapped[str] = mapped_column(index=True)
    imported_at: Mapped[datetime]


def replace(session: Session, source: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put new rows in the place of all that this source gave before."""
    session.execute(
        sa.delete(NetworkPrefix)
        .where(NetworkPrefix.source == source)
        .execution_options(synchronize_session=False)
    )
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            session.execute(sa.insert(NetworkPrefix), batch)
            batch = []
    if batch:
        session.execute(sa.insert(NetworkPrefix), batch)


def list_prefixes(session: Session) -> Iterator[tuple[str, int, str]]:
    """Return (prefix, asn, name) of every source, a batch at a time; the last import speaks last."""
    query = sa.select(NetworkPrefix.prefix, NetworkPrefix.asn, NetworkPrefix.name).order_by(
        NetworkPrefix.imported_at, NetworkPrefix.id
    )
    for prefix, asn, name in session.execute(query.execution_options(yield_per=_BATCH)):
        yield prefix, asn, name or ""


def list_sources(session: Session) -> Sequence[tuple[str, int, datetime]]:
    """Return each source, how many prefixes it gave, and when."""
    query = (
        sa.select(NetworkPrefix.source, sa.func.count(), sa.func.max(NetworkPrefix.imported_at))
        .group_by(NetworkPrefix.source)
        .order_by(NetworkPrefix.source)
    )
    return [(source, count, at) for source, count, at in session.execute(query)]
