# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of block pages and forged answers: imported from OONI's CSV, never bundled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.fingerprint_file import Refused, read_rows
from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet, broken_patterns
from app.errors import InvalidInput
from app.storage import ledger
from app.storage.measurements import FingerprintRow

_MAX_ROWS = 100_000


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; a refused row keeps its line (the last one it stands on) and reason."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    # Of an earlier import of this origin, and not in the file any more; they stay, and still count.
    vanished: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    # Kept as they came, though they can never match: a regular expression that does not compile.
    broken: list[dict[str, Any]] = field(default_factory=list)


def import_csv(
    session: Session, text: str, *, origin: str, licence: str | None = None, now: datetime
) -> ImportResult:
    """Take OONI's fingerprints; importing again updates. `origin` names the set they are of."""
    known = {(row.name, row.layer): row for row in session.scalars(sa.select(FingerprintRow))}
    of_origin = {key for key, row in known.items() if row.origin == origin}
    result = ImportResult()
    seen: dict[tuple[str, str], int] = {}
    for line, read in read_rows(text):
        result.rows += 1
        if result.rows > _MAX_ROWS:
            raise InvalidInput(f"the file has more than {_MAX_ROWS} rows: split it")
        if isinstance(read, Refused):
            result.rejected.append({"line": read.line, "reason": read.reason})
            continue
        key = (read["name"], read["layer"])
        if (first := seen.setdefault(key, line)) != line:
            result.rejected.append({"line": line, "reason": f"the same name as line {first}"})
            continue
        wanted = {**read, "origin": origin, "licence": licence}
        outcome, row = _put(session, known.get(key), wanted, now)
        setattr(result, outcome, getattr(result, outcome) + 1)
        result.broken += [{"line": line, "reason": why} for _, why in broken_patterns([value(row)])]
    result.vanished = len(of_origin - set(seen))
    session.flush()
    # Workers keep what they judge with until this moves.
    ledger.next_number(session, ledger.KNOWLEDGE)
    return result


def _put(
    session: Session, row: FingerprintRow | None, wanted: Mapping[str, Any], now: datetime
) -> tuple[str, FingerprintRow]:
    if row is None:
        row = FingerprintRow(imported_at=now, **wanted)
        session.add(row)
        return "new", row
    if all(getattr(row, name) == text for name, text in wanted.items()):
        return "unchanged", row
    for name, text in wanted.items():
        setattr(row, name, text)
    row.imported_at = now
    return "changed", row


def load(session: Session) -> FingerprintSet:
    """Return all fingerprints, ready for judging."""
    return FingerprintSet(value(row) for row in session.scalars(sa.select(FingerprintRow)))


def value(row: FingerprintRow) -> Fingerprint:
    """Return a kept fingerprint as the rules know it."""
    return Fingerprint(
        name=row.name,
        scope=row.scope,
        location=row.location,
        pattern_type=row.pattern_type,
        pattern=row.pattern,
        expected_countries=frozenset(row.expected_countries),
    )


def list_sets(session: Session) -> list[dict[str, Any]]:
    """Return the imported sets with their terms, and when each last changed."""
    changed_at = sa.func.max(FingerprintRow.imported_at)
    rows = session.execute(
        sa.select(FingerprintRow.origin, FingerprintRow.licence, sa.func.count(), changed_at)
        .group_by(FingerprintRow.origin, FingerprintRow.licence)
        .order_by(FingerprintRow.origin)
    )
    return [
        {"origin": origin, "licence": licence, "fingerprints": count, "changed_at": at}
        for origin, licence, count, at in rows
    ]
