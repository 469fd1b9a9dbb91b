# SPDX-License-Identifier: Apache-2.0
"""Commands on vantage points: add one, invite its agent, show them, take an agent out of service."""

from typing import Annotated

import typer
from rich.table import Table

from app import clock
from app.cli import opened
from app.console import Json, err, out, print_json, told
from app.domain.vocabulary import VantageRole
from app.services import agents, vantages
from app.storage.agents import list_agents
from app.storage.sites import Vantage, list_vantages

vantages_app = typer.Typer(help="The places from which sites are measured.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Its name; choose one that says nothing of who runs it.")]


@vantages_app.command("add")
def add(
    code: Code,
    role: Annotated[
        VantageRole, typer.Option(help="field: inside the country; control: outside.")
    ] = VantageRole.FIELD,
    country: Annotated[str, typer.Option(help="Two letters, such as KZ.")] = "",
    asn: Annotated[int, typer.Option(help="The number of its network.")] = 0,
    network: Annotated[str, typer.Option(help="The name of its network.")] = "",
    agent: Annotated[
        bool, typer.Option("--agent", help="A remote machine that runs `qalam agent`.")
    ] = False,
    resolver: Annotated[str, typer.Option(help="This machine, behind another resolver.")] = "",
    proxy: Annotated[str, typer.Option(help="This machine, through socks5://host:port.")] = "",
    independent_resolver: Annotated[
        str, typer.Option(help="Ask this resolver beside its own: IP or IP:port.")
    ] = "",
    doh_url: Annotated[
        str, typer.Option(help="Ask this one over HTTPS as well: https://9.9.9.9/dns-query.")
    ] = "",
) -> None:
    """Describe a vantage; an agent's is then invited, and the token is printed, once."""
    with told(), opened() as sessions, sessions.writing() as session:
        vantages.add_vantage(
            session,
            code=code,
            role=role,
            country=country.upper() or None,
            asn=asn or None,
            network_name=network or None,
            resolver=resolver or None,
            proxy=proxy or None,
            independent_resolver=independent_resolver or None,
            doh_url=doh_url or None,
            is_agent=agent,
            now=clock.now(),
            actor_id=None,
        )
        invitation = agents.invite(session, code, now=clock.now(), actor_id=None) if agent else None
    err.print(f"The vantage {code} is added.")
    if invitation is not None:
        _print(invitation)


@vantages_app.command("invite")
def invite(code: Code) -> None:
    """Make a one-time token for a vantage's agent; a new enrolment replaces the machine before."""
    with told(), opened() as sessions, sessions.writing() as session:
        invitation = agents.invite(session, code, now=clock.now(), actor_id=None)
    _print(invitation)


def _print(invitation: agents.Invitation) -> None:
    # Beside standard output, which holds the token alone: TOKEN=$(qalam vantage invite kz-1).
    err.print("Within the hour, on that machine: qalam agent --server URL --token …")
    typer.echo(invitation.token)


@vantages_app.command("revoke")
def revoke(code: Code) -> None:
    """Take a vantage's agent out of service; what it measured stays."""
    with told(), opened() as sessions, sessions.writing() as session:
        agents.revoke(session, code, now=clock.now(), actor_id=None)
    out.print("revoked")


@vantages_app.command("list")
def show(as_json: Json = False) -> None:
    """Show the vantages in use, and when their agents were last heard."""
    with told(), opened() as sessions, sessions.reading() as session:
        heard = {one.vantage_id: one.last_seen_at.isoformat() for one in list_agents(session)}
        found = [_row(one, heard.get(one.id)) for one in list_vantages(session)]
    if as_json:
        print_json(found)
        return
    table = Table("code", "role", "egress", "country", "AS", "health", "last heard")
    for one in found:
        table.add_row(*(str(value) if value is not None else "" for value in one.values()))
    out.print(table)


def _row(vantage: Vantage, heard: str | None) -> dict[str, str | int | None]:
    return {
        "code": vantage.code,
        "role": vantage.role.value,
        "egress": vantage.egress.value,
        "country": vantage.country,
        "asn": vantage.asn,
        "health": vantage.health.value,
        "last_heard_at": heard,
    }
