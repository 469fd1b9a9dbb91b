# SPDX-License-Identifier: Apache-2.0
"""The sealed ledger: entries, the salts of what they commit to, what waits, and checkpoints.

Triggers of the database (migration 0003) refuse every change of these rows and of revisions, save
emptying; the same migration's trigger lets every new revision wait. Rules: `app.domain.record.ledger`.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base
from app.storage.ledger import Revision

_LOCK = 0x51414C414D  # "QALAM": whoever seals holds it until its transaction ends
_AT_ONCE = 500

ERASE = "erase"
"""The action of revisions that say what was emptied."""


class LedgerEntry(Base):
    """One sealed revision. The number has no gap and no twin; the chain rests on that, not on a lock."""

    __tablename__ = "ledger_entries"

    number: Mapped[int] = mapped_column(sa.BigInteger(), primary_key=True, autoincrement=False)
    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("revisions.id"), unique=True)
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID]
    object_revision: Mapped[int]
    action: Mapped[str]
    actor_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime]
    sealed_at: Mapped[datetime]
    commitments: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class LedgerSalt(Base):
    """The salts of one revision, as hex by committed field; a salt goes with the value it hid."""

    __tablename__ = "ledger_salts"

    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("revisions.id"), primary_key=True)
    salts: Mapped[dict[str, Any]]


class WaitingRevision(Base):
    """A committed revision without an entry; a trigger puts it here with the revision itself."""

    __tablename__ = "ledger_waiting"

    revision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("revisions.id"), primary_key=True)


class LedgerKey(Base):
    """A public key that checkpoints were signed with. Trust the one kept elsewhere, not this row."""

    __tablename__ = "ledger_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str]  # ed25519, base64
    first_used_at: Mapped[datetime]


class LedgerCheckpoint(Base):
    """The head of the ledger at an instant, signed."""

    __tablename__ = "ledger_checkpoints"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    entries: Mapped[int] = mapped_column(sa.BigInteger())
    head: Mapped[str] = mapped_column(sa.String(64))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    previous: Mapped[str] = mapped_column(sa.String(64))
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("ledger_keys.id"))
    signature: Mapped[str]  # ed25519, base64


def lock_ledger(session: Session) -> None:
    """Let nobody else seal until this transaction ends; on SQLite its BEGIN IMMEDIATE already does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def last_entry(session: Session) -> tuple[int, str] | None:
    """Return the number and hash of the newest entry."""
    row = session.execute(
        sa.select(LedgerEntry.number, LedgerEntry.hash).order_by(LedgerEntry.number.desc()).limit(1)
    ).first()
    return (row[0], row[1]) if row is not None else None


def list_waiting(session: Session, *, limit: int) -> Sequence[Revision]:
    """Return revisions that have no entry, as they would be told: by time, then within their object."""
    return session.scalars(
        sa.select(Revision)
        .join(WaitingRevision, WaitingRevision.revision_id == Revision.id)
        .order_by(Revision.at, Revision.number, Revision.id)
        .limit(limit)
        # What is sealed is what the database holds, not what this session remembers.
        .execution_options(populate_existing=True)
    ).all()


def count_waiting(session: Session) -> int:
    """Return how many revisions have no entry yet."""
    return session.scalar(sa.select(sa.func.count()).select_from(WaitingRevision)) or 0


def add_entries(
    session: Session, entries: Sequence[Mapping[str, Any]], salts: Sequence[Mapping[str, Any]]
) -> None:
    """Append entries with their salts; what they seal waits no longer."""
    session.execute(sa.insert(LedgerEntry), list(entries))
    session.execute(sa.insert(LedgerSalt), list(salts))
    sealed = [one["revision_id"] for one in entries]
    session.execute(
        sa.delete(WaitingRevision)
        .where(WaitingRevision.revision_id.in_(sealed))
        .execution_options(synchronize_session=False)
    )


def list_entries(session: Session, *, limit: int, after: int) -> Sequence[LedgerEntry]:
    """Return a page of entries, the oldest first."""
    query = sa.select(LedgerEntry).where(LedgerEntry.number > after)
    return session.scalars(query.order_by(LedgerEntry.number).limit(limit)).all()


def last_checkpoint(session: Session) -> LedgerCheckpoint | None:
    """Return the newest checkpoint."""
    return session.scalar(
        sa.select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence.desc()).limit(1)
    )


def list_checkpoints(
    session: Session, *, limit: int, before: int | None = None
) -> Sequence[LedgerCheckpoint]:
    """Return a page of checkpoints, the newest first."""
    query = sa.select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(LedgerCheckpoint.sequence < before)
    return session.scalars(query).all()


def all_checkpoints(session: Session) -> Sequence[LedgerCheckpoint]:
    """Return every checkpoint, the oldest first."""
    return session.scalars(sa.select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence)).all()


def list_keys(session: Session) -> Sequence[LedgerKey]:
    """Return every key that ever signed here, the oldest first."""
    return session.scalars(sa.select(LedgerKey).order_by(LedgerKey.first_used_at)).all()


def erasures(session: Session) -> Sequence[dict[str, Any]]:
    """Return what every erasure on record says it emptied: {"erased": {revision: [fields]}}."""
    return session.scalars(sa.select(Revision.changes).where(Revision.action == ERASE)).all()


def unsealed(session: Session, *, limit: int) -> Sequence[uuid.UUID]:
    """Return revisions that have no entry and do not wait for one: put there behind the triggers."""
    has_entry = sa.exists().where(LedgerEntry.revision_id == Revision.id)
    waits = sa.exists().where(WaitingRevision.revision_id == Revision.id)
    return session.scalars(sa.select(Revision.id).where(~has_entry, ~waits).limit(limit)).all()


def missing_guards(session: Session) -> set[str]:
    """Return which triggers of migration 0003 are not there, or are switched off."""
    if session.get_bind().dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        return set(GUARDS) - {name for (name,) in session.execute(sa.text(query))}
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return set(GUARDS) - {name for (name,) in session.execute(sa.text(query))}


GUARDS = (
    "revisions_wait",
    "revisions_only_emptied",
    "revisions_not_deleted",
    "ledger_salts_only_emptied",
    "ledger_salts_not_deleted",
    "ledger_entries_not_changed",
    "ledger_entries_not_deleted",
    "ledger_checkpoints_not_changed",
    "ledger_checkpoints_not_deleted",
)
"""The triggers that hold the ledger, by name."""


def revisions_with_salts(
    session: Session, where: sa.ColumnElement[bool]
) -> Iterator[tuple[Revision, dict[str, Any]]]:
    """Yield revisions with their salts, as the database holds them."""
    query = (
        sa.select(Revision, LedgerSalt.salts)
        .outerjoin(LedgerSalt, LedgerSalt.revision_id == Revision.id)
        .where(where)
        .execution_options(populate_existing=True, yield_per=_AT_ONCE)
    )
    for revision, salts in session.execute(query):
        yield revision, salts or {}


def empty_fields(
    session: Session, revision_id: uuid.UUID, *, changes: Collection[str], reason: bool
) -> None:
    """Empty these changes of one sealed revision, and its reason, with the salts that hid them."""
    row = session.get_one(Revision, revision_id, populate_existing=True)
    kept = session.get_one(LedgerSalt, revision_id, populate_existing=True)
    gone = {f"changes.{name}" for name in changes} | ({"reason"} if reason else set())
    row.changes = {name: None if name in changes else one for name, one in row.changes.items()}
    if reason:
        row.reason = None
    kept.salts = {name: salt for name, salt in kept.salts.items() if name not in gone}
    session.flush()
