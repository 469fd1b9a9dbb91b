# SPDX-License-Identifier: Apache-2.0
"""OONI's fingerprint files, row by row: a CSV whose patterns hold quotes and newlines.

A row that cannot be read is named with its line and the reason, and the others are read.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet
from app.errors import InvalidInput

_NEEDED = {"name", "scope", "location_found", "pattern_type", "pattern", "expected_countries"}
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be read; the line is the last one it stands on."""

    line: int
    reason: str


def read_set(texts: Iterator[str]) -> tuple[FingerprintSet, list[Refused]]:
    """Read whole files into one set, with the rows that could not be read."""
    found: list[Fingerprint] = []
    refused: list[Refused] = []
    for text in texts:
        for _, row in read_rows(text):
            if isinstance(row, Refused):
                refused.append(row)
            else:
                found.append(_fingerprint(row))
    return FingerprintSet(found), refused


def _fingerprint(row: Mapping[str, Any]) -> Fingerprint:
    return Fingerprint(
        name=row["name"],
        scope=row["scope"],
        location=row["location"],
        pattern_type=row["pattern_type"],
        pattern=row["pattern"],
        expected_countries=frozenset(row["expected_countries"]),
    )


def read_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | Refused]]:
    """Yield every row with its line. Raises InvalidInput where the first line lacks a column."""
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
            yield line, Refused(line, f"not readable as CSV: {error}")
            continue
        yield reader.line_num, _read_row(raw, reader.line_num)


def _read_row(raw: Mapping[Any, Any], line: int) -> dict[str, Any] | Refused:
    if None in raw or any(raw[name] is None for name in raw):
        return Refused(line, "the row has more or fewer fields than the first line")
    if not raw["name"].strip():
        return Refused(line, "the row has no name")
    if any("\x00" in text for text in raw.values()):
        return Refused(line, "the row holds a NUL character")
    countries = [one.strip().upper() for one in raw["expected_countries"].split(",") if one.strip()]
    if not all(_COUNTRY.fullmatch(one) for one in countries):
        return Refused(line, "expected_countries is not two letters each, such as RU,BY")
    confidence = raw.get("confidence_no_fp", "").strip()
    if confidence and not (confidence.isascii() and confidence.isdigit() and len(confidence) < 4):
        return Refused(line, "confidence_no_fp is not a number such as 5")
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
