# SPDX-License-Identifier: Apache-2.0
"""A level set by hand by two people, changes of public records that wait, and what was refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("owner", sa.Text(), nullable=True))
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_attempts_key_id_api_keys"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_at", "attempts", ["at", "id"])
    op.create_index("ix_attempts_object", "attempts", ["object_id", "at"])
    op.create_table(
        "pending_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_pending_changes_incident_id_incidents"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["api_keys.id"], name="fk_pending_changes_proposed_by_id_api_keys"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["api_keys.id"], name="fk_pending_changes_decided_by_id_api_keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pending_changes"),
    )
    op.create_index(
        "ix_pending_changes_incident", "pending_changes", ["incident_id", "outcome", "field"]
    )
    op.create_table(
        "impunity_overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("citation_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("retracted_at", TIME, nullable=True),
        sa.Column("retracted_by_id", sa.Uuid(), nullable=True),
        sa.Column("retraction_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_impunity_overrides_incident_id_incidents"
        ),
        sa.ForeignKeyConstraint(
            ["citation_id"], ["citations.id"], name="fk_impunity_overrides_citation_id_citations"
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["api_keys.id"], name=f"fk_impunity_overrides_{column}_api_keys"
            )
            for column in ("recorded_by_id", "confirmed_by_id", "retracted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_impunity_overrides"),
    )
    op.create_index("ix_impunity_overrides_incident_id", "impunity_overrides", ["incident_id"])


def downgrade() -> None:
    op.drop_table("impunity_overrides")
    op.drop_table("pending_changes")
    op.drop_table("attempts")
    op.drop_column("api_keys", "owner")
