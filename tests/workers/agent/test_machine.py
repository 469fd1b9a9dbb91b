# SPDX-License-Identifier: Apache-2.0
"""The machine under an agent: clocks, boots, one folder, and a disk that may be full."""

import asyncio
import errno
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from app.domain.agents import consent
from tests.testbed import TestbedThread
from tests.workers.agent.machine import Machine, close
from workers.agent.assembly import boot_of
from workers.agent.looking import Looker, Way
from workers.agent.machine import Home, MachineClock, write_whole
from workers.probe import ProbeSession

ROOT = Path(__file__).resolve().parents[3]
_BOOT = "from workers.agent.machine import MachineClock as M; m = M(); print(m.boot, m.steady_s())"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems: a boot a process")
def test_two_processes_of_one_boot_share_its_clock() -> None:
    """A restart of the agent loses no time: the clock and the boot's name go on."""
    mine = MachineClock()
    before = mine.steady_s()
    said = subprocess.run(
        [sys.executable, "-c", _BOOT], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert said[0] == mine.boot
    assert before < float(said[1]) < mine.steady_s()


def test_a_boot_names_no_machine_to_the_collector() -> None:
    """What it is told fits this agent only, and can't be compared with anything else."""
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)

    assert boot_of(one, "44e04a55") == boot_of(one, "44e04a55")
    assert len({boot_of(one, "44e04a55"), boot_of(other, "44e04a55"), boot_of(one, "b")}) == 3
    assert "44e04a55" not in str(boot_of(one, "44e04a55"))


def test_one_agent_a_folder(tmp_path: Path) -> None:
    """The second is refused; the folder is free when the first is gone."""
    home = Home(tmp_path / "agent")
    home.prepare()
    first = home.lock()
    assert first is not None
    assert home.lock() is None
    first.close()
    again = home.lock()
    assert again is not None
    again.close()


def test_a_private_file_is_whole_and_private(tmp_path: Path) -> None:
    """Written beside and moved, for its owner's eyes only."""
    path = tmp_path / "identity.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_look_under_way_keeps_its_prober(tmp_path: Path) -> None:
    """A laptop that changes networks opens a new one; the old is closed when it is done with."""
    opened: list[ProbeSession] = []
    closed: list[ProbeSession] = []

    class Watched(ProbeSession):
        async def aclose(self) -> None:
            closed.append(self)
            await super().aclose()

    async def story(world: TestbedThread) -> None:
        def opener(_: Way) -> ProbeSession:
            session = world.session(role="field")
            session.__class__ = Watched
            opened.append(session)
            return session

        looker = Looker(opener, "kz-1")
        await looker.reopen(Way())
        look = asyncio.create_task(looker.look("https://news.example/", started_at=clock.now()))
        await asyncio.sleep(0)
        await looker.reopen(Way())
        assert closed == []
        seen = await look
        assert seen.exchanges[-1].status == 200
        assert closed == opened[:1]
        await looker.aclose()
        assert closed == opened

    clock = MachineClock()
    with TestbedThread() as world:
        world.site("news.example")
        asyncio.run(story(world))


def test_a_full_disk_does_not_end_the_agent(tmp_path: Path) -> None:
    """It is told, and the next step is tried all the same."""
    machine = Machine(folder=tmp_path, routes=("http://127.0.0.1:9",))

    async def story() -> None:
        agent = machine.agent()
        try:
            agent.spool._db.execute("pragma max_page_count = 20")

            async def step() -> None:
                await asyncio.to_thread(agent.spool.note, "long", "x" * 1_000_000)

            assert await agent._steadily(step()) is None
            assert "cannot be written" in machine.said[-1]
            agent.spool.note("short", "x")
        finally:
            await close(agent)

    asyncio.run(story())


def test_a_disk_too_full_for_the_assignments_does_not_end_the_agent(tmp_path: Path) -> None:
    """A plain file fails with another error than the spool does."""
    machine = Machine(folder=tmp_path, routes=("http://127.0.0.1:9",))

    async def step() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def story() -> None:
        agent = machine.agent()
        try:
            assert await agent._steadily(step()) is None
            assert "cannot be written" in machine.said[-1]
        finally:
            await close(agent)

    asyncio.run(story())


def test_the_text_on_risk_says_what_it_must() -> None:
    """What it does, who sees it, what may be inferred, law, what is kept, what is refused, how to stop."""
    text = consent.text()

    for heading in (
        "WHAT THIS PROGRAM DOES", "WHO CAN SEE IT", "WHAT MIGHT BE CONCLUDED ABOUT YOU", "THE LAW",
        "WHAT IS KEPT, AND WHERE", "WHAT YOU CAN REFUSE", "HOW TO STOP",
    ):  # fmt: skip
        assert f"\n{heading}\n" in text
    assert f"(text {consent.VERSION})" in text
    assert text == consent.text("tlh")
    assert max(len(line) for line in text.splitlines()) <= 100
