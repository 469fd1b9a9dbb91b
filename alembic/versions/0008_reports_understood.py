# SPDX-License-Identifier: Apache-2.0
"""What reports say in full, and what is suggested about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("particulars", JSON, nullable=False, server_default="{}"))
    op.add_column("reports", sa.Column("suggestions", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("reports", "suggestions")
    op.drop_column("reports", "particulars")
