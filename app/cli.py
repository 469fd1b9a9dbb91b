# SPDX-License-Identifier: Apache-2.0
"""Commands on the record: sites, keys, the example, the database.

Thin: each opens one transaction, calls one service and prints. `workers.cli` adds these to the
`qalam` command. Exit codes: 0 done, 1 found a problem, 2 wrong usage.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app import clock, upgrading
from app.console import Json, err, out, print_json, read_text, told
from app.domain.vocabulary import Role
from app.services import access, categories, example, sites
from app.settings import Settings, load_settings
from app.storage import migrations
from app.storage.database import Sessions, make_engine

sites_app = typer.Typer(help="The sites that are watched.", no_args_is_help=True)
keys_app = typer.Typer(help="Who may call the API.", no_args_is_help=True)
example_app = typer.Typer(help="The founding example, Kazakhstan 2013.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Sessions]:
    """Open the configured database, migrated."""
    settings = settings or load_settings()
    engine = make_engine(settings.resolved_database_url)
    try:
        upgrading.upgrade(engine, now=clock.now())
        yield Sessions(engine)
    finally:
        engine.dispose()


def data_folder() -> Path:
    """Return where this installation keeps what is not in its database."""
    return load_settings().data_dir


@sites_app.command("enable")
def enable(
    category: Annotated[str, typer.Argument(help="Its code, such as LGBT.")],
) -> None:
    """Probe the sites of a category too; each probe is seen on the line of whoever measures."""
    _choose(category, probed=True)


@sites_app.command("disable")
def disable(category: Annotated[str, typer.Argument(help="Its code, such as POLR.")]) -> None:
    """Stop probing the sites of a category; they stay listed, with their history."""
    _choose(category, probed=False)


def _choose(category: str, *, probed: bool) -> None:
    with told(), opened() as sessions, sessions.writing() as session:
        changed = categories.choose(session, category.upper(), probed=probed, now=clock.now())
        codes = ", ".join(sorted(categories.probed_categories(session)))
    out.print(f"{changed} sites {'are' if probed else 'are no longer'} probed.")
    out.print(f"Probed categories: {codes or 'none'}.")


@sites_app.command("import")
def import_sites(
    file: Annotated[
        Path, typer.Argument(help="CSV: Citizen Lab's columns, or url,outlet,country.")
    ],
    category: Annotated[
        str, typer.Option(help="Only these category codes, comma separated: NEWS,HUMR.")
    ] = "",
    country: Annotated[
        str, typer.Option(help="Two letters; taken from the file's name (kz.csv) if left out.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="Whose list it is, kept with its rows; the file's name if left out.")
    ] = "",
    licence: Annotated[
        str,
        typer.Option(help="Terms of the list, kept with its rows; known for Citizen Lab's only."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Take a list of sites; known ones are updated, wrong rows are named by line."""
    with told():
        text = read_text(file)
    with told(), opened() as sessions:
        stem = file.stem.upper()
        of_file = country.upper() or (stem if re.fullmatch(r"[A-Z]{2}", stem) else "")
        wanted = frozenset(code.strip().upper() for code in category.split(",") if code.strip())
        with sessions.writing() as session:
            result = sites.import_list(
                session,
                text,
                list_name=source or file.stem,
                licence=licence or sites.known_licence(file.stem, text),
                country=of_file or None,
                now=clock.now(),
                categories=wanted or None,
            )
            if dry_run:
                session.rollback()
    if as_json:
        print_json(asdict(result))
        return
    verb = "would be" if dry_run else "are"
    out.print(
        f"{result.rows} rows: {result.new} {verb} new, {result.changed} changed, "
        f"{result.unchanged} unchanged, {result.on_another_list} on another list already, "
        f"{len(result.same_site)} the same site as another row, "
        f"{result.skipped} in other categories, {len(result.rejected)} rejected; "
        f"{result.probed} {verb} probed."
    )
    if result.vanished:
        out.print(f"{result.vanished} sites of an earlier import are not in the file; they stay.")
    for one in (*result.rejected, *result.same_site, *result.unlinked):
        err.print(f"line {one['line']}: {one['reason']}", markup=False, highlight=False)


@keys_app.command("create")
def create_key(
    role: Annotated[Role, typer.Option(help="What the holder may do.")],
    name: Annotated[str, typer.Option(help="Who holds it; a pseudonym is as good.")],
    owner: Annotated[
        str, typer.Option(help="The person who uses it, where the name says something else.")
    ] = "",
) -> None:
    """Make a key and print it, once."""
    with told(), opened() as sessions, sessions.writing() as session:
        made = access.create_key(
            session, role=role, name=name, owner=owner or None, now=clock.now()
        )
    typer.echo(made.secret)


@keys_app.command("revoke")
def revoke_key(key_id: Annotated[uuid.UUID, typer.Argument(help="From `qalam key list`.")]) -> None:
    """Revoke a key at once."""
    with told(), opened() as sessions, sessions.writing() as session:
        access.revoke_key(session, key_id, now=clock.now())
    out.print("revoked")


@keys_app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Show the keys there are; never the secrets."""
    with told(), opened() as sessions, sessions.reading() as session:
        found = [
            {
                "id": str(row.id),
                "name": row.name,
                "owner": row.owner,
                "role": row.role.value,
                "created_at": row.created_at.isoformat(),
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            }
            for row in access.list_keys(session)
        ]
    if as_json:
        print_json(found)
        return
    table = Table("id", "name", "owner", "role", "made", "revoked")
    for one in found:
        table.add_row(
            one["id"],
            one["name"],
            one["owner"] or "",
            one["role"],
            one["created_at"],
            one["revoked_at"] or "",
        )
    out.print(table)


@example_app.command("load")
def load_example() -> None:
    """Load the founding example into the record."""
    with told(), opened() as sessions, sessions.writing() as session:
        example.load(session, now=clock.now())
    out.print("The example is loaded: GET /api/v1/incidents?country=KZ")


@example_app.command("remove")
def remove_example() -> None:
    """Take away exactly what the example brought."""
    with told(), opened() as sessions, sessions.writing() as session:
        removed = example.remove(session, now=clock.now())
    out.print("The example is gone; what you entered is untouched.")
    if removed.kept:
        out.print(f"Kept, because other records build on them: {len(removed.kept)} things.")


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    with told(), opened():
        out.print(f"The database is at revision {migrations.head()}.")


@db_app.command("check")
def check() -> None:
    """Say whether the database has the schema of this version."""
    with told():
        engine = make_engine(load_settings().resolved_database_url)
        revision, is_ready = migrations.current(engine), upgrading.is_ready(engine)
        engine.dispose()
    if revision != migrations.head():
        err.print(f"The database is at {revision}, expected {migrations.head()}: qalam db upgrade")
        raise typer.Exit(1)
    if not is_ready:
        err.print("Incidents are kept as an earlier release drew them: qalam db upgrade")
        raise typer.Exit(1)
    out.print(f"The database is at revision {revision}, as expected.")


def add_to(command: typer.Typer) -> None:
    """Add these commands to the `qalam` command."""
    command.add_typer(sites_app, name="sites")
    command.add_typer(keys_app, name="key")
    command.add_typer(example_app, name="example")
    command.add_typer(db_app, name="db")
