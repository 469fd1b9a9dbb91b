# SPDX-License-Identifier: Apache-2.0
"""Who is logged in at the desk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name="fk_desk_sessions_key_id_api_keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_desk_sessions"),
        sa.UniqueConstraint("digest", name="uq_desk_sessions_digest"),
    )
    op.create_index("ix_desk_sessions_key_id", "desk_sessions", ["key_id"])
    op.add_column("reports", sa.Column("looked_at", TIME, nullable=True))
    op.add_column(
        "sources", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "sources",
        sa.Column("is_remapped", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("sources", "is_remapped")
    op.drop_column("sources", "version")
    op.drop_column("reports", "looked_at")
    op.drop_index("ix_desk_sessions_key_id", "desk_sessions")
    op.drop_table("desk_sessions")
