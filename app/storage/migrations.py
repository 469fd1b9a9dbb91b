# SPDX-License-Identifier: Apache-2.0
"""Brings a database to the schema this code expects, with the migrations in `alembic/`."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

_ROOT = Path(__file__).resolve().parents[2]


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config(str(_ROOT / "alembic.ini"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(engine: sa.Engine) -> str | None:
    """Return the revision a database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Migrate up to a revision; harmless when the database is there already."""
    writing = engine.execution_options(qalam_writes=True)
    with writing.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Migrate down to a revision ("base" empties the schema)."""
    writing = engine.execution_options(qalam_writes=True)
    with writing.begin() as connection:
        command.downgrade(_config(connection), revision)
