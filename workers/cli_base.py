# SPDX-License-Identifier: Apache-2.0
"""The `qalam` command as every install has it: what needs neither a database nor a server.

`pip install qalam` brings these commands. Where the server's libraries are installed as well,
`workers.cli` adds all the others to the same command.
"""

import importlib
import importlib.util
import uuid
from typing import Annotated

import typer
import uvloop

from app import __version__, clock
from app.console import Json, out, told
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.targets import canonical_url
from workers import cli_judge
from workers.cli_agent import agent
from workers.probe import ProbeSession, measure, report

command = typer.Typer(
    help="Qalam: media freedom, monitored.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli_judge.add_to(command)
command.command()(agent)


def main() -> None:
    """Run the `qalam` command with everything this install can do."""
    if importlib.util.find_spec("sqlalchemy") is not None:
        importlib.import_module("workers.cli")
    command()


@command.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


async def _probe(url: str, resolver: str, independent: str, doh_url: str) -> Measurement:
    async with ProbeSession(
        resolvers=(resolver,) if resolver else (),
        independent_resolver=independent or None,
        doh_url=doh_url or None,
    ) as session:
        return await measure(
            url, session=session, vantage="here", started_at=clock.now(), uid=str(uuid.uuid4())
        )


@command.command()
def probe(
    url: Annotated[str, typer.Argument(help="The address to measure; https:// if left out.")],
    resolver: Annotated[str, typer.Option(help="Ask this resolver: IP or IP:port.")] = "",
    independent_resolver: Annotated[
        str, typer.Option(help="Ask this one beside it: IP or IP:port.")
    ] = "",
    doh_url: Annotated[
        str, typer.Option(help="Ask one over HTTPS as well: https://9.9.9.9/dns-query.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Measure one address now, layer by layer, and print what was seen."""
    with told():
        target = canonical_url(url if "://" in url else f"https://{url}")
        measurement = uvloop.run(_probe(target.url, resolver, independent_resolver, doh_url))
    if as_json:
        typer.echo(report.to_json(measurement).decode())
    else:
        out.print(report.render(measurement))
