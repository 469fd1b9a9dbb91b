# SPDX-License-Identifier: Apache-2.0
"""The standing of people and outlets over time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _employer()
    op.create_table(
        "person_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("date_text", sa.Text(), nullable=False),
        sa.Column("date_earliest", sa.Date(), nullable=False),
        sa.Column("date_latest", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("citation_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", TIME, nullable=True),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("retracted_at", TIME, nullable=True),
        sa.Column("retraction_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_events_person_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["citation_id"], ["citations.id"], name="fk_person_events_citation_id_citations"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["api_keys.id"], name="fk_person_events_recorded_by_id_api_keys"
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["api_keys.id"], name="fk_person_events_verified_by_id_api_keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person_events"),
    )
    op.create_index("ix_person_events_person_id", "person_events", ["person_id"])


def _employer() -> None:
    # Its constraint is part of the column, so that SQLite adds and drops both without copying a table.
    kind = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    op.execute(
        f"ALTER TABLE targets ADD COLUMN employer_outlet_id {kind} "
        "CONSTRAINT fk_targets_employer_outlet_id_outlets REFERENCES outlets (id)"
    )
    op.create_index("ix_targets_employer_outlet_id", "targets", ["employer_outlet_id"])


def downgrade() -> None:
    op.drop_table("person_events")
    op.drop_index("ix_targets_employer_outlet_id", "targets")
    op.drop_column("targets", "employer_outlet_id")
