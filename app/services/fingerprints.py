# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of block pages and forged answers: imported from OONI's CSV, never bundled."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet, broken_patterns
from app.errors import InvalidInput
from app.storage import ledger
from app.storage.measurements import FingerprintRow

_NEEDED = {"name", "scope", "location_found", "pattern_type", "pattern", "expected_countries"}
_COUNTRY = re.compile(r"[A-Z]{2}")
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


@dataclass(frozen=True, slots=True)
class _Refused:
    line: int
    reason: str


def import_csv(
    session: Session, text: str, *, origin: str, licence: str | None = None, now: datetime
) -> ImportResult:
    """Take OONI's fingerprints; importing again updates. `origin` names the set they are of."""
    known = {(row.name, row.layer): row for row in session.scalars(sa.select(FingerprintRow))}
    of_origin = {key for key, row in known.items() if row.origin == origin}
    result = ImportResult()
    seen: dict[tuple[str, str], int] = {}
    for line, read in _read_rows(text):
        result.rows += 1
        if result.rows > _MAX_ROWS:
            raise InvalidInput(f"the file has more than {_MAX_ROWS} rows: split it")
        if isinstance(read, _Refused):
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


def _read_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | _Refused]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    missing = sorted(_NEEDED - set(reader.fieldnames or []))
    if missing:
        raise InvalidInput(f"the first line lacks the columns {', '.join(missing)}")
    while True:
        try:
            raw = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.reader.line_num
            yield line, _Refused(line, f"not readable as CSV: {error}")
            continue
        yield reader.line_num, _read_row(raw, reader.line_num)


def _read_row(raw: Mapping[Any, Any], line: int) -> dict[str, Any] | _Refused:
    if None in raw or any(raw[name] is None for name in raw):
        return _Refused(line, "the row has more or fewer fields than the first line")
    if not raw["name"].strip():
        return _Refused(line, "the row has no name")
    if any("\x00" in text for text in raw.values()):
        return _Refused(line, "the row holds a NUL character")
    countries = [one.strip().upper() for one in raw["expected_countries"].split(",") if one.strip()]
    if not all(_COUNTRY.fullmatch(one) for one in countries):
        return _Refused(line, "expected_countries is not two letters each, such as RU,BY")
    confidence = raw.get("confidence_no_fp", "").strip()
    if confidence and not (confidence.isascii() and confidence.isdigit() and len(confidence) < 4):
        return _Refused(line, "confidence_no_fp is not a number such as 5")
    location = raw["location_found"].strip()
    return {
        "name": raw["name"].strip(),
        "layer": "dns" if location == "dns" else "http",
        "scope": raw["scope"].strip(),
        "location": location,
        "pattern_type": raw["pattern_type"].strip(),
        "pattern": raw["pattern"],
        "expected_countries": countries,
        "confidence_no_fp": int(confidence) if confidence else None,
        "source": raw.get("source", "").strip() or None,
        "example_url": raw.get("exp_url", "").strip() or None,
        "notes": raw.get("notes", "").strip() or None,
    }


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
