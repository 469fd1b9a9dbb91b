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
from app.services import ingestion
from app.services.ingestion import IngestResult
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Take a file of reports in: whole or not at all, refused rows named, again without doubles."""
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
