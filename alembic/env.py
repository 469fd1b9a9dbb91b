# SPDX-License-Identifier: Apache-2.0
"""Runs migrations on the connection it is handed, or on the configured database."""

from alembic import context

from app.settings import load_settings
from app.storage import metadata
from app.storage.database import make_engine

options = {
    "target_metadata": metadata,
    "render_as_batch": True,  # SQLite changes a table by copying it
    "compare_type": True,
    "transaction_per_migration": True,
}

if context.is_offline_mode():
    context.configure(url=load_settings().resolved_database_url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
elif (connection := context.config.attributes.get("connection")) is not None:
    context.configure(connection=connection, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = make_engine(load_settings().resolved_database_url)
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
