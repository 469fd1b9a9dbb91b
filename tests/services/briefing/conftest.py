# SPDX-License-Identifier: Apache-2.0
"""The founding example, loaded once for all tests that only read it, on SQLite and on PostgreSQL."""

import shutil
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from app.services import example
from app.storage.database import Sessions, make_engine
from tests.make import NOW


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def founding(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sessions]:
    """Sessions over the founding example."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("founding") / "qalam.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        admin, template = request.getfixturevalue("postgres_template")
        server: URL = request.getfixturevalue("postgres_url")
        name = f"b_{uuid.uuid4().hex[:8]}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"create database {name} template {template}")
        url = server.set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    sessions = Sessions(engine)
    with sessions.writing() as session:
        example.load(session, now=NOW)
    yield sessions
    engine.dispose()
    if request.param == "postgresql":
        with admin.connect() as connection:
            connection.exec_driver_sql(f"drop database {name} with (force)")
