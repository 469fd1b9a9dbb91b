# SPDX-License-Identifier: Apache-2.0
"""The sealed ledger: entries chained over salted commitments, and signed checkpoints.

The triggers make the database itself refuse what no door of Qalam does. Erasing empties: it may take
values and salts away, never put others in their place.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Not `TRUNCATE` on SQLite: it has none.
KEPT = ("revisions", "ledger_salts", "ledger_entries", "ledger_checkpoints")
UNCHANGED = ("ledger_entries", "ledger_checkpoints")


def upgrade() -> None:
    _tables()
    op.add_column("people", sa.Column("erased_at", TIME, nullable=True))
    # Whatever was recorded before there was a ledger is sealed by the first round of the sealer.
    op.execute("INSERT INTO ledger_waiting (revision_id) SELECT id FROM revisions")
    for statement in _GUARDS[op.get_bind().dialect.name]():
        op.execute(statement)


def downgrade() -> None:
    for statement in _UNGUARD[op.get_bind().dialect.name]():
        op.execute(statement)
    op.drop_column("people", "erased_at")
    for name in (
        "ledger_checkpoints",
        "ledger_keys",
        "ledger_waiting",
        "ledger_salts",
        "ledger_entries",
    ):
        op.drop_table(name)


def _tables() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("object_revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("sealed_at", TIME, nullable=False),
        sa.Column("commitments", JSON, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="fk_ledger_entries_revision_id_revisions"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_entries"),
        sa.UniqueConstraint("revision_id", name="uq_ledger_entries_revision_id"),
    )
    op.create_table(
        "ledger_salts",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("salts", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="fk_ledger_salts_revision_id_revisions"
        ),
        sa.PrimaryKeyConstraint("revision_id", name="pk_ledger_salts"),
    )
    op.create_table(
        "ledger_waiting",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="fk_ledger_waiting_revision_id_revisions"
        ),
        sa.PrimaryKeyConstraint("revision_id", name="pk_ledger_waiting"),
    )
    op.create_table(
        "ledger_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("first_used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_keys"),
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["ledger_keys.id"], name="fk_ledger_checkpoints_key_id_ledger_keys"
        ),
        sa.PrimaryKeyConstraint("sequence", name="pk_ledger_checkpoints"),
    )


def _sqlite_guards() -> Sequence[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, '{}'); END"
    kept = [
        f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} "
        + refuse.format(f"rows of {table} are never deleted")
        for table in KEPT
    ]
    unchanged = [
        f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE ON {table} "
        + refuse.format(f"rows of {table} are never changed")
        for table in UNCHANGED
    ]
    same = " AND ".join(
        f"new.{name} IS old.{name}"
        for name in ("id", "object_kind", "object_id", "number", "action", "actor_id", "at")
    )
    # Every field is still there, and has its old value or none.
    emptied = """NOT EXISTS (
            SELECT 1 FROM json_each(new.changes) AS n
            LEFT JOIN json_each(old.changes) AS o ON o.key = n.key
            WHERE o.key IS NULL
               OR NOT (n.type = 'null' OR (n.type = o.type AND n.value IS o.value)))
        AND (SELECT count(*) FROM json_each(new.changes))
          = (SELECT count(*) FROM json_each(old.changes))"""
    fewer = """new.revision_id IS old.revision_id AND NOT EXISTS (
            SELECT 1 FROM json_each(new.salts) AS n
            LEFT JOIN json_each(old.salts) AS o ON o.key = n.key
            WHERE o.key IS NULL OR n.value IS NOT o.value)"""
    return [
        *kept,
        *unchanged,
        f"""CREATE TRIGGER revisions_only_emptied BEFORE UPDATE ON revisions
        WHEN NOT ({same} AND (new.reason IS old.reason OR new.reason IS NULL) AND {emptied}) """
        + refuse.format("a revision may be emptied, never changed"),
        f"""CREATE TRIGGER ledger_salts_only_emptied BEFORE UPDATE ON ledger_salts
        WHEN NOT ({fewer}) """
        + refuse.format("a salt may be taken away, never changed"),
        """CREATE TRIGGER revisions_wait AFTER INSERT ON revisions
        BEGIN INSERT INTO ledger_waiting (revision_id) VALUES (new.id); END""",
    ]


def _sqlite_unguard() -> Sequence[str]:
    return [
        *(f"DROP TRIGGER {table}_not_deleted" for table in KEPT),
        *(f"DROP TRIGGER {table}_not_changed" for table in UNCHANGED),
        "DROP TRIGGER revisions_only_emptied",
        "DROP TRIGGER ledger_salts_only_emptied",
        "DROP TRIGGER revisions_wait",
    ]


def _postgresql_guards() -> Sequence[str]:
    kept = [
        f"""CREATE TRIGGER {table}_{name} BEFORE {what} ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"""
        for table in KEPT
        for name, what in (("not_deleted", "DELETE"), ("not_truncated", "TRUNCATE"))
    ]
    unchanged = [
        f"""CREATE TRIGGER {table}_not_changed BEFORE UPDATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"""
        for table in UNCHANGED
    ]
    return [
        """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME; END $$""",
        """CREATE FUNCTION revisions_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (NEW.id, NEW.object_kind, NEW.object_id, NEW.number, NEW.action, NEW.actor_id, NEW.at)
             IS DISTINCT FROM
             (OLD.id, OLD.object_kind, OLD.object_id, OLD.number, OLD.action, OLD.actor_id, OLD.at)
             OR (NEW.reason IS NOT NULL AND NEW.reason IS DISTINCT FROM OLD.reason)
             OR EXISTS (
               SELECT 1 FROM jsonb_each(NEW.changes) AS n (key, value)
               FULL JOIN jsonb_each(OLD.changes) AS o (key, value) USING (key)
               WHERE n.value IS NULL OR o.value IS NULL
                  OR (n.value <> 'null'::jsonb AND n.value::text <> o.value::text))
          THEN RAISE EXCEPTION 'a revision may be emptied, never changed';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE FUNCTION ledger_salts_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.revision_id IS DISTINCT FROM OLD.revision_id OR NOT OLD.salts @> NEW.salts
          THEN RAISE EXCEPTION 'a salt may be taken away, never changed';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE FUNCTION revisions_wait() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO ledger_waiting (revision_id) VALUES (NEW.id); RETURN NULL; END $$""",
        *kept,
        *unchanged,
        """CREATE TRIGGER revisions_only_emptied BEFORE UPDATE ON revisions
        FOR EACH ROW EXECUTE FUNCTION revisions_only_emptied()""",
        """CREATE TRIGGER ledger_salts_only_emptied BEFORE UPDATE ON ledger_salts
        FOR EACH ROW EXECUTE FUNCTION ledger_salts_only_emptied()""",
        """CREATE TRIGGER revisions_wait AFTER INSERT ON revisions
        FOR EACH ROW EXECUTE FUNCTION revisions_wait()""",
    ]


def _postgresql_unguard() -> Sequence[str]:
    return [
        *(
            f"DROP TRIGGER {table}_{name} ON {table}"
            for table in KEPT
            for name in ("not_deleted", "not_truncated")
        ),
        *(f"DROP TRIGGER {table}_not_changed ON {table}" for table in UNCHANGED),
        "DROP TRIGGER revisions_only_emptied ON revisions",
        "DROP TRIGGER ledger_salts_only_emptied ON ledger_salts",
        "DROP TRIGGER revisions_wait ON revisions",
        "DROP FUNCTION ledger_refuse()",
        "DROP FUNCTION revisions_only_emptied()",
        "DROP FUNCTION ledger_salts_only_emptied()",
        "DROP FUNCTION revisions_wait()",
    ]


_GUARDS = {"sqlite": _sqlite_guards, "postgresql": _postgresql_guards}
_UNGUARD = {"sqlite": _sqlite_unguard, "postgresql": _postgresql_unguard}
