# SPDX-License-Identifier: Apache-2.0
"""Somebody with the whole database in their hands: past the triggers and foreign keys, as a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def past_the_triggers(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Write with no guard in the way; the guards stand again afterwards, as if nothing had happened."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            yield connection
        return
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=OFF")
        connection.execute(sa.text("SELECT 1"))
        rows = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _ in rows:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        yield connection
        for _, statement in rows:
            connection.exec_driver_sql(statement)
        connection.commit()
        raw.execute("PRAGMA foreign_keys=ON")
