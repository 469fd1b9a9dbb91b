# SPDX-License-Identifier: Apache-2.0
"""What waits on disk: nothing is lost, what matters least goes first, the newest is given first."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.make import NOW
from workers.agent.spool import Spool, open_spool

ROOT = Path(__file__).resolve().parents[3]
SITE = uuid.UUID(int=1)
KIB = 1024


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """An empty spool of 200 MiB."""
    made = Spool(tmp_path / "spool.db")
    yield made
    made.close()


def keep(
    spool: Spool,
    uid: str,
    *,
    minutes: float = 0,
    is_ok: bool = True,
    site: uuid.UUID = SITE,
    length: int = 100,
    bodies: tuple[bytes, ...] = (),
) -> None:
    """Keep one item, seen so many minutes after NOW; its content is as long as said on disk."""
    spool.add(
        uid=uid,
        at=NOW + timedelta(minutes=minutes),
        site=site,
        content=uid.encode() + os.urandom(length),
        bodies={hashlib.sha256(one).hexdigest(): one for one in bodies},
        is_ok=is_ok,
    )


def uids(spool: Spool, limit: int = 10_000) -> list[str]:
    """The uids that wait, as they would be sent."""
    return [one.uid for one in spool.newest(limit=limit, size=10**12)]


def test_the_newest_is_given_first(spool: Spool) -> None:
    """After a long absence the collector learns the present first, then the past."""
    for number, minute in enumerate((5, 6, -900, -800)):  # The wall clock jumps back by a day.
        keep(spool, str(number), minutes=minute)

    assert uids(spool) == ["3", "2", "1", "0"]
    assert uids(spool, limit=2) == ["3", "2"]


def test_no_more_is_given_than_fits_but_always_one(spool: Spool) -> None:
    """An item larger than the bound still has its turn."""
    for number in range(4):
        keep(spool, str(number), minutes=number, length=10 * KIB)

    assert [one.uid for one in spool.newest(limit=10, size=25 * KIB)] == ["3", "2"]
    assert [one.uid for one in spool.newest(limit=10, size=1)] == ["3"]


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """Content, bodies, sizes and numbers survive the process."""
    body = b"<html>blocked</html>"
    first = Spool(tmp_path / "spool.db")
    keep(first, "a", bodies=(body,))
    number, size, (kept,) = first.next_number(), first.size(), first.newest(limit=1, size=1)
    first.close()
    second = Spool(tmp_path / "spool.db")
    try:
        assert second.newest(limit=1, size=1) == [kept]
        assert second.bodies(kept.bodies) == {hashlib.sha256(body).hexdigest(): body}
        assert second.size() == size > 0
        assert second.next_number() == number + 1
    finally:
        second.close()


def test_only_its_owner_may_read_it(spool: Spool, tmp_path: Path) -> None:
    """The file tells which sites were visited."""
    keep(spool, "a")

    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_keeping_twice_changes_nothing(spool: Spool) -> None:
    """A uid is one look."""
    keep(spool, "a", bodies=(b"page",))
    size = spool.size()
    keep(spool, "a", bodies=(b"another",))

    assert spool.depth() == 1
    assert spool.size() == size


def test_a_shared_body_lives_as_long_as_one_item_needs_it(spool: Spool) -> None:
    """A block page that came a thousand times is kept once."""
    page = os.urandom(20 * KIB)
    keep(spool, "a", bodies=(page,))
    with_one = spool.size()
    keep(spool, "b", bodies=(page,))
    name = hashlib.sha256(page).hexdigest()
    assert spool.size() < with_one + KIB

    spool.forget(["a"])
    assert spool.bodies([name]) == {name: page}
    spool.forget(["b"])
    assert spool.bodies([name]) == {}
    assert spool.size() == spool.depth() == 0


def test_what_was_refused_as_a_whole_waits_behind_the_rest(spool: Spool) -> None:
    """One item the collector cannot read holds up no other."""
    for minute in (1, 2, 3):
        keep(spool, str(minute), minutes=minute)
    spool.put_last(["3"])

    assert uids(spool) == ["2", "1", "3"]


def test_old_items_are_let_go(spool: Spool) -> None:
    """After 14 days nobody is served by them, and the volunteer is not by keeping them."""
    keep(spool, "old", minutes=-15 * 24 * 60)
    keep(spool, "young", minutes=-13 * 24 * 60)

    assert spool.expire(NOW) == 1
    assert uids(spool) == ["young"]


def test_a_full_spool_thins_old_successes_first(tmp_path: Path) -> None:
    """One per site and hour is left of them before anything else is touched."""
    other = uuid.UUID(int=2)
    spool = Spool(tmp_path / "spool.db", max_bytes=200 * KIB)
    try:
        for minute in range(0, 180, 10):
            keep(spool, f"ok-{minute}", minutes=minute, length=5 * KIB)
            keep(spool, f"other-{minute}", minutes=minute, site=other, length=KIB)
        for minute in range(0, 180, 10):
            keep(spool, f"bad-{minute}", minutes=minute, is_ok=False, length=6 * KIB)
        left = set(uids(spool))
    finally:
        spool.close()

    assert {one for one in left if one.startswith("bad")} == {f"bad-{m}" for m in range(0, 180, 10)}
    assert {one for one in left if one.startswith("ok")} == {"ok-0", "ok-60", "ok-120"}
    assert {one for one in left if one.startswith("other")} == {"other-0", "other-60", "other-120"}


def test_a_fuller_spool_drops_successes_then_pages_then_failures(tmp_path: Path) -> None:
    """Failures go last, and the newest of them never before an older one."""
    spool = Spool(tmp_path / "spool.db", max_bytes=400 * KIB)
    try:
        for hour in range(40):
            keep(spool, f"ok-{hour}", minutes=60 * hour, length=3 * KIB)
        pages = [os.urandom(10 * KIB) for _ in range(20)]
        for number, page in enumerate(pages):
            keep(
                spool, f"bad-{number}", minutes=number, is_ok=False, length=9 * KIB, bodies=(page,)
            )
            assert spool.size() <= 400 * KIB
        some = uids(spool)
        assert sum(one.startswith("ok") for one in some) < 40
        assert {f"bad-{number}" for number in range(20)} <= set(some)

        for number in range(20, 80):
            keep(spool, f"bad-{number}", minutes=number, is_ok=False, length=9 * KIB)
            assert spool.size() <= 400 * KIB
        left = uids(spool)
        held = spool.bodies(hashlib.sha256(page).hexdigest() for page in pages)
    finally:
        spool.close()

    assert not any(one.startswith("ok") for one in left)
    assert held == {}
    assert left == [f"bad-{number}" for number in range(79, 79 - len(left), -1)]
    assert len(left) >= 38


_WRITER = """
import sys, uuid
from pathlib import Path
from tests.make import NOW
from workers.agent.spool import Spool
spool = Spool(Path(sys.argv[1]))
number = spool.depth()
while True:
    spool.add(uid=f"{sys.argv[2]}-{number}", at=NOW, site=uuid.UUID(int=1), content=b"x" * 3000,
              bodies={str(number % 7): b"y" * 20000}, is_ok=False)
    print(f"{sys.argv[2]}-{number}", flush=True)
    number += 1
