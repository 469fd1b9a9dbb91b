# SPDX-License-Identifier: Apache-2.0
"""How sources are read: the host of each, so that one host is asked by one worker at a time."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SOURCES = sa.table(
    "sources",
    sa.column("id", sa.Uuid()),
    sa.column("address", sa.Text()),
    sa.column("host", sa.Text()),
)


def upgrade() -> None:
    op.add_column("sources", sa.Column("host", sa.Text(), nullable=True))
    op.create_index("ix_sources_host", "sources", ["host"])
    bind = op.get_bind()
    rows = bind.execute(sa.select(_SOURCES.c.id, _SOURCES.c.address)).all()
    for row_id, address in rows:
        # Addresses were made canonical when they were added.
        host = urlsplit(address).hostname if address else None
        bind.execute(sa.update(_SOURCES).where(_SOURCES.c.id == row_id).values(host=host))


def downgrade() -> None:
    op.drop_index("ix_sources_host", "sources")
    op.drop_column("sources", "host")
