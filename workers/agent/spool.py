# SPDX-License-Identifier: Apache-2.0
"""What was seen and not yet handed in: on disk before anything else happens to it.

One SQLite file, every write flushed to the disk before it counts. A kill at any moment loses
nothing that `add` returned from; at worst something is handed in twice, and the collector knows it
by its uid. When the room is used up (200 MiB or 14 days) what matters least goes first (`room`).

It is used from threads, one call at a time. Never here: what is sent when (`handing`).
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from workers.agent import room

MAX_BYTES = 200 * 1024 * 1024
MAX_AGE = timedelta(days=14)

_SCHEMA = """
create table if not exists items (
    uid text primary key, at real not null, site text not null, is_ok integer not null,
    refusals integer not null default 0, size integer not null, content blob not null
);
create index if not exists items_refused on items (refusals);
create table if not exists bodies (sha256 text primary key, size integer not null, body blob not null);
create table if not exists uses (
    sha256 text not null, uid text not null, primary key (sha256, uid)
) without rowid;
create index if not exists uses_of on uses (uid);
create table if not exists notes (name text primary key, value text not null);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One item as it waits: its JSON, the hashes of the bytes beside it, its size on disk."""

    uid: str
    content: bytes
    bodies: tuple[str, ...]
    size: int


class Spool:
    """The file. Close it, or use it as a context."""

    def __init__(
        self, path: Path, *, max_bytes: int = MAX_BYTES, max_age: timedelta = MAX_AGE
    ) -> None:
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._lock = threading.Lock()
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._bytes = self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> int:
        """Make the tables if they are not there; return how many bytes wait."""
        self._db.execute("pragma auto_vacuum = incremental")
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("pragma secure_delete = on")
        self._db.execute("pragma journal_size_limit = 4194304")
        self._db.executescript(_SCHEMA)
        return self._one(
            "select (select coalesce(sum(size), 0) from items) "
            "+ (select coalesce(sum(size), 0) from bodies)"
        )

    def close(self) -> None:
        """Close the file; everything in it was safe before."""
        with self._lock:
            self._db.close()

    def add(
        self,
        *,
        uid: str,
        at: datetime,
        site: UUID,
        content: bytes,
        bodies: Mapping[str, bytes],
        is_ok: bool,
    ) -> None:
        """Keep one item, on disk when this returns; keeping it twice changes nothing."""
        packed = zlib.compress(content, 6)
        row = (uid, at.timestamp(), str(site), is_ok, len(packed), packed)
        try:
            self._insert(row, bodies, at)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            with self._writing():
                self._bytes -= room.make_room(self._db, self._bytes, int(0.8 * self._bytes))
            self._insert(row, bodies, at)

    def newest(self, *, limit: int, size: int) -> list[Kept]:
        """Return the items that were added last, up to `limit` and (but for the first) `size` bytes on disk.

        What the collector refused to read comes after everything else.
        """
        with self._lock:
            rows = self._db.execute(
                "select uid, content, size from items order by refusals, rowid desc limit ?",
                (limit,),
            )
            found: list[Kept] = []
            for uid, content, item_size in rows:
                names = self._db.execute(
                    "select uses.sha256, size from uses join bodies using (sha256) where uid = ?",
                    (uid,),
                ).fetchall()
                size -= item_size + sum(one[1] for one in names)
                if found and size < 0:
                    break
                found.append(
                    Kept(
                        uid=uid,
                        content=zlib.decompress(content),
                        bodies=tuple(sorted(one[0] for one in names)),
                        size=item_size + sum(one[1] for one in names),
                    )
                )
            return found

    def bodies(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return pages and certificates by their hash, each once."""
        with self._lock:
            found = {}
            for name in dict.fromkeys(names):
                row = self._db.execute(
                    "select body from bodies where sha256 = ?", (name,)
                ).fetchone()
                if row is not None:
                    found[name] = zlib.decompress(row[0])
            return found

    def forget(self, uids: Iterable[str]) -> None:
        """Delete what the collector has, or has refused for good."""
        with self._writing():
            self._bytes -= room.delete(self._db, list(uids))
        with self._lock:
            self._db.execute("pragma incremental_vacuum").fetchall()

    def put_last(self, uids: Iterable[str]) -> None:
        """Let what the collector could not read wait behind everything else."""
        with self._writing():
            self._db.executemany(
                "update items set refusals = refusals + 1 where uid = ?", [(one,) for one in uids]
            )

    def expire(self, now: datetime) -> int:
        """Delete what is older than the bound; return how many items that was."""
        with self._writing():
            count, freed = room.expire(self._db, self._age_limit(now))
            self._bytes -= freed
            return count

    def depth(self) -> int:
        """Return how many items wait."""
        with self._lock:
            return self._one("select count(*) from items")

    def size(self) -> int:
        """Return how many bytes wait."""
        return self._bytes

    def oldest(self) -> float | None:
        """Return when the oldest waiting item was seen, in Unix time."""
        with self._lock:
            found = self._db.execute("select min(at) from items").fetchone()[0]
            return None if found is None else float(found)

    def next_number(self) -> int:
        """Return the number of the next batch; no number is given twice."""
        with self._writing():
            number = int(self._note("batches") or 0) + 1
            self._keep_note("batches", str(number))
            return number

    def note(self, name: str, value: str) -> None:
        """Keep a small fact for `qalam agent --status`."""
        with self._writing():
            self._keep_note(name, value)

    def noted(self, name: str) -> str | None:
        """Return a small fact, or None where it was never kept."""
        with self._lock:
            return self._note(name)

    def _age_limit(self, now: datetime) -> float:
        return (now - self._max_age).timestamp()

    def _one(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    def _note(self, name: str) -> str | None:
        row = self._db.execute("select value from notes where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _keep_note(self, name: str, value: str) -> None:
        self._db.execute("insert or replace into notes values (?, ?)", (name, value))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Change everything inside or nothing of it."""
        with self._lock:
            before = self._bytes
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._bytes = before
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    def _insert(self, row: tuple[object, ...], bodies: Mapping[str, bytes], now: datetime) -> None:
        uid = row[0]
        with self._writing():
            if self._db.execute("select 1 from items where uid = ?", (uid,)).fetchone():
                return
            self._db.execute(
                "insert into items (uid, at, site, is_ok, size, content) values (?, ?, ?, ?, ?, ?)",
                row,
            )
            self._bytes += int(str(row[4]))
            for name, body in bodies.items():
                self._add_body(str(uid), name, body)
            if self._bytes > self._max_bytes:
                self._bytes -= room.expire(self._db, self._age_limit(now))[1]
                self._bytes -= room.make_room(self._db, self._bytes, self._max_bytes)

    def _add_body(self, uid: str, name: str, body: bytes) -> None:
        if not self._db.execute("select 1 from bodies where sha256 = ?", (name,)).fetchone():
            packed = zlib.compress(body, 6)
            self._db.execute("insert into bodies values (?, ?, ?)", (name, len(packed), packed))
            self._bytes += len(packed)
        self._db.execute("insert or ignore into uses values (?, ?)", (name, uid))


def open_spool(path: Path) -> tuple[Spool, bool]:
    """Open the spool; a damaged file is put aside (and True returned), for the work must go on."""
    try:
        return Spool(path), False
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
    path.replace(path.with_name(path.name + ".damaged"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return Spool(path), True
