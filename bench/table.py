# SPDX-License-Identifier: Apache-2.0
"""Figures of interleaved rounds, what they are compared with, and how both are printed.

The median speaks, the spread says how far to trust it. A ratio is the median of the ratios round by
round, not the ratio of the medians: rounds that ran side by side share the machine's mood.
"""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was measured, a figure for each round; or why it was not."""

    name: str
    figures: tuple[float, ...] = ()
    note: str = ""
    skipped: str | None = None
    # As ratios to the table's peer where it has one, else in the table's unit.
    reach: float | None = None
    aim: float | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in one unit; `peer` names the row that counts as 1.00."""

    title: str
    unit: str
    better: Literal["more", "less"]
    rows: tuple[Row, ...]
    peer: str | None = None
    notes: tuple[str, ...] = ()

    def ratio(self, row: Row) -> float | None:
        """How a row compares with the peer, round by round; None where one of them is missing."""
        base = next((one.figures for one in self.rows if one.name == self.peer), ())
        if not base or not row.figures:
            return None
        return median(figure / peer for figure, peer in zip(row.figures, base, strict=True))

    def reached(self, row: Row) -> bool | None:
        """Whether a row is where the design wants it at least; None where that can't be said."""
        if row.reach is None or not row.figures:
            return None
        figure = self.ratio(row) if self.peer else median(row.figures)
        if figure is None:
            return None
        return figure >= row.reach if self.better == "more" else figure <= row.reach

    def facts(self) -> dict[str, object]:
        """Everything a program would want: figures, medians, ratios and what was asked for."""
        rows: list[dict[str, object]] = [
            msgspec.to_builtins(row)
            | {
                "median": median(row.figures) if row.figures else None,
                "ratio": self.ratio(row),
                "reached": self.reached(row),
            }
            for row in self.rows
        ]
        told: dict[str, object] = msgspec.to_builtins(self)
        return told | {"rows": rows}


def render(table: Table) -> str:
    """Lay a table out in Markdown, readable in a terminal as well."""
    head = ["", table.unit, "min..max", *(["ratio"] if table.peer else []), "reach", "aim", ""]
    body = [head, *(_cells(table, row) for row in table.rows)]
    widths = [max(len(line[column]) for line in body) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    lines = [f"## {table.title} ({table.better} is better)", ""]
    lines += [_line(cells, widths) for cells in (head, rule, *body[1:])]
    return "\n".join([*lines, "", *(f"- {note}" for note in table.notes), ""])


def _cells(table: Table, row: Row) -> list[str]:
    ratio = table.ratio(row)
    return [
        row.name,
        _number(median(row.figures)) if row.figures else "skipped",
        f"{_number(min(row.figures))}..{_number(max(row.figures))}" if row.figures else "",
        *([f"{ratio:.2f}" if ratio is not None else ""] if table.peer else []),
        _goal(row.reach),
        _goal(row.aim),
        "; ".join(_remarks(table, row)),
    ]


def _remarks(table: Table, row: Row) -> Iterable[str]:
    if row.skipped:
        yield f"skipped: {row.skipped}"
    reached = table.reached(row)
    if reached is not None:
        yield "reached" if reached else "NOT REACHED"
    if row.note:
        yield row.note


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    last = rest.pop()
    middle = [cell.rjust(width) for cell, width in rest]
    return f"| {' | '.join([first[0].ljust(first[1]), *middle, last[0].ljust(last[1])])} |"


def _goal(goal: float | None) -> str:
    return "" if goal is None else f"{goal:g}"


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}"
