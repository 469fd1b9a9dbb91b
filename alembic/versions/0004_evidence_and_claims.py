# SPDX-License-Identifier: Apache-2.0
"""Evidence with its bytes' hash, claims that may disagree, and places with coordinates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _evidence()
    _claims()
    _external_ids()
    op.add_column("citations", sa.Column("reliability", sa.String(64)))
    op.add_column("incidents", sa.Column("latitude", sa.Float()))
    op.add_column("incidents", sa.Column("longitude", sa.Float()))
    op.add_column(
        "incidents",
        sa.Column("precision", sa.String(64), nullable=False, server_default="unknown"),
    )
    op.add_column("incidents", sa.Column("public_latitude", sa.Float()))
    op.add_column("incidents", sa.Column("public_longitude", sa.Float()))
    op.create_index("ix_incidents_public_latitude", "incidents", ["public_latitude"])
    op.add_column("incidents", sa.Column("severity_override", sa.Integer()))
    op.add_column("incidents", sa.Column("severity_reason", sa.Text()))
    op.add_column("incidents", sa.Column("severity_decided_by_id", sa.Uuid()))


def downgrade() -> None:
    op.drop_index("ix_incidents_public_latitude", table_name="incidents")
    for name in (
        "severity_decided_by_id", "severity_reason", "severity_override",
        "public_longitude", "public_latitude", "precision", "longitude", "latitude",
    ):
        op.drop_column("incidents", name)
    op.drop_column("citations", "reliability")
    for name in ("external_ids", "claims", "evidence", "evidence_files"):
        op.drop_table(name)


def _key(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _refers(table: str, column: str, to: str, name: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{name}"], name=f"fk_{table}_{column}_{to}")


def _evidence() -> None:
    op.create_table(
        "evidence_files",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sniffed_type", sa.Text(), nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.Column("fault", sa.String(64)),
        sa.Column("copy_state", sa.String(64), nullable=False),
        sa.Column("copy_reason", sa.Text()),
        sa.Column("copy_sha256", sa.String(64)),
        sa.Column("copy_size", sa.BigInteger()),
        sa.Column("copy_type", sa.Text()),
        sa.Column("copied_at", TIME),
        sa.PrimaryKeyConstraint("sha256", name="pk_evidence_files"),
    )
    op.create_index("ix_evidence_files_checked_at", "evidence_files", ["checked_at"])
    op.create_index("ix_evidence_files_copy_state", "evidence_files", ["copy_state"])
    op.create_table(
        "evidence",
        _key("id", nullable=False),
        _key("incident_id", nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("declared_type", sa.Text()),
        sa.Column("file_name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("captured_at", TIME),
        sa.Column("captured_url", sa.Text()),
        sa.Column("captured_with", sa.Text()),
        _key("citation_id"),
        sa.Column("is_graphic", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        _key("decided_by_id"),
        sa.Column("decided_at", TIME),
        _key("uploaded_by_id"),
        sa.Column("uploaded_at", TIME, nullable=False),
        sa.Column("withdrawn_at", TIME),
        _key("withdrawn_by_id"),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        _refers("evidence", "incident_id", "incidents"),
        _refers("evidence", "sha256", "evidence_files", "sha256"),
        _refers("evidence", "citation_id", "citations"),
        _refers("evidence", "decided_by_id", "api_keys"),
        _refers("evidence", "uploaded_by_id", "api_keys"),
        _refers("evidence", "withdrawn_by_id", "api_keys"),
    )
    op.create_index("ix_evidence_incident_id", "evidence", ["incident_id"])
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])


def _claims() -> None:
    op.create_table(
        "claims",
        _key("id", nullable=False),
        _key("incident_id", nullable=False),
        _key("fact_id"),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        _key("citation_id", nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        _key("recorded_by_id"),
        sa.Column("verified_at", TIME),
        _key("verified_by_id"),
        sa.Column("retracted_at", TIME),
        sa.Column("retraction_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        _refers("claims", "incident_id", "incidents"),
        _refers("claims", "fact_id", "facts"),
        _refers("claims", "citation_id", "citations"),
        _refers("claims", "recorded_by_id", "api_keys"),
        _refers("claims", "verified_by_id", "api_keys"),
    )
    op.create_index("ix_claims_incident_id", "claims", ["incident_id"])
    op.create_index("ix_claims_fact_id", "claims", ["fact_id"])


def _external_ids() -> None:
    op.create_table(
        "external_ids",
        _key("id", nullable=False),
        _key("incident_id", nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_external_ids"),
        sa.UniqueConstraint("system", "value", name="uq_external_ids_system_value"),
        _refers("external_ids", "incident_id", "incidents"),
    )
    op.create_index("ix_external_ids_incident_id", "external_ids", ["incident_id"])
