# SPDX-License-Identifier: Apache-2.0
"""`qalam sources …`: what reports are read from. Thin; the services are those of API and pages."""

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from app import clock
from app.cli import opened
from app.console import Json, err, out, print_json, told
from app.domain.vocabulary import SourceKind, Trust
from app.errors import InvalidInput, NotFound
from app.services import sources
from app.services.source_mapping import mapping_of
from app.services.source_views import source_view
from app.services.sources import NewSource
from app.storage import reports
from app.storage.reports import Source

sources_app = typer.Typer(help="The sources that reports are read from.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Its name, or its id.")]


@sources_app.command("add")
def add_source(
    address: Annotated[
        str, typer.Argument(help="Where it is read from; left out for kobo, which is sent here.")
    ] = "",
    kind: Annotated[SourceKind, typer.Option("--format", help="How to read it.")] = SourceKind.FEED,
    name: Annotated[str, typer.Option(help="What it is called; its address if left out.")] = "",
    every: Annotated[int, typer.Option(help="Minutes between two readings.")] = 60,
    trust: Annotated[Trust, typer.Option(help="What its reports are worth.")] = Trust.LEAD,
    column: Annotated[
        list[str] | None, typer.Option(help="field=Column, or country==KZ; once for each field.")
    ] = None,
    licence: Annotated[str, typer.Option(help="Terms under which it may be used.")] = "",
    as_json: Json = False,
) -> None:
    """Read a source on a schedule, from now on."""
    with told():
        if not address and (kind is not SourceKind.KOBO or not name):
            raise InvalidInput("say where it is read from; a form (kobo) needs a --name instead")
        described = NewSource(
            name=name or address,
            kind=kind,
            address=address or None,
            mapping=mapping_of(column or []),
            trust=trust,
            licence=licence or None,
            interval_seconds=every * 60,
        )
    _do(lambda session: sources.add_source(session, described, now=clock.now()), "added", as_json)


@sources_app.command("list")
def list_sources(as_json: Json = False) -> None:
    """Show every source, and how its last reading went."""
    with told(), opened() as sessions, sessions.reading() as session:
        found = [source_view(one) for one in reports.list_sources(session)]
    if as_json:
        print_json(found)
        return
    table = Table("name", "format", "trust", "every", "last read", "gave", "state")
    for one in found:
        table.add_row(*_row(one))
    out.print(table)
    for one in found:
        if one["last_error"]:
            err.print(f"{one['name']}: {one['last_error']}", markup=False, highlight=False)


@sources_app.command("run")
def run_source(source: Which, as_json: Json = False) -> None:
    """Make a source due now; a running `qalam up` or `qalam work` reads it within seconds."""
    _do(lambda session: _act(session, source, sources.run_source), "due now", as_json)


@sources_app.command("pause")
def pause_source(source: Which, as_json: Json = False) -> None:
    """Stop reading a source; what it gave stays."""
    _do(lambda session: _act(session, source, sources.pause_source), "paused", as_json)


@sources_app.command("resume")
def resume_source(source: Which, as_json: Json = False) -> None:
    """Read a source again, from now on."""
    _do(lambda session: _act(session, source, sources.resume_source), "read again", as_json)


def _do(act: Callable[[Session], Source], verb: str, as_json: bool) -> None:
    with told(), opened() as sessions, sessions.writing() as session:
        view = source_view(act(session))
    if as_json:
        print_json(view)
        return
    out.print(f"{view['name']}: {verb}.", markup=False, highlight=False)


def _act(session: Session, which: str, change: Callable[..., Source]) -> Source:
    found = reports.find_source(session, which)
    if found is None:
        try:
            found = reports.get_source(session, uuid.UUID(which))
        except ValueError:
            raise NotFound(
                "there is no source of this name: `qalam sources list` shows them"
            ) from None
    return change(session, found.id, viewer=None, now=clock.now())


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    counts = one["last_counts"]
    gave = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    last = one["last_run_at"]
    state = "paused" if one["is_paused"] else "broken" if one["last_error"] else "read"
    return (
        one["name"],
        one["kind"].value,
        one["trust"].value,
        f"{one['interval_seconds'] // 60} min" if one["address"] else "by hand",
        last.strftime("%Y-%m-%d %H:%M") if last else "never",
        gave,
        state,
    )
