# SPDX-License-Identifier: Apache-2.0
"""Under which keys accounts are found again, and which of them may speak of one act.

A key is kept as a hash: so it is short, says nobody's name, and looking one up is an index range.
Never here: which keys an account has (`app.domain.record.matching_keys`), or what a match means.
"""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.record.matching import Decision
from app.storage.database import Base, TermType, new_id

INCIDENT, REPORT = "incident", "report"
MOST_CANDIDATES = 50
MOST_OF_A_KEY = 100
"""Of a key that more share than this only so many are looked at: it says too little to cost more."""

_AT_ONCE = 400

Subject = tuple[str, uuid.UUID]
"""Kind and id of what was compared."""


class MatchKey(Base):
    """One key of one incident or report. Nothing else is kept, so that the rows are the index."""

    __tablename__ = "match_keys"
    __table_args__ = (
        sa.Index("ix_match_keys_object", "object_kind", "object_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    object_kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    object_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class ReportCandidate(Base):
    """What comparing a report with an incident, or with another report, gave; never `different`."""

    __tablename__ = "report_candidates"
    __table_args__ = (
        sa.Index("ix_report_candidates_report", "report_id"),
        sa.Index("ix_report_candidates_incident", "incident_id"),
        sa.Index("ix_report_candidates_other", "other_report_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("reports.id"))
    # One of the two.
    incident_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("incidents.id"))
    other_report_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("reports.id"))
    decision: Mapped[Decision] = mapped_column(TermType(Decision))
    score: Mapped[float]
    rule: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    rules_version: Mapped[int]
    computed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that shares keys with what was asked about, and how many."""

    kind: str
    id: uuid.UUID
    keys: int


def stored(key: str) -> str:
    """Return a key as it is kept: 80 bits of its hash, which is enough that no two meet."""
    return hashlib.blake2b(key.encode(), digest_size=10).hexdigest()


def add_keys(session: Session, kind: str, keys: Mapping[uuid.UUID, Iterable[str]]) -> None:
    """Keep the keys of objects that have none yet."""
    rows = [
        {"key": key, "object_kind": kind, "object_id": one}
        for one, some in keys.items()
        for key in {stored(key) for key in some}
    ]
    if rows:
        # In the order of the index, so that neighbours are written together.
        rows.sort(key=lambda row: str(row["key"]))
        table = MatchKey.__table__
        assert isinstance(table, sa.Table)
        # The table itself: the mapper would look at every row again.
        session.execute(sa.insert(table), rows)


def replace_keys(session: Session, kind: str, object_id: uuid.UUID, keys: Iterable[str]) -> bool:
    """Bring the keys of one object to these; return whether any has changed."""
    of_object = (MatchKey.object_kind == kind, MatchKey.object_id == object_id)
    present = set(session.scalars(sa.select(MatchKey.key).where(*of_object)))
    wanted = {stored(key) for key in keys}
    if gone := present - wanted:
        session.execute(
            sa.delete(MatchKey)
            .where(MatchKey.key.in_(gone), *of_object)
            .execution_options(synchronize_session=False)
        )
    if new := wanted - present:
        rows = [{"key": key, "object_kind": kind, "object_id": object_id} for key in sorted(new)]
        session.execute(sa.insert(MatchKey), rows)
    return bool(gone or new)


_POSTGRESQL = sa.text(
    "SELECT k.key, m.object_kind, m.object_id FROM unnest(CAST(:keys AS text[])) AS k(key)"
    " CROSS JOIN LATERAL (SELECT object_kind, object_id FROM match_keys WHERE key = k.key"
    " ORDER BY object_kind, object_id LIMIT :most) AS m"
)
# SQLite knows no LATERAL: the last row that still counts is looked up first, in the index.
_SQLITE = sa.text(
    "SELECT k.value, m.object_kind, m.object_id FROM json_each(:keys) AS k"
    " CROSS JOIN match_keys AS m ON m.key = k.value"
    " AND (m.object_kind, m.object_id) <= (coalesce((SELECT object_kind FROM match_keys"
    " WHERE key = k.value ORDER BY object_kind, object_id LIMIT 1 OFFSET :most - 1), '~'),"
    " coalesce((SELECT object_id FROM match_keys"
    " WHERE key = k.value ORDER BY object_kind, object_id LIMIT 1 OFFSET :most - 1), '~'))"
)


def holders(session: Session, keys: Collection[str]) -> dict[str, list[Subject]]:
    """Return what is kept under each of these keys, as they are kept; never more than a bounded number."""
    found: dict[str, list[Subject]] = defaultdict(list)
    wanted = sorted(keys)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    for start in range(0, len(wanted), _AT_ONCE):
        some: Any = wanted[start : start + _AT_ONCE]
        if not is_postgresql:
            some = msgspec.json.encode(some).decode()
        given = {"keys": some, "most": MOST_OF_A_KEY}
        query = _POSTGRESQL if is_postgresql else _SQLITE
        for key, kind, object_id in session.execute(query, given):
            one = object_id if isinstance(object_id, uuid.UUID) else uuid.UUID(object_id)
            found[key].append((kind, one))
    return found


def sharing(
    kept: Mapping[str, Sequence[Subject]], keys: Iterable[str], *, but: Collection[Subject] = ()
) -> list[Shared]:
    """Return what shares these keys, those that share the most first, within the bound."""
    counted = Counter(
        subject
        for key in {stored(one) for one in keys}
        for subject in kept.get(key, ())
        if subject not in but
    )
    most = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST_CANDIDATES]
    return [Shared(kind, object_id, number) for (kind, object_id), number in most]


def forget_candidates(session: Session, report_ids: Collection[uuid.UUID]) -> None:
    """Let go of every comparison that these reports are part of."""
    for start in range(0, len(ids := list(report_ids)), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        session.execute(
            sa.delete(ReportCandidate)
            .where(
                sa.or_(
                    ReportCandidate.report_id.in_(some), ReportCandidate.other_report_id.in_(some)
                )
            )
            .execution_options(synchronize_session=False)
        )


def forget_incident(session: Session, incident_id: uuid.UUID) -> None:
    """Let go of every comparison with an incident."""
    session.execute(
        sa.delete(ReportCandidate)
        .where(ReportCandidate.incident_id == incident_id)
        .execution_options(synchronize_session=False)
    )


def add_candidates(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep comparisons."""
    if rows:
        session.execute(sa.insert(ReportCandidate), list(rows))


def candidates_of(session: Session, report_id: uuid.UUID) -> Sequence[ReportCandidate]:
    """Return the comparisons of a report, also those made when the other came in, the surest first."""
    return session.scalars(
        sa.select(ReportCandidate)
        .where(
            sa.or_(
                ReportCandidate.report_id == report_id,
                ReportCandidate.other_report_id == report_id,
            )
        )
        .order_by(ReportCandidate.score.desc(), ReportCandidate.id)
    ).all()


def drop_incident(session: Session, incident_id: uuid.UUID) -> None:
    """Let go of the keys and comparisons of an incident that is taken out of the record."""
    forget_incident(session, incident_id)
    session.execute(
        sa.delete(MatchKey)
        .where(MatchKey.object_kind == INCIDENT, MatchKey.object_id == incident_id)
        .execution_options(synchronize_session=False)
    )
