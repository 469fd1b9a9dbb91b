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
    _bodies()
    _history()
    _standing()
    _interchange()
    _assessments()


def downgrade() -> None:
    op.drop_column("incidents", "verified_by_name")
    op.drop_index("ix_impunity_assessments_incident_id", table_name="impunity_assessments")
    op.drop_table("impunity_assessments")
    _undo_standing()
    op.drop_index("ix_network_prefixes_source", table_name="network_prefixes")
    op.drop_table("network_prefixes")
    for name in ("licence", "source", "example_url", "confidence_no_fp", "notes"):
        op.drop_column("fingerprints", name)
    op.drop_table("body_references")
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


def _bodies() -> None:
    op.create_table(
        "body_references",
        sa.Column("measurement_uid", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["measurement_uid"],
            ["measurements.uid"],
            name="fk_body_references_measurement_uid_measurements",
        ),
        sa.PrimaryKeyConstraint("measurement_uid", "sha256", name="pk_body_references"),
    )
    op.create_index("ix_body_references_sha256", "body_references", ["sha256"])


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


def _interchange() -> None:
    for column in (
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("example_url", sa.Text(), nullable=True),
        sa.Column("confidence_no_fp", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
    ):
        op.add_column("fingerprints", column)
    op.create_table(
        "network_prefixes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("asn", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_prefixes"),
    )
    op.create_index("ix_network_prefixes_source", "network_prefixes", ["source"])


def _standing() -> None:
    """States that late data correct, counts, gaps, network events, maintenance."""
    op.create_index("ix_dirty_hours_hour", "dirty_hours", ["hour"])
    op.add_column("episodes", sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("episodes", sa.Column("withdrawn_at", TIME, nullable=True))
    op.add_column("verdicts", sa.Column("lone_vantage", sa.Boolean(), nullable=True))
    op.add_column("alerts", sa.Column("resolves_at", TIME, nullable=True))
    op.add_column("alerts", sa.Column("suppressed", sa.Text(), nullable=True))
    op.create_table(
        "state_checkpoints",
        *_pair("state_checkpoints"),
        sa.Column("at", TIME, nullable=False),
        sa.Column("fold", JSON, nullable=False),
        sa.Column("measurement_uid", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "vantage_id", "at", name="pk_state_checkpoints"),
    )
    op.create_table(
        "gaps",
        *_pair("gaps"),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "vantage_id", "since", name="pk_gaps"),
    )
    for table in ("rollups_hourly", "rollups_daily"):
        op.create_table(
            table,
            *_pair(table),
            sa.Column("at", TIME, nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTED),
            sa.Column("latency", JSON, nullable=False),
            sa.PrimaryKeyConstraint("site_id", "vantage_id", "at", name=f"pk_{table}"),
        )
    op.create_index("ix_rollups_hourly_at", "rollups_hourly", ["at"])
    op.create_table(
        "network_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("asn", sa.Integer(), nullable=True),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("mechanisms", JSON, nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name="fk_network_events_vantage_id_vantages"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_network_events_alert_id_alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_network_events"),
    )
    op.create_index("ix_network_events_since", "network_events", ["since"])
    op.create_table(
        "network_event_sites",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        *_pair("network_event_sites"),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("mechanism", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["network_events.id"], name="fk_network_event_sites_event_id_network_events"
        ),
        sa.PrimaryKeyConstraint("event_id", "site_id", "vantage_id", name="pk_network_event_sites"),
    )
    op.create_index("ix_network_event_sites_site", "network_event_sites", ["site_id"])
    op.create_table(
        "maintenances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("vantage_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("weekly_in", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        *_pair_keys("maintenances"),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["api_keys.id"], name="fk_maintenances_created_by_id_api_keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_maintenances"),
    )


_COUNTED = (
    "ok", "blocked", "down", "server_side", "insufficient", "distrusted", "interference",
    "expected", "covered", "reached",
)


def _pair(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("vantage_id", sa.Uuid(), nullable=False),
        *_pair_keys(table),
    )


def _pair_keys(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=f"fk_{table}_site_id_sites"),
        sa.ForeignKeyConstraint(
            ["vantage_id"], ["vantages.id"], name=f"fk_{table}_vantage_id_vantages"
        ),
    )


def _undo_standing() -> None:
    for table in (
        "maintenances", "network_event_sites", "network_events", "rollups_daily", "rollups_hourly",
        "gaps", "state_checkpoints",
    ):
        op.drop_table(table)
    for table, name in (
        ("alerts", "suppressed"), ("alerts", "resolves_at"), ("verdicts", "lone_vantage"),
        ("episodes", "withdrawn_at"), ("episodes", "is_late"),
    ):
        op.drop_column(table, name)
    op.drop_index("ix_dirty_hours_hour", table_name="dirty_hours")


def _assessments() -> None:
    """Records that a named organisation verified, and what outside assessors say of impunity."""
    op.add_column("incidents", sa.Column("verified_by_name", sa.Text(), nullable=True))
    op.create_table(
        "impunity_assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("assessor", sa.Text(), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("retracted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_impunity_assessments_incident_id_incidents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_impunity_assessments"),
    )
    op.create_index(
        "ix_impunity_assessments_incident_id", "impunity_assessments", ["incident_id"]
    )
