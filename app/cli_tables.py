# SPDX-License-Identifier: Apache-2.0
"""`qalam export incidents|cases|outlets|sites`: the record as tables, whole and in bounded memory."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from app import clock
from app.cli import opened
from app.console import err, told
from app.domain.countries import COUNTRIES
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role
from app.errors import InvalidInput
from app.exports.geojson import geojson_bytes
from app.exports.tables import TableFormat, table_bytes
from app.exports.xlsx import write_xlsx
from app.services.exporting import Reader, Wanted, pages
from app.services.exporting_shapes import IncidentRow, Row
from app.services.outlet_views import OutletFilter
from app.services.site_views import SiteFilter
from app.storage.cases import CaseFilter
from app.storage.incidents import IncidentFilter

OPERATOR = Viewer(role=Role.ADMIN, name="operator")
"""Whoever runs commands on this machine can read its database anyhow."""

STANDARD_OUTPUT = Path("-")


class RecordFormat(StrEnum):
    """Formats in which the record leaves."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    GEOJSON = "geojson"


class Audience(StrEnum):
    """For whom a file is made."""

    DESK = "desk"
    PUBLIC = "public"


Format = Annotated[RecordFormat, typer.Option("--format", help="geojson for incidents only.")]
Country = Annotated[str, typer.Option(help="Only these: two letters, comma separated: KZ,KG.")]
Output = Annotated[Path, typer.Option(help="The file to write; - is standard output.")]
ForWhom = Annotated[
    Audience, typer.Option(help="desk: everything. public: what the API tells anybody.")
]
Raw = Annotated[
    bool, typer.Option("--raw", help="CSV without guards against formulas: not for spreadsheets.")
]


def add_to(app: typer.Typer) -> None:
    """Give `qalam export` a command for each noun."""
    for noun, command in _COMMANDS.items():
        app.command(noun)(command)


def export_incidents(
    file_format: Format = RecordFormat.CSV,
    country: Country = "",
    output: Output = STANDARD_OUTPUT,
    audience: ForWhom = Audience.DESK,
    raw: Raw = False,
) -> None:
    """Write incidents with their cases and facts."""
    _export("incidents", file_format, country, output, audience, raw=raw)


def export_cases(
    file_format: Format = RecordFormat.CSV,
    country: Country = "",
    output: Output = STANDARD_OUTPUT,
    audience: ForWhom = Audience.DESK,
    raw: Raw = False,
) -> None:
    """Write legal cases with their facts and parties."""
    _export("cases", file_format, country, output, audience, raw=raw)


def export_outlets(
    file_format: Format = RecordFormat.CSV,
    country: Country = "",
    output: Output = STANDARD_OUTPUT,
    audience: ForWhom = Audience.DESK,
    raw: Raw = False,
) -> None:
    """Write outlets with their dated history."""
    _export("outlets", file_format, country, output, audience, raw=raw)


def export_sites(
    file_format: Format = RecordFormat.CSV,
    country: Country = "",
    output: Output = STANDARD_OUTPUT,
    audience: ForWhom = Audience.DESK,
    raw: Raw = False,
) -> None:
    """Write listed sites, in columns that `qalam sites import` reads."""
    _export("sites", file_format, country, output, audience, raw=raw)


_COMMANDS = {
    "incidents": export_incidents,
    "cases": export_cases,
    "outlets": export_outlets,
    "sites": export_sites,
}


class _Count:
    """Passes pages on and counts their rows."""

    def __init__(self) -> None:
        self.rows = 0

    def of(self, found: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        for page in found:
            self.rows += len(page)
            yield page


def _export(
    noun: str,
    file_format: RecordFormat,
    country: str,
    output: Path,
    audience: Audience,
    *,
    raw: bool,
) -> None:
    full = audience is Audience.DESK
    count = _Count()
    with told():
        if file_format is RecordFormat.GEOJSON and noun != "incidents":
            raise InvalidInput("only incidents have places: use csv, jsonl or xlsx")
        if file_format is RecordFormat.XLSX and output == STANDARD_OUTPUT:
            raise InvalidInput("a spreadsheet needs a file: --output incidents.xlsx")
        wanted = [_wanted(one) for one in _countries(country)] or [Wanted()]
        if noun == "incidents" and country:
            wanted = [Wanted(incidents=IncidentFilter(countries=_countries(country)))]
        reader = Reader(viewer=OPERATOR if full else PUBLIC, full=full)
        with opened() as sessions:
            found = count.of(
                page
                for one in wanted
                for page in pages(sessions, reader, noun, one, now=clock.now())
            )
            _write(noun, file_format, found, output, raw=raw)
    err.print(f"{count.rows} {noun} written.", highlight=False)


def _write(
    noun: str,
    file_format: RecordFormat,
    found: Iterator[Sequence[Row]],
    output: Path,
    *,
    raw: bool,
) -> None:
    if file_format is RecordFormat.XLSX:
        with finished(output) as unfinished:
            write_xlsx(noun, found, unfinished)
        return
    if file_format is RecordFormat.GEOJSON:
        chunks = geojson_bytes(cast("Iterator[Sequence[IncidentRow]]", found))
    else:
        chunks = table_bytes(noun, TableFormat(file_format.value), found, raw=raw)
    with writing(output) as file:
        for chunk in chunks:
            file.write(chunk)


def _countries(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(one.strip().upper() for one in text.split(",") if one.strip()))
    if any(code not in COUNTRIES for code in codes):
        raise InvalidInput("--country takes codes of ISO 3166-1, such as KZ")
    return codes


def _wanted(country: str) -> Wanted:
    return Wanted(
        cases=CaseFilter(country=country),
        outlets=OutletFilter(country=country),
        sites=SiteFilter(country=country),
    )


@contextmanager
def finished(path: Path) -> Iterator[Path]:
    """Hand out a name to write under; the file appears under its own name only when it is whole."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Open what is written to; a reader of standard output who hangs up ends the command, code 1."""
    if path != STANDARD_OUTPUT:
        with finished(path) as unfinished, unfinished.open("wb") as file:
            yield file
        return
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes again at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
