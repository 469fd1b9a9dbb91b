# SPDX-License-Identifier: Apache-2.0
"""Who is compared. Each probes in a process of its own, whose CPU time is read from outside."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import uvloop

from bench import asking, probers
from bench.clock import stay_on
from bench.confined import is_confined
from bench.servers import running
from bench.world import World, free_port, wait_for

EXPORTER = "prometheus-blackbox-exporter"
_EXPORTER_ADDRESS = "127.0.0.1"
_MODULES = """
modules:
  http_2xx:
    prober: http
    timeout: 30s
    http: {{fail_if_not_ssl: true, tls_config: {{ca_file: {folder}/ca.pem}}}}
"""


class Missing(Exception):
    """When a peer can't be measured here; the text says why."""


class Peer(Protocol):
    """One that is measured."""

    pid: int

    def probe(self, hosts: Sequence[str], concurrency: int) -> int:
        """Probe every host, so many at a time; return how many were fetched and verified."""


class PythonPeer:
    """A prober in Python; it stays alive between rounds, as the exporter does."""

    def __init__(self, pid: int, pipe: Connection) -> None:
        self.pid = pid
        self._pipe = pipe

    def probe(self, hosts: Sequence[str], concurrency: int) -> int:
        """Hand the hosts over and wait for the count."""
        self._pipe.send((hosts, concurrency))
        done: int = self._pipe.recv()
        return done


class ExporterPeer:
    """The exporter, asked over connections that are kept, as Prometheus asks it."""

    def __init__(self, pid: int, port: int, world: World) -> None:
        self.pid = pid
        self._port = port
        self._world = world

    def probe(self, hosts: Sequence[str], concurrency: int) -> int:
        """Ask for every probe and count those that succeeded."""
        paths = [
            f"/probe?module=http_2xx&target=https%3A%2F%2F{host}%3A{self._world.port}%2F"
            for host in hosts
        ]
        answers = uvloop.run(asking.ask(_EXPORTER_ADDRESS, self._port, paths, concurrency))
        return sum(b"\nprobe_success 1\n" in answer for answer in answers)


@contextmanager
def python_peer(
    prepare: Callable[[World], Awaitable[probers.Probe]], world: World
) -> Iterator[PythonPeer]:
    """Start a prober in Python on the measured processor."""
    with running(_live, prepare, world) as pipe:
        yield PythonPeer(pipe.recv(), pipe)


@contextmanager
def exporter_peer(world: World) -> Iterator[ExporterPeer]:
    """Start the exporter on the measured processor; raise Missing where it can't be."""
    program = shutil.which(EXPORTER) or shutil.which("blackbox_exporter")
    if program is None:
        raise Missing(f"not installed (Debian: apt-get install {EXPORTER})")
    require_names()
    settings = world.folder / "exporter.yml"
    settings.write_text(_MODULES.format(folder=world.folder), encoding="utf-8")
    port = free_port(_EXPORTER_ADDRESS)
    listening = f"--web.listen-address={_EXPORTER_ADDRESS}:{port}"
    stay_on(world.processors.measured)  # what is started stays where its parent was
    process = subprocess.Popen(
        [program, f"--config.file={settings}", listening, "--log.level=error"],
        stderr=subprocess.DEVNULL,
    )
    stay_on(world.processors.around)
    try:
        wait_for(_EXPORTER_ADDRESS, port, process)
        yield ExporterPeer(process.pid, port, world)
    finally:
        process.terminate()
        process.wait()


def require_names() -> None:
    """Raise Missing where the resolver of this machine is not the benchmark's own."""
    if not is_confined():
        raise Missing("it resolves by /etc/resolv.conf, which is not the benchmark's here")


def version_of_exporter() -> str:
    """Which exporter it is, in its own words; '' where there is none."""
    program = shutil.which(EXPORTER) or shutil.which("blackbox_exporter")
    if program is None:
        return ""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    words = (told.stdout + told.stderr).split("\n")[0].split("(")[0]
    return f"{words.strip()} ({Path(program).name})"


def _live(
    pipe: Connection, prepare: Callable[[World], Awaitable[probers.Probe]], world: World
) -> None:
    stay_on(world.processors.measured)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        probe = runner.run(_prepared(prepare, world))
        pipe.send(os.getpid())
        while True:
            hosts, concurrency = pipe.recv()
            pipe.send(runner.run(_round(hosts, concurrency, probe)))


async def _round(hosts: Sequence[str], concurrency: int, probe: probers.Probe) -> int:
    # uvloop's clock stood still between the rounds; without this every deadline would be over.
    await asyncio.sleep(0.001)
    return await probers.each(hosts, concurrency, probe)


async def _prepared(
    prepare: Callable[[World], Awaitable[probers.Probe]], world: World
) -> probers.Probe:
    return await prepare(world)
