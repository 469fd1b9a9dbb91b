# SPDX-License-Identifier: Apache-2.0
"""Migrations go up and down, and what they build is what the models say."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.storage import metadata, migrations


def test_head_equals_the_models(engine: sa.Engine) -> None:
    """A database built by the migrations has exactly the tables the models describe."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})

        differences = compare_metadata(context, metadata)

    assert differences == []


def test_down_to_nothing_and_up_again(engine: sa.Engine) -> None:
    """Every migration can be undone and done again."""
    migrations.downgrade(engine, "base")
    left = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    migrations.upgrade(engine)

    assert left == set()
    assert migrations.current(engine) == migrations.head()


def test_upgrade_twice_changes_nothing(engine: sa.Engine) -> None:
    """A second start finds the schema in place."""
    migrations.upgrade(engine)

    assert migrations.current(engine) == migrations.head()