"""


def test_kill_9_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Whatever `add` returned from is there after a kill at any moment, and the file is whole."""
    path = tmp_path / "spool.db"
    promised: set[str] = set()
    for life in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), str(life)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for _ in range(20 + 17 * life):
            promised.add(process.stdout.readline().strip())
        time.sleep(0.003 * life)
        process.send_signal(signal.SIGKILL)
        promised |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.stdout.close()
        process.wait()
    spool = Spool(path)
    try:
        found = spool.newest(limit=100_000, size=10**12)
        assert promised <= {one.uid for one in found}
        assert len(found) <= len(promised) + 3  # At most the one under way in each life.
        assert all(spool.bodies(one.bodies) for one in found)
    finally:
        spool.close()
    with sqlite3.connect(path) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    """A broken disk costs what was on it, not the work to come."""
    path = tmp_path / "spool.db"
    path.write_bytes(b"this is no database" * 1000)
    spool, was_damaged = open_spool(path)
    try:
        keep(spool, "a")
        assert was_damaged
        assert spool.depth() == 1
        assert (tmp_path / "spool.db.damaged").exists()
    finally:
        spool.close()


def test_a_full_disk_gives_up_the_least_for_the_new(spool: Spool) -> None:
    """Where SQLite itself says that there is no room, old successes make some."""
    for minute in range(60):
        keep(spool, f"ok-{minute}", minutes=minute, length=4 * KIB)
    pages = spool._db.execute("pragma page_count").fetchone()[0]
    spool._db.execute(f"pragma max_page_count = {pages}")
    for minute in range(20):
        keep(spool, f"bad-{minute}", minutes=minute, length=4 * KIB, is_ok=False)

    assert {f"bad-{minute}" for minute in range(20)} <= set(uids(spool))
