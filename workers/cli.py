# SPDX-License-Identifier: Apache-2.0
"""The `qalam` command where the server is installed: run Qalam or a part of it.

It adds its own commands and the record's (`app.cli`) to those of every install (`cli_base`), and
alone may put app and workers together.
"""

import socket
import time
import uuid
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvicorn

from app import __version__, cli_ledger, clock, upgrading
from app import cli as record_commands
from app.cli_briefing import briefing
from app.cli_evidence import evidence_app
from app.cli_export import export_app
from app.cli_knowledge import fingerprints_app, networks_app
from app.cli_sources import sources_app
from app.cli_stats import stats_app
from app.cli_vantages import vantages_app
from app.console import out, told
from app.domain.vocabulary import VantageRole
from app.errors import WrongSettings
from app.logs import configure_logs
from app.main import create_app
from app.policies import alert_policy, event_policy, watch_policy
from app.services import installation
from app.settings import Settings, load_settings
from app.storage.bodies import BodyStore
from app.storage.database import Sessions, make_engine
from app.storage.evidence_store import EvidenceStore
from app.storage.signing_key import SigningKeys
from workers import scheduler
from workers.cli_base import command, main
from workers.cli_measurements import measurements_app
from workers.cli_reports import reports_app
from workers.jobs import looking
from workers.jobs.context import JobContext
from workers.jobs.looking import ProbeContext
from workers.outbound import OutboundPolicy

__all__ = ["command", "main"]

record_commands.add_to(command)
cli_ledger.add_to(record_commands.db_app, command)
command.command("briefing")(briefing)
command.add_typer(evidence_app, name="evidence")
command.add_typer(export_app, name="export")
command.add_typer(fingerprints_app, name="fingerprints")
command.add_typer(networks_app, name="networks")
command.add_typer(measurements_app, name="measurements")
command.add_typer(reports_app, name="reports")
command.add_typer(sources_app, name="sources")
command.add_typer(stats_app, name="stats")
command.add_typer(vantages_app, name="vantage")


def local_vantage(settings: Settings) -> installation.LocalVantage:
    """Return this machine as the settings describe it."""
    return installation.LocalVantage(
        code=settings.vantage_code,
        role=VantageRole(settings.vantage_role),
        country=settings.vantage_country or None,
        asn=settings.vantage_asn or None,
        control_proxy=settings.control_proxy or None,
        control_country=settings.control_country or None,
    )


def _own_hosts(settings: Settings) -> frozenset[str]:
    """Names of this installation itself: no webhook or feed may lead back here."""
    return frozenset({urlsplit(settings.address).hostname or settings.host})


def probe_context(settings: Settings, sessions: Sessions) -> ProbeContext:
    """Return what the loops of this process work with."""
    job = JobContext(
        sessions=sessions,
        now=clock.now,
        worker=f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
        address=settings.address,
        alerts=alert_policy(settings),
        events=event_policy(settings),
        outbound=OutboundPolicy(own_hosts=_own_hosts(settings)),
        evidence=EvidenceStore(settings.data_dir / "evidence"),
        signing_keys=SigningKeys(settings.data_dir),
        checkpoint_every=timedelta(seconds=settings.checkpoint_seconds),
    )
    return ProbeContext(
        job=job,
        bodies=BodyStore(settings.data_dir / "bodies"),
        open_session=looking.local_sessions(
            resolver=settings.resolver or None,
            independent_resolver=settings.independent_resolver or None,
            doh_url=settings.doh_url or None,
            concurrency=settings.probe_concurrency,
            starts_per_second=settings.probe_starts_per_second or None,
        ),
        keep_ok=timedelta(days=settings.keep_ok_days),
        watch=watch_policy(settings),
        may_probe=settings.probe == "on",
    )


