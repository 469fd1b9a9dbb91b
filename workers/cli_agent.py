# SPDX-License-Identifier: Apache-2.0
"""`qalam agent`: a volunteer's machine measures. One command; it needs no database and no server."""

import asyncio
import contextlib
import random
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from app import __version__, clock
from app.console import err, out, print_json, told
from app.domain.agents import consent as risk
from app.domain.agents.protocol import Consent
from app.errors import WrongSettings
from workers.agent import consent, enrolment, identity, routes
from workers.agent.assembly import Parts, assemble
from workers.agent.enrolment import Refused
from workers.agent.identity import Identity
from workers.agent.limits import Limits
from workers.agent.looking import machine_sessions
from workers.agent.loop import REVOKED, Agent
from workers.agent.machine import Home, MachineClock
from workers.agent.spool import open_spool
from workers.agent.uplink import Uplink
from workers.agent.voice import Voice

_DEFAULT_HOME = Path("~/.local/share/qalam-agent")


class _Wanted:
    """What was written at the start, read once."""

    def __init__(
        self, *, home: Path, servers: list[str], proxy: str, authority: Path | None
    ) -> None:
        self.home = Home(home.expanduser())
        self.servers = tuple(routes.route(one) for one in servers)
        self.proxy = routes.proxy(proxy)
        routes.check(self.servers, self.proxy)
        self.trust = routes.trust(authority)

    def uplink(self, servers: tuple[str, ...], key: str | None = None) -> Uplink:
        """Return the way to the collector. Raises WrongSettings for one that others could read."""
        routes.check(servers, self.proxy)
        return Uplink(servers, key=key, proxy=self.proxy, authority=self.trust)


