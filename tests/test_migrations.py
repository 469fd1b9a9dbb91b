# SPDX-License-Identifier: Apache-2.0
"""Migrations go up and down, and what they build is what the models say."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.storage import metadata, migrations


def test_head_equals_the_models(engine: sa.Engine) -> None:
    """A database built by the migrations has exactly the tables the models describe."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})

        differences = compare_metadata(context, metadata)

    assert differences == []


def test_down_to_nothing_and_up_again(engine: sa.Engine) -> None:
    """Every migration can be undone and done again."""
    migrations.downgrade(engine, "base")
    left = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    migrations.upgrade(engine)

    assert left == set()
    assert migrations.current(engine) == migrations.head()


def test_upgrade_twice_changes_nothing(engine: sa.Engine) -> None:
    """A second start finds the schema in place."""
    migrations.upgrade(engine)

    assert migrations.current(engine) == migrations.head()


def test_what_was_recorded_before_the_ledger_waits_to_be_sealed(engine: sa.Engine) -> None:
    """Revisions of an older record get their place in the queue, and outlive the way back."""
    migrations.downgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(sa.text(_A_REVISION))

    migrations.upgrade(engine, "0003")
    with engine.connect() as connection:
        waiting = connection.execute(sa.text("SELECT count(*) FROM ledger_waiting")).scalar()
    migrations.downgrade(engine, "0002")
    with engine.connect() as connection:
        actions = connection.execute(sa.text("SELECT action FROM revisions")).scalars().all()

    assert waiting == 1
    assert actions == ["create"]


_A_REVISION = f"""INSERT INTO revisions (id, object_kind, object_id, number, action, at, changes)
    VALUES ('{"a" * 32}', 'incident', '{"b" * 32}', 1, 'create', '2026-11-01 00:00:00+00:00', '{{}}')"""


def test_measurements_of_the_first_record_survive_the_next(engine: sa.Engine) -> None:
    """A database with measurements and verdicts goes up and down again, and loses none."""
    migrations.downgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in _A_VERDICT:
            connection.execute(sa.text(statement))

    migrations.upgrade(engine)
    with engine.connect() as connection:
        late = connection.execute(sa.text("SELECT is_late FROM measurements")).scalars().all()
    migrations.downgrade(engine, "0001")
    with engine.connect() as connection:
        rules = connection.execute(sa.text("SELECT rule FROM verdicts")).scalars().all()

    assert [bool(one) for one in late] == [False]
    assert rules == ["ok.tls"]


def test_recommendations_and_facts_survive_replies_and_parties(engine: sa.Engine) -> None:
    """Rows of the released version get empty new columns; a new status is told in its old words."""
    migrations.downgrade(engine, "0005")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                """INSERT INTO recommendations (id, addressee, country, text, status, is_published,
                                                recorded_at)
                VALUES (:id, 'A ministry', 'KZ', 'Investigate.', 'open', true,
                        '2026-11-01 00:00:00+00:00')"""
            ),
            {"id": "d" * 32},
        )

    migrations.upgrade(engine, "0006")
    with engine.begin() as connection:
        new = connection.execute(
            sa.text("SELECT version, deadline_on, updated_at FROM recommendations")
        ).one()
        connection.execute(sa.text("UPDATE recommendations SET status = 'partly_done'"))
    migrations.downgrade(engine, "0005")
    with engine.connect() as connection:
        statuses = connection.execute(sa.text("SELECT status FROM recommendations")).scalars().all()

    assert tuple(new) == (1, None, None)
    assert statuses == ["accepted"]


_SITE, _VANTAGE, _UID = ("'" + one * 32 + "'" for one in "abc")
_A_VERDICT = (
    f"""INSERT INTO sites (id, url, host, category_code, is_probed, is_canary, created_at, updated_at)
    VALUES ({_SITE}, 'https://news.example/', 'news.example', 'NEWS', true, false,
            '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00')""",
    f"""INSERT INTO vantages (id, code, role, egress, parameters, is_enabled, health, created_at)
    VALUES ({_VANTAGE}, 'kz-1', 'field', 'local', '{{}}', true, 'healthy', '2026-11-01 00:00:00+00:00')""",
    f"""INSERT INTO measurements (uid, site_id, vantage_id, measured_at, received_at, runtime_ms,
                                  vantage_healthy, observations)
    VALUES ({_UID}, {_SITE}, {_VANTAGE}, '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00',
            5, true, '{{}}')""",
    f"""INSERT INTO verdicts (measurement_uid, rules_version, state, interference, rule, reasons,
                              control_uids, judged_at)
    VALUES ({_UID}, 1, 'ok', false, 'ok.tls', '[]', '[]', '2026-11-01 00:00:00+00:00')""",
)


def test_sources_that_were_read_before_have_their_hosts(engine: sa.Engine) -> None:
    """The host of each address is filled in; a file has none; the way back keeps the sources."""
    migrations.downgrade(engine, "0010")
    with engine.begin() as connection:
        for number, address in enumerate(("'https://news.example:8443/feed'", "NULL")):
            connection.execute(sa.text(_A_SOURCE.format(number=number, address=address)))

    migrations.upgrade(engine, "0011")
    with engine.connect() as connection:
        hosts = (
            connection.execute(sa.text("SELECT host FROM sources ORDER BY name")).scalars().all()
        )
    migrations.downgrade(engine, "0010")
    with engine.connect() as connection:
        names = (
            connection.execute(sa.text("SELECT name FROM sources ORDER BY name")).scalars().all()
        )

    assert hosts == ["news.example", None]
    assert names == ["source 0", "source 1"]


_A_SOURCE = """INSERT INTO sources (id, name, kind, address, mapping, trust, interval_seconds, is_paused,
    last_counts, failures_in_a_row, next_due_at, created_at) VALUES
    ('cccccccccccccccccccccccccccccc0{number}', 'source {number}', 'feed', {address}, '{{}}', 'lead', 3600,
    false, '{{}}', 0, '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00')"""
