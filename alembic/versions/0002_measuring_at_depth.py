# SPDX-License-Identifier: Apache-2.0
"""Measuring at depth: agents and their batches, controls on demand, history that late data corrects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _agents()
    _measurements()
    _history()


def downgrade() -> None:
    op.drop_table("dirty_hours")
    op.drop_table("control_requests")
    op.drop_index("ix_measurements_awaits", table_name="measurements")
    op.drop_index("ix_measurements_control_of", table_name="measurements")
    # Plain statements, not Alembic's batch mode: SQLite would copy the table, and rows point at it.
    for name in (
        "awaits", "awaits_until", "leased_until", "is_late", "batch_id", "clock_offset_ms",
    ):
        op.drop_column("measurements", name)
    op.drop_table("batches")
    op.drop_table("agents")
    op.drop_table("enrolment_tokens")


def _agents() -> None:
    op.create_table(
        "enrolment_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name="fk_enrolment_tokens_vantage_id_vantages"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_tokens"),
        sa.UniqueConstraint("digest", name="uq_enrolment_tokens_digest"),
    )
    op.create_index("ix_enrolment_tokens_vantage_id", "enrolment_tokens", ["vantage_id"])
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("protocol", sa.Integer(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("consented_at", TIME, nullable=False),
        sa.Column("refused_categories", JSON, nullable=False),
        sa.Column("enrolled_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.Column("spool_depth", sa.Integer(), nullable=True),
        sa.Column("clock_offset_ms", sa.Float(), nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name="fk_agents_vantage_id_vantages"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_agents_key_id_api_keys"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("key_id", name="uq_agents_key_id"),
    )
    op.create_index("ix_agents_vantage_id", "agents", ["vantage_id"])
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_batches_agent_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_agent_id", "batches", ["agent_id"])
    op.create_table(
        "control_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("field_uid", sa.Uuid(), nullable=False),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("extra_addresses", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["field_uid"], ["measurements.uid"], name="fk_control_requests_field_uid_measurements"
        ),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name="fk_control_requests_vantage_id_vantages"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_control_requests_site_id_sites"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_control_requests"),
    )
    op.create_index("ix_control_requests_field_uid", "control_requests", ["field_uid"])
    op.create_index(
        "ix_control_requests_vantage", "control_requests", ["vantage_id", "expires_at"]
    )


def _measurements() -> None:
    for column in (
        sa.Column("awaits", sa.Text(), nullable=True),
        sa.Column("awaits_until", TIME, nullable=True),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("clock_offset_ms", sa.Float(), nullable=True),
    ):
        op.add_column("measurements", column)
    for column, when in (("received_at", "awaits"), ("control_of", "control_of")):
        where = sa.text(f"{when} IS NOT NULL")
        op.create_index(
            f"ix_measurements_{when}",
            "measurements",
            [column],
            sqlite_where=where,
            postgresql_where=where,
        )


def _history() -> None:
    op.create_table(
        "dirty_hours",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        sa.Column("hour", TIME, nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_dirty_hours_site_id_sites"),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name="fk_dirty_hours_vantage_id_vantages"
        ),
        sa.PrimaryKeyConstraint("site_id", "vantage_id", "hour", name="pk_dirty_hours"),
    )
