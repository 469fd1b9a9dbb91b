# SPDX-License-Identifier: Apache-2.0
"""Commands on what judging knows beside measurements: fingerprints, and who announces which addresses."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app import clock
from app.cli import opened
from app.console import Json, err, out, print_json, read_text, told
from app.services import fingerprints, networks

fingerprints_app = typer.Typer(help="Known block pages and forged answers.", no_args_is_help=True)
networks_app = typer.Typer(help="Which network announces which addresses.", no_args_is_help=True)


@fingerprints_app.command("import")
def import_fingerprints(
    file: Annotated[Path, typer.Argument(help="OONI's CSV of dns or http fingerprints.")],
    source: Annotated[
        str, typer.Option(help="Whose set it is, kept with its rows; the file's name if left out.")
    ] = "",
    licence: Annotated[
        str, typer.Option(help="Terms of the set, kept with its rows; unknown if left out.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Take OONI fingerprints; patterns that don't compile are reported, never dropped silently."""
    with told():
        text = read_text(file)
    with told(), opened() as sessions, sessions.writing() as session:
        result = fingerprints.import_csv(
            session, text, origin=source or file.name, licence=licence or None, now=clock.now()
        )
        if dry_run:
            session.rollback()
    if as_json:
        print_json(asdict(result))
        return
    out.print(
        f"{result.rows} rows: {result.new} new, {result.changed} changed, "
        f"{result.unchanged} unchanged, {len(result.rejected)} rejected, "
        f"{len(result.broken)} kept that can never match."
    )
    if result.vanished:
        out.print(f"{result.vanished} of an earlier import are not in the file; they stay.")
    for one in (*result.rejected, *result.broken):
        err.print(f"line {one['line']}: {one['reason']}", markup=False, highlight=False)


@networks_app.command("import")
def import_networks(
    file: Annotated[Path, typer.Argument(help="CSV with the columns prefix,asn,name.")],
    source: Annotated[
        str, typer.Option(help="Whose table it is; its older rows are replaced. The file's name.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take a table of announced prefixes: all that its source gave before is replaced at once."""
    with told():
        text = read_text(file)
    with told(), opened() as sessions, sessions.writing() as session:
        result = networks.import_csv(session, text, source=source or file.name, now=clock.now())
    if as_json:
        print_json(asdict(result))
        return
    out.print(f"{result.rows} rows: {result.kept} kept, {len(result.rejected)} rejected.")
    for one in result.rejected:
        err.print(f"line {one['line']}: {one['reason']}", markup=False, highlight=False)


@fingerprints_app.command("list")
def list_fingerprints(as_json: Json = False) -> None:
    """Show the sets there are, on what terms, and when each last changed."""
    with told(), opened() as sessions, sessions.reading() as session:
        found = fingerprints.list_sets(session)
    if as_json:
        print_json(found)
        return
    table = Table("set", "terms", "fingerprints", "changed")
    for one in found:
        terms = one["licence"] or "unknown"
        table.add_row(one["origin"], terms, str(one["fingerprints"]), str(one["changed_at"]))
    out.print(table)


@networks_app.command("list")
def list_networks(as_json: Json = False) -> None:
    """Show the tables there are, and when each was imported."""
    with told(), opened() as sessions, sessions.reading() as session:
        found = networks.list_tables(session)
    if as_json:
        print_json(found)
        return
    table = Table("source", "prefixes", "imported")
    for one in found:
        table.add_row(one["source"], str(one["prefixes"]), str(one["imported_at"]))
    out.print(table)
