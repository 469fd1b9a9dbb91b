# SPDX-License-Identifier: Apache-2.0
"""CSV with a mapping of its columns: `{"external_id": "url", "title": "Headline", "country": "=KZ"}`.

How a file falls into rows is told in csv_rows.py.
"""

from dataclasses import dataclass

from app.domain.intake.item import Given
from app.domain.intake.mapped import account_of
from app.domain.record.report import (
    CONSTANT,
    Account,
    Extent,
    Found,
    Rejected,
    without_repeats,
)
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.csv_rows import (
    DELIMITERS,
    TOTALS_ROW,
    Row,
    cells_of,
    lines_of,
    problem_of,
    rows_of,
    stop_at,
    value_of,
)

MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    delimiter: str


def read(body: bytes, given: Given) -> Found:
    """Read at most 50,000 rows, and no further than the first thousand that are refused."""
    lines, start = lines_of(decode(body, given.content_type))
    columns = _columns(lines[start] if start < len(lines) else "", given)
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    stopped: Rejected | None = None
    for row in rows_of(lines, start + 1, columns.delimiter):
        stopped = stop_at(row.line, len(accounts), len(rejected))
        if stopped is not None:
            break
        taken = row if isinstance(row, Rejected) else _read_row(row, columns, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    rejected += [stopped] if stopped else []
    # A totals row belongs to the file; any other refused row may be one that is missed otherwise.
    is_whole = all(one.reason == TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _columns(header: str, given: Given) -> _Columns:
    """Read the first line: by the separator under which the mapped columns are all found."""
    wanted = {said for said in given.mapping.values() if not said.startswith(CONSTANT)}
    if "title" not in given.mapping:
        raise InvalidInput("the mapping must name the column of the title: title=COLUMN")
    found: list[_Columns] = []
    for delimiter in DELIMITERS:
        cells = cells_of(header, delimiter)
        if cells is not None:
            found.append(_Columns(names=[name.strip() for name in cells], delimiter=delimiter))
    fitting = next((one for one in found if wanted <= set(one.names)), None)
    if fitting is None:
        widest = max(found, key=lambda one: len(one.names), default=_Columns([], ","))
        missing = ", ".join(sorted(wanted - set(widest.names)))
        raise InvalidInput(
            f"the first line lacks the columns that the mapping names: {missing}; "
            "mend the mapping, or the first line of the file"
        )
    if len(fitting.names) > MAX_COLUMNS:
        raise InvalidInput(f"the file has more than {MAX_COLUMNS} columns")
    named = [name for name in fitting.names if name]
    if len(named) != len(set(named)):
        raise InvalidInput("two columns have the same name: rename one in the first line")
    return fitting


def _read_row(row: Row, columns: _Columns, given: Given) -> Account | Rejected:
    problem = problem_of(row, columns.names)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    values = {name: value_of(cell) for name, cell in zip(columns.names, row.cells, strict=True)}
    return account_of(values, row.raw, row.line, given)
