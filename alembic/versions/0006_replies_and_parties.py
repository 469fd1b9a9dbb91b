# SPDX-License-Identifier: Apache-2.0
"""What States answered, who is party to a case, and deadlines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


_NO_LIST = sa.text("'[]'")


def upgrade() -> None:
    _sentences()
    _parties()
    _recommendations()
    _replies()
    _deadlines_and_proposals()


def downgrade() -> None:
    for table in (
        "site_proposals", "deadline_notices", "reply_recommendations", "reply_cases",
        "reply_claims", "state_replies", "recommendation_steps", "recommendation_cases",
        "recommendation_incidents", "case_parties",
    ):
        op.drop_table(table)
    # The released version knows neither of these words.
    op.execute("UPDATE recommendations SET status = 'accepted' WHERE status = 'partly_done'")
    op.execute("UPDATE recommendations SET status = 'open' WHERE status = 'no_reply'")
    # Plain statements, not Alembic's batch mode: SQLite would copy the table, and rows point at it.
    for table, name in (
        ("recommendations", "version"), ("recommendations", "updated_at"),
        ("recommendations", "deadline_on"), ("decisions", "titles"), ("facts", "sanctions"),
        ("facts", "fine_currency"), ("facts", "fine_amount"), ("facts", "is_life"),
    ):
        op.drop_column(table, name)


def _sentences() -> None:
    op.add_column(
        "facts", sa.Column("is_life", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("facts", sa.Column("fine_amount", sa.Numeric(18, 2), nullable=True))
    op.add_column("facts", sa.Column("fine_currency", sa.String(3), nullable=True))
    op.add_column("facts", sa.Column("sanctions", JSON, server_default=_NO_LIST, nullable=False))
    op.add_column("decisions", sa.Column("titles", JSON, server_default=_NO_LIST, nullable=False))


def _parties() -> None:
    op.create_table(
        "case_parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("outlet_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("citation_id", sa.Uuid(), nullable=True),
        *_entered("case_parties"),
        *_stood_for("case_parties"),
        _refers("case_parties", "case_id", "cases"),
        _refers("case_parties", "person_id", "people"),
        _refers("case_parties", "outlet_id", "outlets"),
        _refers("case_parties", "citation_id", "citations"),
        sa.PrimaryKeyConstraint("id", name="pk_case_parties"),
    )
    for name in ("case_id", "person_id", "outlet_id"):
        op.create_index(f"ix_case_parties_{name}", "case_parties", [name])


def _recommendations() -> None:
    op.add_column("recommendations", sa.Column("deadline_on", sa.Date(), nullable=True))
    op.add_column("recommendations", sa.Column("updated_at", TIME, nullable=True))
    op.add_column(
        "recommendations", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    _join(
        "recommendation_incidents", "recommendation_id", "recommendations", "incident_id",
        "incidents",
    )
    _join("recommendation_cases", "recommendation_id", "recommendations", "case_id", "cases")
    op.create_table(
        "recommendation_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("date_text", sa.Text(), nullable=False),
        sa.Column("date_earliest", sa.Date(), nullable=False),
        sa.Column("date_latest", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("citation_id", sa.Uuid(), nullable=True),
        *_entered("recommendation_steps"),
        *_stood_for("recommendation_steps"),
        _refers("recommendation_steps", "recommendation_id", "recommendations"),
        _refers("recommendation_steps", "citation_id", "citations"),
        sa.PrimaryKeyConstraint("id", name="pk_recommendation_steps"),
    )
    op.create_index(
        "ix_recommendation_steps_recommendation_id", "recommendation_steps", ["recommendation_id"]
    )


def _replies() -> None:
    op.create_table(
        "state_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_on", sa.Text(), nullable=False),
        sa.Column("asked_earliest", sa.Date(), nullable=False),
        sa.Column("asked_latest", sa.Date(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("replied_on", sa.Text(), nullable=True),
        sa.Column("replied_earliest", sa.Date(), nullable=True),
        sa.Column("replied_latest", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("citation_id", sa.Uuid(), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        *_entered("state_replies"),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("state_replies", "citation_id", "citations"),
        sa.PrimaryKeyConstraint("id", name="pk_state_replies"),
    )
    op.create_index("ix_state_replies_country", "state_replies", ["country"])
    op.create_table(
        "reply_claims",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("judicial_status", sa.String(64), nullable=True),
        sa.Column("resolution", sa.String(64), nullable=True),
        _refers("reply_claims", "reply_id", "state_replies"),
        _refers("reply_claims", "incident_id", "incidents"),
        sa.PrimaryKeyConstraint("reply_id", "incident_id", name="pk_reply_claims"),
    )
    op.create_index("ix_reply_claims_incident_id", "reply_claims", ["incident_id"])
    _join("reply_cases", "reply_id", "state_replies", "case_id", "cases")
    _join(
        "reply_recommendations", "reply_id", "state_replies", "recommendation_id",
        "recommendations",
    )


def _deadlines_and_proposals() -> None:
    op.create_table(
        "deadline_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("notice", sa.String(16), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_notices"),
        sa.UniqueConstraint(
            "object_id", "deadline_on", "notice",
            name="uq_deadline_notices_object_id_deadline_on_notice",
        ),
    )
    op.create_table(
        "site_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        _refers("site_proposals", "decision_id", "decisions"),
        _refers("site_proposals", "site_id", "sites"),
        _refers("site_proposals", "decided_by_id", "api_keys"),
        sa.PrimaryKeyConstraint("id", name="pk_site_proposals"),
        sa.UniqueConstraint("decision_id", "domain", name="uq_site_proposals_decision_id_domain"),
    )
    op.create_index("ix_site_proposals_decision_id", "site_proposals", ["decision_id"])


def _entered(table: str) -> list[sa.schema.SchemaItem]:
    """By whom and when a row was entered."""
    return [
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        _refers(table, "recorded_by_id", "api_keys"),
    ]


def _stood_for(table: str) -> list[sa.schema.SchemaItem]:
    """Who stood for a row as the second person, and whether it was withdrawn."""
    return [
        sa.Column("verified_at", TIME, nullable=True),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("retracted_at", TIME, nullable=True),
        sa.Column("retraction_reason", sa.Text(), nullable=True),
        _refers(table, "verified_by_id", "api_keys"),
    ]


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _join(table: str, one: str, one_table: str, other: str, other_table: str) -> None:
    op.create_table(
        table,
        sa.Column(one, sa.Uuid(), nullable=False),
        sa.Column(other, sa.Uuid(), nullable=False),
        _refers(table, one, one_table),
        _refers(table, other, other_table),
        sa.PrimaryKeyConstraint(one, other, name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_{other}", table, [other])
