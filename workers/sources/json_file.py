# SPDX-License-Identifier: Apache-2.0
"""JSON or JSON lines with a mapping of its fields; `place.city` names a field within a field."""

from collections.abc import Mapping
from typing import Any

from app.domain.intake.item import Given, text_of
from app.domain.intake.mapped import account_of
from app.domain.record.report import Account, Extent, Found, Rejected, without_repeats
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.json_rows import JsonRow, rows_of

MAX_REJECTED = 1000
MAX_DEPTH = 5
ARRAYS = ("data", "items", "results", "rows", "incidents", "records", "features")


def read(body: bytes, given: Given) -> Found:
    """Read an array of objects, one in an object (`data`, `items`, `results`, …), or JSON lines."""
    if "title" not in given.mapping:
        raise InvalidInput("the mapping must name the field of the title: title=FIELD")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for row in rows_of(decode(body, given.content_type), within=ARRAYS):
        taken = row if isinstance(row, Rejected) else _read_row(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
        if len(rejected) >= MAX_REJECTED:
            reason = f"{MAX_REJECTED} rows were refused: is the mapping right? The rest is not read"
            rejected.append(Rejected(line=row.line, reason=reason))
            break
    kept, repeated = without_repeats(accounts)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        extent=Extent.PARTIAL if rejected else Extent.WHOLE,
    )


def _read_row(row: JsonRow, given: Given) -> Account | Rejected:
    return account_of(dict(_flat(row.fields, "", MAX_DEPTH)), row.raw, row.line, given)


def _flat(fields: Mapping[str, Any], before: str, depth: int) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for name, value in fields.items():
        if isinstance(value, Mapping) and depth > 1:
            found += _flat(value, f"{before}{name}.", depth - 1)
        else:
            found.append((f"{before}{name}", text_of(value)))
    return found
