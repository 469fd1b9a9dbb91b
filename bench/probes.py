# SPDX-License-Identifier: Apache-2.0
"""Probes per CPU-second of the prober's own process, beside its peers.

Every probe asks for a name never asked for before, opens a connection, verifies a chain, and (the
floor excepted) fetches a page. Rounds are interleaved: each peer in turn, and again. The order
changes from round to round, so that nobody always follows the same neighbour.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import msgspec

from bench import confined, probers
from bench.clock import Processors, cpu_seconds, machine, stay_on
from bench.peers import (
    EXPORTER,
    Missing,
    Peer,
    exporter_peer,
    python_peer,
    require_names,
    version_of_exporter,
)
from bench.table import Row, Table
from bench.world import World, small_internet


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything."""

    rounds: int
    probes: int
    concurrency: int


SCALES = {
    "quick": Scale(rounds=15, probes=150, concurrency=50),
    "full": Scale(rounds=41, probes=300, concurrency=100),
}
OURS, FORGETTING = "qalam", "qalam, no chain remembered"
FLOOR, HTTPX = "TLS handshake only", "httpx, fresh client"


@dataclass(slots=True)
class _Contestant:
    name: str
    start: Callable[[World], AbstractContextManager[Peer]]
    note: str = ""
    reach: float | None = None
    aim: float | None = None
    peer: Peer | None = None
    missing: str | None = None
    repeated: bool = False  # a round in which not every probe succeeded
    figures: list[float] = field(default_factory=list)


def tables(scale: str) -> list[Table]:
    """Run it, in a network of its own where this machine allows one."""
    refused = None if confined.is_confined() else confined.why_not()
    if not confined.is_confined() and refused is None:
        printed = confined.again_inside(["probes", "--json", "--scale", scale])
        return msgspec.json.decode(printed, type=list[Table])
    with tempfile.TemporaryDirectory(prefix="qalam-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        if refused is None:
            confined.furnish(folder)
        processors = Processors.here()
        stay_on(processors.around)
        world = stack.enter_context(small_internet(folder, processors))
        contestants = _contestants()
        for one in contestants:
            try:
                one.peer = stack.enter_context(one.start(world))
            except Missing as missing:
                one.missing = str(missing) if refused is None else f"{missing}: {refused}"
        _compete(contestants, world, SCALES[scale])
        return [_table(contestants, world, SCALES[scale])]


def _contestants() -> list[_Contestant]:
    return [
        _Contestant(EXPORTER, exporter_peer, note=version_of_exporter()),
        _Contestant(
            OURS, partial(python_peer, probers.qalam), note="whole evidence", reach=1.0, aim=1.3
        ),
        _Contestant(
            FORGETTING, partial(python_peer, probers.qalam_forgetting), note="each verified anew"
        ),
        _Contestant(FLOOR, partial(python_peer, probers.tls_floor), note="asyncio on uvloop"),
        _Contestant(HTTPX, _named(partial(python_peer, probers.httpx_fresh))),
    ]


def _named(
    start: Callable[[World], AbstractContextManager[Peer]],
) -> Callable[[World], AbstractContextManager[Peer]]:
    def started(world: World) -> AbstractContextManager[Peer]:
        require_names()
        return start(world)

    return started


def _compete(contestants: Sequence[_Contestant], world: World, scale: Scale) -> None:
    numbers = count()
    running = [(one, one.peer) for one in contestants if one.peer is not None]
    for _, peer in running:  # a round that nobody counts
        peer.probe(_hosts(world, numbers, scale.probes // 4), scale.concurrency)
    for turn in range(scale.rounds):
        shift = turn % len(running)
        for one, peer in [*running[shift:], *running[:shift]]:
            one.figures.append(_round(one, peer, _hosts(world, numbers, scale.probes), scale))


def _round(one: _Contestant, peer: Peer, hosts: Sequence[str], scale: Scale) -> float:
    """Probes per CPU-second of one round.

    A round in which some failed is repeated once in a run, and the table says so: where this
    machine stood still for a second, ours says that it measured nothing.
    """
    before = cpu_seconds(peer.pid)
    done = peer.probe(hosts, scale.concurrency)
    spent = cpu_seconds(peer.pid) - before
    if done == len(hosts):
        return done / spent
    if one.repeated:
        raise RuntimeError(f"{one.name}: only {done} of {len(hosts)} probes succeeded, and again.")
    one.repeated = True
    return _round(one, peer, hosts, scale)


def _hosts(world: World, numbers: Iterator[int], how_many: int) -> list[str]:
    return [world.host(next(numbers)) for _ in range(how_many)]


def _table(contestants: Sequence[_Contestant], world: World, scale: Scale) -> Table:
    measured, around = sorted(world.processors.measured), sorted(world.processors.around)
    return Table(
        title="Probes per CPU-second: fresh DNS + TCP + TLS + HTTP, 20 kB",
        unit="probes/CPU-s",
        better="more",
        peer=EXPORTER,
        rows=tuple(
            Row(
                name=one.name,
                figures=tuple(one.figures),
                note=one.note,
                skipped=one.missing,
                reach=one.reach,
                aim=one.aim,
            )
            for one in contestants
        ),
        notes=(
            f"{machine()}; prober on processor {measured}, everything else on {around}.",
            f"{scale.rounds} interleaved rounds of {scale.probes} probes, {scale.concurrency} at a time.",
            f"The server is {world.server}.",
            *(f"{one.name}: one round was repeated." for one in contestants if one.repeated),
        ),
    )
