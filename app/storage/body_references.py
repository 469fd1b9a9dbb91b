# SPDX-License-Identifier: Apache-2.0
"""Which measurements kept bodies and certificates are evidence of; what none refers to may go.

Written with a verdict, for what was not plainly good: only of that is anything kept in the store
(`bodies.py`). Never here: the bytes themselves.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.blocking.measurement import Measurement
from app.storage.database import Base, insert_into


class BodyReference(Base):
    """One body or certificate that one measurement holds as evidence."""

    __tablename__ = "body_references"
    __table_args__ = (sa.Index("ix_body_references_sha256", "sha256"),)

    measurement_uid: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("measurements.uid"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)


def note(session: Session, seen: Iterable[Measurement]) -> None:
    """Keep what these measurements refer to; noting it twice changes nothing."""
    rows = [
        {"measurement_uid": uuid.UUID(one.uid), "sha256": sha256}
        for one in seen
        for sha256 in dict.fromkeys(_hashes(one))
    ]
    if not rows:
        return
    insert = insert_into(session, BodyReference).on_conflict_do_nothing(
        index_elements=["measurement_uid", "sha256"]
    )
    session.execute(insert, rows)


def referred_to(session: Session, hashes: Collection[str]) -> set[str]:
    """Return those of some bodies that a measurement still refers to."""
    query = sa.select(BodyReference.sha256).where(BodyReference.sha256.in_(hashes)).distinct()
    return set(session.scalars(query))


def forget(session: Session, uids: Collection[uuid.UUID]) -> None:
    """Let these measurements refer to nothing any more."""
    session.execute(
        sa.delete(BodyReference)
        .where(BodyReference.measurement_uid.in_(uids))
        .execution_options(synchronize_session=False)
    )


def _hashes(measurement: Measurement) -> Iterator[str]:
    for exchange in measurement.exchanges:
        if exchange.body_sha256 is not None:
            yield exchange.body_sha256
    for handshake in measurement.handshakes:
        yield from handshake.chain_sha256
