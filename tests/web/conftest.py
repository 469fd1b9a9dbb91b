# SPDX-License-Identifier: Apache-2.0
"""One filled record for all tests that only read it, on SQLite and on PostgreSQL."""

import shutil
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from app.main import create_app
from app.settings import Settings
from app.storage.database import Sessions, make_engine
from tests.client import Client
from tests.make import NOW
from tests.web.shown import Shown, fill


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Shown]]:
    """Somebody without a key before a full record, and what is in it."""
    folder = tmp_path_factory.mktemp("filled")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "qalam.db")
        url = f"sqlite:///{folder / 'qalam.db'}"
    else:
        admin, template = request.getfixturevalue("postgres_template")
        server: URL = request.getfixturevalue("postgres_url")
        name = f"w_{uuid.uuid4().hex[:12]}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"create database {name} template {template}"))
        url = server.set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    sessions = Sessions(engine)
    shown = fill(sessions)
    yield Client(create_app(Settings(data_dir=folder), sessions, now=lambda: NOW)), shown
    engine.dispose()
    if request.param == "postgresql":
        with admin.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))


@pytest.fixture
def reader(filled: tuple[Client, Shown]) -> Client:
    """Somebody without a key, before a full record."""
    return filled[0]


@pytest.fixture
def shown(filled: tuple[Client, Shown]) -> Shown:
    """What is in the record."""
    return filled[1]
