# SPDX-License-Identifier: Apache-2.0
"""`qalam measurements …`: measurements of others taken in, from files and from OONI's API.

Thin: what a line means is the services' business. Progress and refusals go to standard error, so
that standard output holds the JSON alone.
"""

import asyncio
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app import cli as record_commands
from app import clock
from app.console import Json, err, out, print_json, told
from app.errors import InvalidInput
from app.services import interchange, knowledge
from app.services.interchange import ImportResult, Problem
from app.services.interchange_reading import read_line
from app.services.knowledge import Known
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from workers.outbound import OutboundPolicy
from workers.sources.disk_cache import DiskCache
from workers.sources.jsonl_file import read_lines
from workers.sources.ooni_api import DEFAULT_API, Fetched, OoniApi, OoniQuery

measurements_app = typer.Typer(help="Measurements of others.", no_args_is_help=True)

_SHOW_AFTER_SECONDS = 2.0
_LINES_IN_ONE = 100
"""Lines of a file in one transaction: enough to be quick, and few enough to let others write."""

AddSites = Annotated[
    bool, typer.Option("--add-sites", help="List sites that are not listed; they are not probed.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")]


@dataclass(slots=True, kw_only=True)
class Intake:
    """Measurements on their way into the record."""

    sessions: Sessions
    add_sites: bool
    dry_run: bool
    folder: Path  # where this installation keeps bodies
    known: Known = field(init=False)
    bodies: BodyStore = field(init=False)
    result: ImportResult = field(default_factory=ImportResult)
    # In a dry run nothing stays, so what was met before has to be remembered here.
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.bodies = BodyStore(self.folder / "bodies")
        with self.sessions.reading() as session:
            self.known = knowledge.load(session)

    def take(self, lines: list[tuple[int, bytes]]) -> None:
        """Take lines in, each whole or not at all, in one transaction."""
        with self.sessions.writing() as session:
            for number, text in lines:
                try:
                    taken = read_line(text)
                    if self._was_met(taken.measurement.uid):
                        continue
                    interchange.take(
                        session,
                        taken,
                        self.result,
                        line=number,
                        bodies=None if self.dry_run else self.bodies,
                        known=self.known,
                        add_sites=self.add_sites,
                        now=clock.now(),
                    )
                except InvalidInput as error:
                    self.refuse(number, error.detail)
            interchange.tell_readers(session, self.result)
            if self.dry_run:
                session.rollback()

    def _was_met(self, uid: str) -> bool:
        if not self.dry_run or uid not in self.met:
            self.met |= {uid} if self.dry_run else set()
            return False
        self.result.unchanged += 1
        return True

    def refuse(self, number: int, reason: str) -> None:
        self.result.rejected.append(Problem(line=number, reason=reason))


class _Bar:
    """A progress bar on standard error that shows itself once the work has taken two seconds."""

    def __init__(self, what: str, total: int | None) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )
        self._task = self._bar.add_task(what, total=total, said="")
        self._since = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._bar.stop()

    def move(self, completed: int, said: str) -> None:
        """Say how far the work is."""
        self._bar.update(self._task, completed=completed, said=said)
        if not self._shown and time.monotonic() - self._since > _SHOW_AFTER_SECONDS:
            self._bar.start()
            self._shown = True


@measurements_app.command("import")
def import_measurements(
    file: Annotated[Path, typer.Argument(help="OONI's JSON lines, gzipped or not.")],
    add_sites: AddSites = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take measurements of others in as history: each line whole or not at all, again without doubles."""
    with told(), record_commands.opened() as sessions:
        folder = record_commands.data_folder()
        intake = Intake(sessions=sessions, add_sites=add_sites, dry_run=dry_run, folder=folder)
        lines = read_lines(file)
        size = file.stat().st_size if file.is_file() else None
        with _Bar(file.name, size) as bar:
            waiting: list[tuple[int, bytes]] = []
            for line in lines:
                intake.result.lines += 1
                if line.problem is not None:
                    intake.refuse(line.number, line.problem)
                else:
                    waiting.append((line.number, line.text))
                if len(waiting) >= _LINES_IN_ONE:
                    intake.take(waiting)
                    waiting = []
                    bar.move(line.read, f"{intake.result.lines} lines")
            intake.take(waiting)
    _print(intake.result, dry_run=dry_run, as_json=as_json)


@measurements_app.command("fetch")
def fetch_measurements(
    country: Annotated[str, typer.Option(help="Where it was measured: KZ.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day after the last; today.")
    ] = None,
    domain: Annotated[str, typer.Option(help="Only of this domain.")] = "",
    asn: Annotated[int, typer.Option(help="Only from this network.")] = 0,
    anomalies_only: Annotated[
        bool, typer.Option("--anomalies-only", help="Only what OONI calls an anomaly.")
    ] = False,
    api: Annotated[str, typer.Option(help="Another API like OONI's.")] = DEFAULT_API,
    limit: Annotated[
        int, typer.Option(min=1, help="Ask for at most so many; run again to go on.")
    ] = 1000,
    add_sites: AddSites = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Ask OONI's API for measurements and take them in; what was fetched once is not asked again."""
    with told(), record_commands.opened() as sessions:
        today = clock.now().astimezone(UTC)
        query = OoniQuery(
            country=_country(country),
            since=since.date(),
            until=until.date() if until else today.date() + timedelta(days=1),
            domain=domain or None,
            asn=asn or None,
            anomalies_only=anomalies_only,
        )
        if query.since >= query.until:
            raise InvalidInput("--until must be after --since")
        folder = record_commands.data_folder()
        talk = OoniApi(
            base=api,
            cache=DiskCache(folder / "ooni"),
            policy=OutboundPolicy(),
            now=clock.now,
            budget=limit,
        )
        intake = Intake(sessions=sessions, add_sites=add_sites, dry_run=dry_run, folder=folder)
        asyncio.run(fetch_all(talk, query, intake))
    _print(intake.result, dry_run=dry_run, as_json=as_json)
    if talk.budget == 0:
        err.print(f"Stopped after asking for {limit}; run the command again to go on.")


async def fetch_all(talk: OoniApi, query: OoniQuery, intake: Intake) -> None:
    """Take in every measurement a query names, one by one as it comes."""
    with _Bar(f"{query.country} {query.since}", None) as bar:
        async for one in talk.measurements(query):
            intake.result.lines += 1
            number = intake.result.lines
            _take_fetched(intake, number, one)
            bar.move(number, f"{number} measurements, {talk.requests} questions")


def _take_fetched(intake: Intake, number: int, one: Fetched) -> None:
    if one.raw is None:
        intake.refuse(number, f"{one.name}: {one.problem}")
    else:
        intake.take([(number, one.raw)])


def _country(text: str) -> str:
    if len(text) != 2 or not (text.isascii() and text.isalpha()):
        raise InvalidInput("--country is two letters such as KZ")
    return text.upper()


def _print(result: ImportResult, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(result), "dry_run": dry_run})
        return
    verb = "would be" if dry_run else "are"
    out.print(
        f"{result.lines} measurements: {result.new} {verb} new, with {result.controls} controls; "
        f"{result.unchanged} known already, {len(result.unlisted)} of sites that are not listed, "
        f"{len(result.rejected)} rejected; {result.sites_added} sites {verb} added.",
        highlight=False,
    )
    if result.unlisted:
        err.print("Sites that are not listed: list them, or give --add-sites.")
    for one in result.rejected:
        err.print(f"line {one.line}: {one.reason}", markup=False, highlight=False)
    for one in result.differing:
        err.print(f"line {one.line}: judged {one.reason}", markup=False, highlight=False)