def _listen(settings: Settings) -> socket.socket:
    """Take the address before anything else, so that a second start says what is wrong."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise WrongSettings(
            f"{settings.host}:{settings.port} cannot be used ({error.strerror}): "
            "is Qalam running already? Otherwise set QALAM_PORT or QALAM_HOST."
        ) from None
    return listening


def _serve(settings: Settings, sessions: Sessions, listening: socket.socket) -> None:
    config = uvicorn.Config(
        create_app(settings, sessions),
        log_level="warning",
        access_log=False,  # no client address is ever written down
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _working(
    settings: Settings, sessions: Sessions, *, delay_seconds: float = 0.0
) -> AbstractContextManager[None]:
    """Run the loops of this process while the block lasts."""
    context = probe_context(settings, sessions)
    table = scheduler.loops(
        context, tick_seconds=settings.tick_seconds, seal_seconds=settings.seal_seconds
    )
    return scheduler.running(context, table, measuring_after_seconds=delay_seconds)


def _announce(settings: Settings, prepared: installation.Prepared) -> None:
    out.print(f"\n[bold]Qalam {__version__}[/bold] answers on {settings.address}/")
    out.print(f"  API: {settings.address}/api/v1/incidents  reference: {settings.address}/docs")
    if prepared.admin_key:
        out.print(
            f"  Admin key, shown this once: [bold]{prepared.admin_key}[/bold]", soft_wrap=True
        )
    if settings.probe == "off":
        out.print("  Probing is off (QALAM_PROBE=off): no packet leaves for any site.")
        return
    shown = prepared.probed[:20]
    more = len(prepared.probed) - len(shown)
    out.print(
        f"  In {settings.probe_wait_seconds:g} s this machine begins to probe these sites "
        "(stop it with Ctrl-C, or start with QALAM_PROBE=off):"
    )
    for url in shown:
        out.print(f"    {url}", highlight=False)
    if more:
        out.print(f"    … and {more} more")
    if not settings.vantage_country:
        out.print(
            "  This vantage has no country: until QALAM_VANTAGE_COUNTRY is set it feeds no "
            "country's status."
        )
    if not prepared.has_control:
        out.print(
            "  No control vantage: from one network alone Qalam cannot tell blocked from down; "
            "with a tunnel to a server abroad (ssh -D 1080 you@server), set "
            "QALAM_CONTROL_PROXY=socks5://127.0.0.1:1080."
        )


@command.command()
def up(
    example: Annotated[
        bool, typer.Option("--example", help="Load the example record into an empty database.")
    ] = False,
) -> None:
    """Run everything in one process: migrate, API and pages, schedule and workers."""
    configure_logs()
    with told():
        settings = load_settings()
        listening = _listen(settings)
        engine = make_engine(settings.resolved_database_url)
        upgrading.upgrade(engine, now=clock.now())
        sessions = Sessions(engine)
        with sessions.writing() as session:
            prepared = installation.prepare(
                session,
                local_vantage(settings),
                now=clock.now(),
                example_wanted=example,
                admin_wanted=True,
            )
    _announce(settings, prepared)
    with _working(settings, sessions, delay_seconds=settings.probe_wait_seconds):
        _serve(settings, sessions, listening)
    engine.dispose()


@command.command()
def serve() -> None:
    """Answer the API and pages only; any number may run on one PostgreSQL database."""
    configure_logs()
    with told():
        settings = load_settings()
        listening = _listen(settings)
        engine = make_engine(settings.resolved_database_url)
        if not upgrading.is_ready(engine):
            raise WrongSettings("the database is of another version: run `qalam db upgrade` first")
    out.print(f"Qalam {__version__} answers on {settings.address}/")
    _serve(settings, Sessions(engine), listening)
    engine.dispose()


@command.command()
def work() -> None:
    """Probe, read sources and send alerts; any number may run on one PostgreSQL database."""
    configure_logs()
    with told():
        settings = load_settings()
        engine = make_engine(settings.resolved_database_url)
        if not upgrading.is_ready(engine):
            raise WrongSettings("the database is of another version: run `qalam db upgrade` first")
        sessions = Sessions(engine)
        with sessions.writing() as session:
            installation.prepare(session, local_vantage(settings), now=clock.now())
    out.print("Working; stop with Ctrl-C.")
    with _working(settings, sessions):
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            out.print("Stopping.")
    engine.dispose()
