# SPDX-License-Identifier: Apache-2.0
"""Which accounts speak of the same act: keys, candidates, and merges that can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.String(8), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", "object_kind", "object_id", name=op.f("pk_match_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_match_keys_object", "match_keys", ["object_kind", "object_id"])
    op.create_table(
        "report_candidates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("other_report_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.String(64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("computed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_candidates_report_id_reports")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_report_candidates_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(
            ["other_report_id"],
            ["reports.id"],
            name=op.f("fk_report_candidates_other_report_id_reports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_candidates")),
    )
    for name, column in (
        ("report", "report_id"),
        ("incident", "incident_id"),
        ("other", "other_report_id"),
    ):
        op.create_index(f"ix_report_candidates_{name}", "report_candidates", [column])
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("merged_at", TIME, nullable=False),
        sa.Column("merged_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", TIME, nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_merges_{column}_{table}")
            )
            for column, table in (
                ("kept_id", "incidents"),
                ("merged_id", "incidents"),
                ("merged_by_id", "api_keys"),
                ("undone_by_id", "api_keys"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])
    op.create_index("ix_merges_merged_id", "merges", ["merged_id"])
    op.create_table(
        "splits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("made_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("split_at", TIME, nullable=False),
        sa.Column("split_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_splits_{column}_{table}")
            )
            for column, table in (
                ("origin_id", "incidents"),
                ("made_id", "incidents"),
                ("split_by_id", "api_keys"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
    )
    op.create_index("ix_splits_origin_id", "splits", ["origin_id"])
    op.create_index("ix_splits_made_id", "splits", ["made_id"], unique=True)
    op.add_column("reports", sa.Column("citation_id", sa.Uuid(), nullable=True))
    op.create_index("ix_reports_incident_id", "reports", ["incident_id"])


def downgrade() -> None:
    op.drop_index("ix_reports_incident_id", "reports")
    op.drop_column("reports", "citation_id")
    for table in ("splits", "merges", "report_candidates", "match_keys"):
        op.drop_table(table)
