# SPDX-License-Identifier: Apache-2.0
"""`qalam export …`: the record as files of other people's formats. Thin; the formats are in exports."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from app import cli_tables
from app.cli import data_folder, opened
from app.cli_tables import OPERATOR, writing
from app.console import err, told
from app.domain.blocking.targets import canonical_url
from app.domain.visibility import PUBLIC, Viewer
from app.errors import InvalidInput, NotFound
from app.exports.ooni import to_ooni
from app.services import knowledge
from app.services.interchange_export import Cursor, Wanted, list_exportable
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.sites import find_site

export_app = typer.Typer(help="The record as files.", no_args_is_help=True)
cli_tables.add_to(export_app)

_PAGE = 100


class MeasurementFormat(StrEnum):
    """Formats in which measurements leave."""

    OONI = "ooni"


_FORMATS = {MeasurementFormat.OONI: to_ooni}


@export_app.callback()
def export() -> None:
    """Write the record as files."""


@export_app.command("measurements")
def export_measurements(
    file_format: Annotated[
        MeasurementFormat, typer.Option("--format", help="ooni: JSON lines, df-000.")
    ] = MeasurementFormat.OONI,
    since: Annotated[str, typer.Option(help="From this day or instant on (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Before this day or instant (UTC).")] = "",
    site: Annotated[str, typer.Option(help="Only of this site: its address.")] = "",
    country: Annotated[str, typer.Option(help="Only from vantages in this country: KZ.")] = "",
    output: Annotated[Path, typer.Option(help="The file to write; - is standard output.")] = Path(
        "-"
    ),
    public: Annotated[
        bool, typer.Option("--public", help="Only what anybody may see: no small networks.")
    ] = False,
    probe_address: Annotated[
        list[str] | None,
        typer.Option(help="An address of the vantage, to be taken out wherever a page echoed it."),
    ] = None,
) -> None:
    """Write measurements with their controls, oldest first; the probe's address is never in them."""
    with told(), opened() as sessions:
        wanted = Wanted(
            since=_instant(since, "--since"),
            until=_instant(until, "--until"),
            site_id=None,
            country=country.upper() or None,
        )
        if site:
            wanted = _of_site(sessions, wanted, site)
        export_run = _Export(
            to_values=_FORMATS[file_format],
            sessions=sessions,
            viewer=PUBLIC if public else OPERATOR,
            bodies=BodyStore(data_folder() / "bodies"),
            own_addresses=tuple(probe_address or ()),
        )
        with writing(output) as file:
            for line in export_run.lines(wanted):
                file.write(line)
    err.print(export_run.said(), highlight=False)


class _Export(msgspec.Struct, kw_only=True):
    """One export under way, and what it has counted."""

    to_values: Callable[..., dict[str, Any]]
    sessions: Sessions
    viewer: Viewer
    bodies: BodyStore
    own_addresses: tuple[str, ...]
    written: int = 0
    withheld: int = 0
    others: int = 0

    def lines(self, wanted: Wanted) -> Iterator[bytes]:
        with self.sessions.reading() as session:
            known = knowledge.load(session)
        after: Cursor | None = None
        while True:
            with self.sessions.reading() as session:
                page = list_exportable(session, self.viewer, wanted, after=after, limit=_PAGE)
            self.withheld += page.withheld
            self.others += page.others
            for one in page.found:
                self.written += 1
                values = self.to_values(
                    one.measurement,
                    one.controls,
                    one.verdict,
                    country=one.country,
                    asn=one.asn,
                    network_name=one.network_name,
                    vantage_healthy=one.vantage_healthy,
                    bodies=self.bodies,
                    networks=known.networks,
                    fingerprints=known.fingerprints,
                    own_addresses=self.own_addresses,
                )
                yield msgspec.json.encode(values) + b"\n"
            if page.next is None:
                return
            after = page.next

    def said(self) -> str:
        parts = [f"{self.written} measurements written"]
        if self.withheld:
            parts.append(f"{self.withheld} of networks too small to be shown left out")
        if self.others:
            parts.append(f"{self.others} that others measured left out")
        return "; ".join(parts) + "."


def _of_site(sessions: Sessions, wanted: Wanted, address: str) -> Wanted:
    url = canonical_url(address if "://" in address else f"https://{address}").url
    with sessions.reading() as session:
        found = find_site(session, url)
    if found is None:
        raise NotFound("this site is not listed: give its address as /api/v1/sites has it")
    return Wanted(since=wanted.since, until=wanted.until, country=wanted.country, site_id=found.id)


def _instant(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{name} is a day or an instant, such as 2026-03-02") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
