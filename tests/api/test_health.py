# SPDX-License-Identifier: Apache-2.0
"""Alive and ready are two questions."""

from datetime import timedelta

import sqlalchemy as sa

from app.storage import jobs
from app.storage.database import Sessions
from tests.client import Client
from tests.make import NOW


def test_alive_needs_nothing(public: Client) -> None:
    """A process that answers is alive, whatever its database does."""
    assert public.get("/healthz").json() == {"status": "alive"}


def test_ready_names_schema_and_loops(public: Client, sessions: Sessions) -> None:
    """Ready says which loops come round and which have fallen silent."""
    with sessions.writing() as session:
        jobs.beat(session, "measuring", at=NOW - timedelta(seconds=5))
        jobs.beat(session, "deliveries", at=NOW - timedelta(hours=1))

    answer = public.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["workers"]["loops"]["measuring"] == 5
    assert answer.json()["workers"]["stalled"] == ["deliveries"]


def test_another_schema_is_not_ready(public: Client, engine: sa.Engine) -> None:
    """A database that was not migrated is told with a 503, not with wrong answers."""
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0000'"))

    answer = public.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "wrong_schema"


def test_a_database_that_is_away_is_not_ready(public: Client, engine: sa.Engine) -> None:
    """Without its database the service says 503 and what is missing; it stays alive."""
    with engine.begin() as connection:
        connection.execute(sa.text("drop table alembic_version"))

    assert public.get("/readyz").status_code == 503
    assert public.get("/healthz").status_code == 200
