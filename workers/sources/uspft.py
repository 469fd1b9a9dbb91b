# SPDX-License-Identifier: Apache-2.0
"""U.S. Press Freedom Tracker: the CSV export of 2020, and the API's JSON and CSV of today.

All three are cut into rows with the same names of fields here; what a row says is uspft_row.py's.
"""

from collections.abc import Sequence

from app.domain.intake.item import Given
from app.domain.record.report import Account, Extent, Found, Rejected, without_repeats
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.csv_rows import (
    TOTALS_ROW,
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
from workers.sources.uspft_row import read_row


def read(body: bytes, given: Given) -> Found:
    """Read a whole export or one page of the API; raises InvalidInput where it is neither."""
    document = decode(body, given.content_type)
    is_json = document.lstrip()[:1] in ("[", "{")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    rows, is_export = (_json(document), False) if is_json else _csv(document)
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        stopped = stop_at(row.line, len(accounts), len(rejected))
        if stopped is not None:
            rejected.append(stopped)
            break
        taken = read_row(row, given)
        if isinstance(taken, Rejected):
            rejected.append(taken)
        else:
            accounts.append(taken)
    kept, repeated = without_repeats(accounts)
    is_whole = is_export and all(one.reason == TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        # What the API gives may be a page, or filtered; only the site's export is all there is.
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _json(document: str) -> Sequence[JsonRow | Rejected]:
    return list(json_rows_of(document, within=("results",)))


def _csv(document: str) -> tuple[Sequence[JsonRow | Rejected], bool]:
    """Return the rows, and whether they are those of the site's own export."""
    lines, start = lines_of(document)
    header = cells_of(lines[start], ",") if start < len(lines) else None
    names = [name.strip() for name in header or []]
    if "title" not in names or not {"slug", "url"} & set(names):
        raise InvalidInput(
            "the first line lacks the columns title and slug (or url); "
            "is it an export of the U.S. Press Freedom Tracker?"
        )
    return [_of_csv(row, names) for row in rows_of(lines, start + 1, ",")], "slug" in names


def _of_csv(row: Row | Rejected, names: list[str]) -> JsonRow | Rejected:
    if isinstance(row, Rejected):
        return row
    problem = problem_of(row, names)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    fields = {name: value_of(cell) for name, cell in zip(names, row.cells, strict=True) if name}
    return JsonRow(line=row.line, raw=row.raw, fields=fields)
