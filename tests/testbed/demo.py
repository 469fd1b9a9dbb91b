# SPDX-License-Identifier: Apache-2.0
"""`make demo`: Qalam itself against the small hostile internet, with an inbox to watch.

Every part is the product's own: prober, rules, states, outbox, signatures, pages. Only the world is
small: its resolvers, sites and censor live on loopback, and times are shortened. All of it is
printed. The database it makes is marked as a demo's and is the only kind this program opens.
"""

import argparse
import base64
import contextlib
import secrets
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from rich.console import Console

from app import clock
from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.addresses import GLOBAL
from app.domain.blocking.network_event import EventPolicy
from app.domain.blocking.state_policy import StatePolicy
from app.domain.vocabulary import ChannelKind, Role, VantageRole
from app.logs import configure_logs
from app.main import create_app
from app.services import access, alerting, sites, vantages
from app.services.monitoring import VantagePlan, WatchPolicy
from app.settings import Settings
from app.storage import ledger, migrations, outbox
from app.storage.bodies import BodyStore
from app.storage.database import Sessions, make_engine
from tests.testbed import TestbedThread
from tests.testbed.inbox import Inbox
from workers import scheduler
from workers.jobs.context import JobContext
from workers.jobs.looking import ProbeContext
from workers.outbound import OutboundPolicy
from workers.probe import ProbeSession

out = Console()

BLOCKED_BY_DNS = "courier.example"
BLOCKED_BY_SNI = "tribune.example"
GOES_DOWN = "daily.example"
UNTOUCHED = "gazette.example"
WATCHED = (BLOCKED_BY_DNS, BLOCKED_BY_SNI, GOES_DOWN, UNTOUCHED)
CANARIES = ("canary-1.example", "canary-2.example", "canary-3.example")

POLICY = WatchPolicy(
    state=StatePolicy(
        interval=timedelta(seconds=4),
        rechecks=(timedelta(seconds=1),) * 3,
        suspect_failures=3,
        suspect_span=timedelta(seconds=2),
        lone_failures=4,
        lone_span=timedelta(seconds=4),
        recovery_span=timedelta(seconds=4),
        recovery_interval=timedelta(seconds=2),
        stale_intervals=30,
    ),
    health_interval=timedelta(seconds=5),
    unreachable_after=timedelta(minutes=30),
    first_spread=timedelta(seconds=2),
)
ALERTS = AlertPolicy(group_wait=timedelta(seconds=3), resolve_hold=timedelta(seconds=3))
_DEMO_NOTE = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that happens to the small internet."""

    after_seconds: float
    said: str
    do: str
    host: str


ACTS = (
    Act(
        after_seconds=12,
        said=f"The network's resolver begins to deny {BLOCKED_BY_DNS}.",
        do="block_dns",
        host=BLOCKED_BY_DNS,
    ),
    Act(
        after_seconds=20,
        said=f"The censor's machine begins to reset connections that name {BLOCKED_BY_SNI}.",
        do="block_sni",
        host=BLOCKED_BY_SNI,
    ),
    Act(
        after_seconds=28,
        said=f"The server of {GOES_DOWN} is switched off, for everybody.",
        do="take_down",
        host=GOES_DOWN,
    ),
)


def prepare(sessions: Sessions, inbox: Inbox) -> str:
    """List the sites, describe the two vantages, subscribe the inbox; return an admin key."""
    now = clock.now()
    with sessions.writing() as session:
        session.merge(ledger.Note(name=_DEMO_NOTE, value={"made_at": now.isoformat()}))
        rows = ["url,country,category_code,canary"]
        rows += [f"https://{host}/,XX,NEWS," for host in WATCHED]
        rows += [f"https://{host}/,,CTRL,yes" for host in CANARIES]
        sites.import_list(
            session,
            "\n".join(rows),
            list_name="demo",
            licence=None,
            country=None,
            now=now,
        )
        vantages.ensure_vantage(
            session, code="field-1", role=VantageRole.FIELD, country="XX", asn=64496, now=now
        )
        vantages.ensure_vantage(
            session, code="control-1", role=VantageRole.CONTROL, country="NL", asn=64497, now=now
        )
        alerting.ensure_console(session, now=now)
        # The API refuses loopback for webhooks, as it should; the demo writes the row itself.
        inbox.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        session.add(
            outbox.Subscription(
                name="inbox",
                channel=ChannelKind.WEBHOOK,
                address=inbox.public_url,
                secret=inbox.secret,
                created_at=now,
            )
        )
        made = access.create_key(session, role=Role.ADMIN, name="demo admin", now=now)
    return made.secret


def is_demo(sessions: Sessions) -> bool:
    """Whether this database was made by a demo."""
    with sessions.reading() as session:
        return session.get(ledger.Note, _DEMO_NOTE) is not None


def context_for(sessions: Sessions, world: TestbedThread, address: str) -> ProbeContext:
    """Return the product's own context, looking at the small internet instead of the large one."""
    if not is_demo(sessions):
        raise SystemExit("this database was not made by a demo: loopback is never measured there")

    def open_session(vantage: VantagePlan) -> ProbeSession:
        role = "control" if vantage.role is VantageRole.CONTROL else "field"
        return world.session(role=role)

    return ProbeContext(
        job=JobContext(
            sessions=sessions,
            now=clock.now,
            worker="demo",
            address=address,
            alerts=ALERTS,
            # Its sites are blocked one by one, each in its own way: no event of many at once.
            events=EventPolicy(window=timedelta(seconds=1)),
            outbound=OutboundPolicy(
                classify=lambda _address: GLOBAL,
                allow_ports=frozenset(range(1, 65536)),
                resolve=_at_home,
            ),
        ),
        bodies=BodyStore(Path(tempfile.mkdtemp(prefix="qalam-demo-bodies-"))),
        open_session=open_session,
        watch=POLICY,
    )