def agent(
    server: Annotated[
        list[str] | None,
        typer.Option(
            help="The collector's address, https://…; several are tried in turn. "
            "Remembered after the first start.",
            envvar="QALAM_AGENT_SERVER",
        ),
    ] = None,
    token: Annotated[
        str,
        typer.Option(
            help="The one-time token you were given; needed at the first start only.",
            envvar="QALAM_AGENT_TOKEN",
        ),
    ] = "",
    home: Annotated[
        Path, typer.Option(help="The agent's folder.", envvar="QALAM_AGENT_HOME")
    ] = _DEFAULT_HOME,
    refuse: Annotated[
        list[str] | None,
        typer.Option(help="Categories this machine shall not visit, such as HUMR,POLR."),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Categories it may visit beside NEWS, HUMR, POLR, CULTR and MMED."),
    ] = None,
    accept_risk: Annotated[
        str,
        typer.Option(metavar="VERSION", help="Say that you read this version of the text on risk."),
    ] = "",
    show_risk: Annotated[
        bool, typer.Option("--show-risk", help="Print the text on risk, and do nothing else.")
    ] = False,
    resolver: Annotated[
        str, typer.Option(help="Ask this name server instead of the network's: IP or IP:port.")
    ] = "",
    proxy: Annotated[
        str,
        typer.Option(help="Reach the collector (never the sites) through socks5h:// or http://."),
    ] = "",
    authority: Annotated[
        Path | None,
        typer.Option("--ca", help="A certificate to trust for the collector as well (PEM)."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look at everything once, hand it in, and end.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Say how this agent fares, and do nothing else.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --status: print JSON.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell every look, with addresses of sites.")
    ] = False,
) -> None:
    """Measure from this machine for a collector: outbound HTTPS only, no database, no open port."""
    if show_risk:
        typer.echo(risk.text())
        return
    with told():
        wanted = _Wanted(home=home, servers=server or [], proxy=proxy, authority=authority)
        if status:
            _show_status(wanted.home, as_json=as_json)
            return
        wanted.home.prepare()
        held = wanted.home.lock()
        if held is None:
            raise WrongSettings(f"another agent already works in {wanted.home.folder}")
        with held:
            known = _identity(
                wanted,
                token=token,
                refused=Refused(refuse=tuple(refuse or ()), also=tuple(also or ())),
                accepted=accept_risk,
            )
            voice = Voice(
                show=lambda line: out.print(line, markup=False, highlight=False),
                now=clock.now,
                is_detailed=verbose,
            )
            code = uvloop.run(_work(wanted, known, voice, resolver=resolver, once=once))
    raise typer.Exit(code)


def _identity(wanted: _Wanted, *, token: str, refused: Refused, accepted: str) -> Identity:
    """Return who we are: as kept, or enrolled now. Nothing is sent without consent."""
    known = identity.load(wanted.home.identity)
    if known is None and not (token and wanted.servers):
        raise WrongSettings(
            "this machine is not enrolled yet: start with --server URL --token TOKEN, as you were "
            "given them."
        )
    given = _consent(known, accepted)
    if known is None or (token and not known.came_from(token)):
        before = known
        known = uvloop.run(
            _enrol(
                wanted,
                wanted.servers or (before.servers if before else ()),
                token=token,
                given=given,
                refused=refused.over(before.refused_categories if before else None),
            )
        )
        out.print(f"Enrolled as the vantage {known.vantage} ({known.role.value}).", highlight=False)
    kept = replace(
        known,
        consent=given,
        servers=wanted.servers or known.servers,
        refused_categories=refused.over(known.refused_categories),
    )
    identity.save(wanted.home.identity, kept)
    return kept


def _consent(known: Identity | None, accepted: str) -> Consent:
    """Have the text on risk accepted, now or before; otherwise end here, with code 2."""
    can_ask = sys.stdin.isatty()
    try:
        return consent.given(
            None if known is None else known.consent,
            accepted_version=accepted,
            ask=_ask if can_ask else None,
            now=clock.now(),
        )
    except consent.NotAccepted as error:
        err.print(f"[red]qalam:[/red] {error.why}", highlight=False)
        raise typer.Exit(2) from None


def _ask(text: str) -> str:
    typer.echo(text)
    try:
        return str(typer.prompt('Type "yes" to go on, anything else to leave', default="no"))
    except typer.Abort:
        return "no"


async def _enrol(
    wanted: _Wanted,
    servers: tuple[str, ...],
    *,
    token: str,
    given: Consent,
    refused: tuple[str, ...],
) -> Identity:
    async with wanted.uplink(servers) as uplink:
        return await enrolment.enrol(
            uplink,
            servers=servers,
            token=token,
            consent=given,
            refused=refused,
            now=clock.now(),
        )


async def _work(
    wanted: _Wanted, known: Identity, voice: Voice, *, resolver: str, once: bool
) -> int:
    """Work until told to stop; 0 where that went well, 1 where the agent was revoked."""
    limits = Limits()
    spool, was_broken = open_spool(wanted.home.spool)
    if was_broken:
        voice.say("The file of waiting results was damaged: it was put aside, and a new one begun.")
    try:
        if spool.noted(REVOKED) == str(known.agent):
            voice.say("The collector took this agent out of service: a new token starts it again.")
            return 1
        async with wanted.uplink(known.servers, known.key) as uplink:
            at_work = assemble(
                Parts(
                    identity=known,
                    home=wanted.home,
                    spool=spool,
                    uplink=uplink,
                    opener=machine_sessions(resolver=resolver, concurrency=limits.concurrency),
                    clock=MachineClock(),
                    voice=voice,
                    drawn=random.SystemRandom().random,
                    limits=limits,
                )
            )
            return await _run(at_work, voice, once=once)
    finally:
        spool.close()


async def _run(at_work: Agent, voice: Voice, *, once: bool) -> int:
    if once:
        went_well = await at_work.run_once()
        await at_work.sum_up()
        return 0 if went_well else 1
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    voice.say("Working; stop with Ctrl-C.")
    await at_work.run(stop)
    await at_work.sum_up()
    return 1 if at_work.is_revoked else 0


def _show_status(home: Home, *, as_json: bool) -> None:
    known = identity.load(home.identity)
    if known is None:
        raise WrongSettings(f"no agent is enrolled in {home.folder}")
    held = home.lock()
    if held is not None:
        held.close()
    spool, _ = open_spool(home.spool)
    with contextlib.closing(spool):
        oldest = spool.oldest()
        found = {
            "version": __version__,
            "vantage": known.vantage,
            "role": known.role.value,
            "is_running": held is None,
            "last_contact_at": spool.noted("contact_at"),
            "waiting": spool.depth(),
            "waiting_bytes": spool.size(),
            "oldest_waiting_at": oldest and datetime.fromtimestamp(oldest, UTC).isoformat(),
            "clock": spool.noted("clock"),
        }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name.replace('_', ' ')}: {value}", markup=False, highlight=False)
