# SPDX-License-Identifier: Apache-2.0
"""Made exports in the shape of CPJ's: its columns where their lists are here, invented people."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

HEADERS = Path(__file__).parents[2] / "shared" / "data" / "reports" / "headers"

FULL = (
    "year",
    "combinedStatus",
    "fullName",
    "sortName",
    "gender",
    "type",
    "typeOfDeath",
    "status",
    "employedAs",
    "organizations",
    "jobs",
    "country",
    "location",
    "sourcesOfFire",
    "motiveConfirmed",
    "impunityMurder",
    "tortured",
    "captive",
    "threatened",
)
"""The columns this reader understands, should the list of all be absent."""

PEOPLE = (
    "Name",
    "Status",
    "Date",
    "Country",
    "Journalist or Media Worker",
    "Motive",
    "Type of Death",
    "cpj.org URL",
)


def columns(name: str, usual: Sequence[str]) -> list[str]:
    """Return the real first line of an export where it is here, and a shorter one where not."""
    path = HEADERS / name
    if not path.exists():
        return list(usual)
    return next(csv.reader([path.read_text(encoding="utf-8").strip()]))


def killed(name: str, year: object = 2010, country: str = "Iraq", **cells: str) -> dict[str, str]:
    """A journalist murdered for the work, unpunished; `cells` change or add columns."""
    return {
        "year": str(year),
        "fullName": name,
        "country": country,
        "combinedStatus": "Killed",
        "status": "Killed",
        "type": "Journalist",
        "typeOfDeath": "Murder",
        "motiveConfirmed": "Confirmed",
        "impunityMurder": "Complete Impunity",
        "gender": "Male",
        **cells,
    }


def listed(name: str, day: str, country: str = "Iraq", **cells: str) -> dict[str, str]:
    """The same person in the people list."""
    return {
        "Name": name,
        "Status": "Killed",
        "Date": day,
        "Country": country,
        "Journalist or Media Worker": "Sample Daily, Sample TV",
        "Motive": "Confirmed",
        "Type of Death": "Murder",
        "cpj.org URL": f"https://cpj.org/data/people/{name.lower().replace(' ', '-')}/",
        **cells,
    }


def full(
    *rows: dict[str, str], order: Sequence[str] | None = None, end: str = "\r\n", mark: str = ""
) -> bytes:
    """A full export, its columns in any order."""
    return table(rows, order or columns("cpj_killed_export_full.csv", FULL), end=end, mark=mark)


def people(*rows: dict[str, str]) -> bytes:
    """A people list export."""
    return table(rows, columns("cpj_people_list_export.csv", PEOPLE))


def table(
    rows: Sequence[dict[str, str]], names: Sequence[str], *, end: str = "\r\n", mark: str = ""
) -> bytes:
    """Rows under these columns; what has no column is left out."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator=end, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return (mark + text.getvalue()).encode()
