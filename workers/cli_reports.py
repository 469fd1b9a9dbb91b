# SPDX-License-Identifier: Apache-2.0
"""`qalam reports …`: files of reports, read by the same readers as the scheduled sources."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app import cli as record_commands
from app import clock
from app.console import Json, err, print_json, read_bytes, told
from app.domain.intake.item import Given
from app.domain.record.report import Found
from app.domain.vocabulary import SourceKind, Trust
from app.errors import InvalidInput
from app.services import ingestion, restoring
from app.services.ingestion import IngestResult
from app.services.restoring import TakenIn
from app.services.restoring_reading import read_export
from app.services.sources import NewSource
from workers.sources.readers import READERS, USUAL_NAMES
from workers.understanding.suggesting import understood

out = Console(soft_wrap=True)

reports_app = typer.Typer(help="Reports from outside.", no_args_is_help=True)


def _mapping(columns: list[str]) -> dict[str, str]:
    """Read `title=Headline` pairs; raises InvalidInput for anything else."""
    pairs = [one.partition("=") for one in columns]
    if any(not name or not column for name, _, column in pairs):
        raise InvalidInput("a column is written as field=Column, such as title=Headline")
    return {name: column for name, _, column in pairs}


def _take(described: NewSource, found: Found, *, dry_run: bool) -> IngestResult:
    with record_commands.opened() as sessions, sessions.writing() as session:
        result = ingestion.import_file(session, described, found, now=clock.now())
        if dry_run:
            session.rollback()
        return result


def _take_export(file: Path, *, name: str | None, raw: bool, dry_run: bool, as_json: bool) -> None:
    """Take whole records in; where a single row is refused, nothing is."""
    with told(), err.status("Taking records in …"):
        read = read_export(read_bytes(file), raw=raw)
        with record_commands.opened() as sessions, sessions.writing() as session:
            result = restoring.take_in(session, read, name=name, now=clock.now())
            if dry_run or result.rejected:
                session.rollback()
    if as_json:
        print_json(result.to_dict())
    else:
        _tell(result, name=name, dry_run=dry_run)
    if result.rejected:
        raise typer.Exit(1)


def _tell(result: TakenIn, *, name: str | None, dry_run: bool) -> None:
    verb = "Nothing is taken in" if result.rejected else "Would be" if dry_run else "Done"
    out.print(
        f"{verb}: {result.rows} {result.noun or 'rows'}, {result.new} new, {result.changed} changed, "
        f"{result.unchanged} unchanged, {result.vanished} vanished, {len(result.kept)} left as they "
        f"are, {len(result.rejected)} rejected."
    )
    if result.new and not result.rejected:
        out.print(
            f"They are the record of {name}: verified by it, published by nobody here."
            if name
            else "They stand as they stood in the record that was exported, published ones included."
        )
    for one in (*result.rejected, *result.kept):
        err.print(f"line {one.line}: {one.reason}", markup=False, highlight=False)


@reports_app.command("import")
def import_reports(
    file: Annotated[Path, typer.Argument(help="The file to take in.")],
    kind: Annotated[SourceKind, typer.Option("--format", help="How to read it.")] = SourceKind.CSV,
    column: Annotated[
        list[str] | None, typer.Option(help="For CSV: field=Column, once for each field.")
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of the source; if left out the format's, or the file's.")
    ] = "",
    trust: Annotated[Trust, typer.Option(help="What its rows are worth.")] = Trust.LEAD,
    raw: Annotated[
        bool, typer.Option("--raw", help="Of format qalam: the CSV was exported with --raw.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Take a file of reports in: whole or not at all, refused rows named, again without doubles.

    An export of Qalam's as a dataset (`--format qalam --trust dataset`) is one's own record, restored
    into a database where nobody has worked yet; with `--name` it is that organisation's record.
    """
    if kind is SourceKind.QALAM and trust is Trust.DATASET:
        _take_export(file, name=name or None, raw=raw, dry_run=dry_run, as_json=as_json)
        return
    with told():
        mapping = _mapping(column or [])
        found = READERS[kind](read_bytes(file), Given(now=clock.now(), mapping=mapping))
        # A dataset says everything itself; nothing is guessed about it.
        found = found if trust is Trust.DATASET else understood(found)
        described = NewSource(
            name=name or USUAL_NAMES.get(kind, file.name), kind=kind, mapping=mapping, trust=trust
        )
    # Shown to a person only: the spinner stays silent where standard error is a file.
    with told(), err.status("Taking rows in …"):
        result = _take(described, found, dry_run=dry_run)
    if as_json:
        print_json(result.to_dict())
        return
    counts = ", ".join(f"{number} {what}" for what, number in result.counts().items())
    out.print(f"{'Would be' if dry_run else 'Done'}: {counts}.")
    for one in result.rejected:
        err.print(f"line {one.line}: {one.reason}", markup=False, highlight=False)
