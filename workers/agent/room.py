# SPDX-License-Identifier: Apache-2.0
"""Which waiting items are given up when the spool is full: what matters least goes first.

Old looks at which nothing was wrong are thinned to one per site and hour, then dropped; then the
pages of failures go, and failures themselves last. Every function returns the bytes it freed, and
works inside the caller's transaction.
"""

import sqlite3
from collections.abc import Callable, Sequence

_CHUNK = 50
_ROOM_AFTER = 0.95  # of the bound: so that not every further look makes room again

_THINNED = """
select uid from items where is_ok and uid not in (
    select uid from (
        select uid, min(at) from items where is_ok group by site, cast(at / 3600 as integer)
    )
)
"""
_OK = "select uid from items where is_ok order by at limit :chunk"
_WITH_BODIES = """
select distinct items.uid from items join uses on uses.uid = items.uid order by items.at limit :chunk
"""
_ALL = "select uid from items order by at limit :chunk"


def make_room(db: sqlite3.Connection, used: int, bound: int) -> int:
    """Give up items until what is used is clearly under the bound."""
    if used <= bound:
        return 0
    enough = int(bound * _ROOM_AFTER)
    freed = delete(db, [row[0] for row in db.execute(_THINNED).fetchall()])
    for query, give_up in ((_OK, delete), (_WITH_BODIES, strip), (_ALL, delete)):
        freed += _give_up(db, query, give_up, used - freed - enough)
    return freed


def _give_up(
    db: sqlite3.Connection,
    query: str,
    give_up: Callable[[sqlite3.Connection, Sequence[str]], int],
    wanted: int,
) -> int:
    freed = 0
    while freed < wanted:
        chosen = [row[0] for row in db.execute(query, {"chunk": _CHUNK}).fetchall()]
        if not chosen:
            break
        for uid in chosen:
            if freed < wanted:
                freed += give_up(db, (uid,))
    return freed


def expire(db: sqlite3.Connection, until: float) -> tuple[int, int]:
    """Delete what was seen before this Unix time; return how many items and how many bytes."""
    old = [row[0] for row in db.execute("select uid from items where at < ?", (until,)).fetchall()]
    return len(old), delete(db, old)


def delete(db: sqlite3.Connection, uids: Sequence[str]) -> int:
    """Delete items, and the bytes beside them that no other item uses."""
    freed = strip(db, uids)
    for uid in uids:
        row = db.execute("delete from items where uid = ? returning size", (uid,)).fetchone()
        freed += 0 if row is None else int(row[0])
    return freed


def strip(db: sqlite3.Connection, uids: Sequence[str]) -> int:
    """Take the pages and certificates from items; those nobody uses any more are deleted."""
    freed = 0
    for uid in uids:
        used = db.execute("delete from uses where uid = ? returning sha256", (uid,)).fetchall()
        for (name,) in used:
            gone = db.execute(
                "delete from bodies where sha256 = ? and not exists "
                "(select 1 from uses where uses.sha256 = bodies.sha256) returning size",
                (name,),
            ).fetchone()
            freed += 0 if gone is None else int(gone[0])
    return freed
