# SPDX-License-Identifier: Apache-2.0
"""Rows of a source that gives the same fields as JSON or as CSV, told apart by how the body begins."""

from collections.abc import Collection, Iterator

from app.domain.intake.item import Given
from app.domain.record.report import Account, Rejected
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.csv_rows import (
    Row,
    cells_of,
    lines_of,
    problem_of,
    rows_of,
    stop_at,
    value_of,
)
from workers.sources.json_rows import JsonRow
from workers.sources.json_rows import rows_of as json_rows_of


def is_json(document: str) -> bool:
    """Whether a body is meant as JSON."""
    return document.lstrip()[:1] in ("[", "{")


def rows_of_either(
    body: bytes, given: Given, *, within: tuple[str, ...], needs: Collection[str], of: str
) -> tuple[Iterator[JsonRow | Rejected], bool]:
    """Return the rows of a body, and whether it is JSON.

    `within` names where the array may be in JSON, `needs` the columns without which a table is not
    of this source, `of` whose it should be. Raises InvalidInput where the body is neither.
    """
    document = decode(body, given.content_type)
    if is_json(document):
        return json_rows_of(document, within=within), True
    lines, start = lines_of(document)
    header = cells_of(lines[start], ",") if start < len(lines) else None
    names = [name.strip() for name in header or []]
    if not set(needs) <= set(names):
        raise InvalidInput(
            f"the first line lacks the columns {', '.join(needs)}; is it an export of {of}?"
        )
    return (_of_csv(row, names) for row in rows_of(lines, start + 1, ",")), False


def stopped(row: JsonRow | Rejected, taken: list[Account], refused: list[Rejected]) -> bool:
    """Note that reading goes no further, once it should not."""
    reason = stop_at(row.line, len(taken), len(refused))
    if reason is not None:
        refused.append(reason)
    return reason is not None


def _of_csv(row: Row | Rejected, names: list[str]) -> JsonRow | Rejected:
    if isinstance(row, Rejected):
        return row
    problem = problem_of(row, names)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    fields = {name: value_of(cell) for name, cell in zip(names, row.cells, strict=True) if name}
    return JsonRow(line=row.line, raw=row.raw, fields=fields)