async def _at_home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def _explain(settings: Settings, world: TestbedThread, inbox: Inbox, folder: Path) -> None:
    ports = world.do(lambda net: net.ports)
    resolvers = world.do(
        lambda net: [
            f"{one.address[0]}:{one.address[1]}" for one in (net.field_resolver, net.open_resolver)
        ]
    )
    out.print("\n[bold]Qalam's demonstration[/bold]: the real program, a small world on loopback")
    out.print(f"  pages          {settings.address}/")
    out.print(f"  inbox          {inbox.url} (webhooks go to {inbox.public_url})")
    out.print(f"  data           {folder}")
    out.print(f"  resolvers      field {resolvers[0]}, control {resolvers[1]}; no independent one")
    out.print(
        f"  ports 443, 80  field {ports.field_tls}, {ports.field_http}; "
        f"control {ports.tls}, {ports.http}"
    )
    out.print("  authority      made for this run; loopback addresses count as public here only")
    state = POLICY.state
    out.print(
        f"  times          interval {state.interval.total_seconds():g} s (15 min), re-checks 1 s "
        f"(30 s, 90 s, 5 min), lone vantage {state.lone_failures} failures over "
        f"{state.lone_span.total_seconds():g} s (5 over 10 min), grouping "
        f"{ALERTS.group_wait.total_seconds():g} s (60 s)\n"
    )


def _play(world: TestbedThread, stop: threading.Event) -> None:
    began = time.monotonic()
    for act in ACTS:
        if stop.wait(max(0.0, act.after_seconds - (time.monotonic() - began))):
            return
        getattr(world, act.do)(act.host)
        out.print(f"[yellow]· {act.said}[/yellow]")


def run(*, port: int, folder: Path, seconds: float) -> None:
    """Run the demonstration until the time is over or somebody presses Ctrl-C."""
    configure_logs(level="WARNING")
    settings = Settings(data_dir=folder, port=port, _env_file=None)
    engine = make_engine(f"sqlite:///{folder / 'demo.db'}")
    migrations.upgrade(engine)
    sessions = Sessions(engine)
    stop = threading.Event()
    with TestbedThread() as world, Inbox() as inbox:
        for host in (*WATCHED, *CANARIES):
            world.site(host)
        key = prepare(sessions, inbox)
        _explain(settings, world, inbox, folder)
        out.print(f"  admin key      {key}\n", soft_wrap=True)
        context = context_for(sessions, world, settings.address)
        table = scheduler.loops(context, tick_seconds=0.5)
        playing = threading.Thread(target=_play, args=(world, stop), daemon=True)
        playing.start()
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(settings, sessions),
                host=settings.host,
                port=port,
                log_level="warning",
                access_log=False,
            )
        )
        if seconds:
            threading.Timer(seconds, setattr, (server, "should_exit", True)).start()
        with scheduler.running(context, table), contextlib.suppress(KeyboardInterrupt):
            server.run()
        stop.set()
        playing.join()
    engine.dispose()


def _loopback_can_play() -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.77.0.1", 0))
        except OSError:
            return False
    return True


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=None, help="a temporary one if left out")
    parser.add_argument("--seconds", type=float, default=0.0, help="0 runs until Ctrl-C")
    given = parser.parse_args()
    if not _loopback_can_play():
        sys.exit(
            "The demonstration needs Linux: it gives each of its machines an address in "
            "127.0.0.0/8, which other systems do not answer."
        )
    folder = given.folder or Path(tempfile.mkdtemp(prefix="qalam-demo-"))
    run(port=given.port, folder=folder, seconds=given.seconds)


if __name__ == "__main__":
    main()
