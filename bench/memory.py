# SPDX-License-Identifier: Apache-2.0
"""Memory of one process with 500 measurements in flight, where servers take them and then stall.

Counted when every server has heard every question: in the handshake, before the first byte, and in
the middle of a page. Each situation has a fresh process; its memory before it begins is shown too.
"""

import asyncio
import os
import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from bench import servers
from bench.clock import Processors, machine, resident_mib
from bench.probers import session_in
from bench.servers import running
from bench.table import Row, Table
from bench.world import ADDRESS, World, page, write_certificates
from workers.probe import measure

IN_FLIGHT = 500
LIMIT_MIB = 150
_WAIT_SECONDS = 120.0
_ROUNDS = {"quick": 1, "full": 3}
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 200000\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where everything stalls."""

    name: str
    serve: Callable[..., None]
    said: bytes | None  # before stalling; None: not even a handshake


SITUATIONS = (
    Situation(name="in the handshake", serve=servers.accept_and_stall, said=None),
    Situation(name="before the first byte", serve=servers.serve_and_stall, said=b""),
    Situation(name="20 kB into a page", serve=servers.serve_and_stall, said=_BEGUN + page()),
)


def tables(scale: str) -> list[Table]:
    """Let 500 measurements hang in each situation."""
    rows = []
    for situation in SITUATIONS:
        figures = [resident(situation) for _ in range(_ROUNDS[scale])]
        begun = min(before for before, _ in figures)
        rows.append(
            Row(
                name=situation.name,
                figures=tuple(then for _, then in figures),
                note=f"{begun:.1f} before",
                reach=LIMIT_MIB,
            )
        )
    return [
        Table(
            title=f"Memory of one process with {IN_FLIGHT} measurements in flight",
            unit="MiB resident",
            better="less",
            rows=tuple(rows),
            notes=(f"{machine()}.",),
        )
    ]


def resident(situation: Situation, in_flight: int = IN_FLIGHT) -> tuple[float, float]:
    """MiB before, and with so many in flight; raises RuntimeError where they don't all get there."""
    _allow_files(2 * in_flight + 200)
    with tempfile.TemporaryDirectory(prefix="qalam-bench-") as name:
        folder = Path(name)
        write_certificates(folder)
        given = (ADDRESS,) if situation.said is None else (ADDRESS, folder, situation.said)
        with (
            running(servers.answer_names, (ADDRESS, 0)) as names,
            running(situation.serve, *given) as pages,
        ):
            world = World(
                folder=folder,
                resolver=names.recv(),
                port=pages.recv()[1],
                server="stalls",
                processors=Processors.here(),
            )
            with running(_hold, world, in_flight) as holder:
                pid = holder.recv()
                before = resident_mib(pid)
                holder.send(True)
                for _ in range(in_flight):
                    if not pages.poll(_WAIT_SECONDS):
                        raise RuntimeError("Not all measurements came to where they were to stall.")
                    pages.recv()
                holder.send(True)
                held = holder.recv()  # what the servers said has been read
                if held != in_flight:
                    raise RuntimeError(f"Only {held} of {in_flight} measurements are in flight.")
                return before, resident_mib(pid)


def _hold(order: Connection, world: World, in_flight: int) -> None:
    """Begin so many measurements when told, and hold them until the end."""
    _allow_files(2 * in_flight + 200)
    order.send(os.getpid())
    order.recv()
    uvloop.run(_held(order, world, in_flight))


async def _held(order: Connection, world: World, in_flight: int) -> None:
    session = session_in(world, concurrency=in_flight)
    for number in range(in_flight):
        host = world.host(number)
        task = asyncio.create_task(
            measure(f"https://{host}/", session=session, vantage="bench", started_at=_AT, uid=host)
        )
        _HELD.add(task)
    await asyncio.to_thread(order.recv)
    # Everybody has spoken; what the servers said last is on its way through the loop.
    await asyncio.sleep(0.5)
    order.send(sum(not task.done() for task in _HELD))
    await asyncio.Event().wait()


_HELD: set[asyncio.Task[object]] = set()


def _allow_files(wanted: int) -> None:
    """Raise this process's own limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
