# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of block pages and forged answers: imported from OONI's CSV, never bundled."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet, broken_patterns
from app.errors import InvalidInput
from app.storage.measurements import FingerprintRow

_NEEDED = {"name", "scope", "location_found", "pattern_type", "pattern", "expected_countries"}


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; a refused row keeps its line and reason."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def import_csv(session: Session, text: str, *, origin: str, now: datetime) -> ImportResult:
    """Take OONI's fingerprints; importing again updates. Broken patterns are kept and reported."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = sorted(_NEEDED - set(reader.fieldnames or []))
    if missing:
        raise InvalidInput(f"the first line lacks the columns {', '.join(missing)}")
    known = {(row.name, row.layer): row for row in session.scalars(sa.select(FingerprintRow))}
    result = ImportResult()
    for raw in reader:
        result.rows += 1
        values = {
            "scope": raw["scope"],
            "location": raw["location_found"],
            "pattern_type": raw["pattern_type"],
            "pattern": raw["pattern"],
            "expected_countries": [one for one in raw["expected_countries"].split(",") if one],
            "origin": origin,
        }
        layer = "dns" if raw["location_found"] == "dns" else "http"
        row = known.get((raw["name"], layer))
        if row is None:
            row = FingerprintRow(name=raw["name"], layer=layer, imported_at=now, **values)
            known[raw["name"], layer] = row
            session.add(row)
            result.new += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.imported_at = now
            result.changed += 1
        else:
            result.unchanged += 1
        for _name, why in broken_patterns([_value(row)]):
            result.rejected.append({"line": reader.line_num, "reason": why})
    session.flush()
    return result


def load(session: Session) -> FingerprintSet:
    """Return all fingerprints, ready for judging."""
    return FingerprintSet(_value(row) for row in session.scalars(sa.select(FingerprintRow)))


def _value(row: FingerprintRow) -> Fingerprint:
    return Fingerprint(
        name=row.name,
        scope=row.scope,
        location=row.location,
        pattern_type=row.pattern_type,
        pattern=row.pattern,
        expected_countries=frozenset(row.expected_countries),
    )
