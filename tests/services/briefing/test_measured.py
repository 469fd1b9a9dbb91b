# SPDX-License-Identifier: Apache-2.0
"""Blocking as it was measured, impunity as it is computed, figures where there is something to compare."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.domain.record.briefing import ChartKind, Figure, Table
from app.domain.vocabulary import Confidence, Mechanism, VantageRole
from app.storage.database import Sessions, new_id
from app.storage.rollups import DailyRollup
from app.storage.sites import Episode, Site, Vantage
from tests import make, make_alerts
from tests.services.briefing.made import blocks, briefing, everything

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


def _day(session: Session, site: Site, vantage: Vantage, day: int, *, blocked: int) -> None:
    session.add(
        DailyRollup(
            site_id=site.id,
            vantage_id=vantage.id,
            at=datetime(2025, 3, day, tzinfo=UTC),
            ok=24 - blocked,
            blocked=blocked,
            down=0,
            server_side=0,
            insufficient=0,
            distrusted=0,
            interference=0,
            expected=24,
            covered=24,
            reached=24 - blocked,
            latency={},
        )
    )


def _episode(session: Session, site: Site, vantage: Vantage, since: datetime) -> Episode:
    row = Episode(
        id=new_id(),
        site_id=site.id,
        vantage_id=vantage.id,
        country=vantage.country,
        asn=vantage.asn,
        mechanism=Mechanism.NXDOMAIN,
        confidence=Confidence.LIKELY,
        rule="R-test",
        since=since,
        opened_at=since,
    )
    session.add(row)
    session.flush()
    return row


def _measure(sessions: Sessions) -> None:
    with sessions.writing() as session:
        inside = make_alerts.vantage(session, "kz-1")
        control = make_alerts.vantage(session, "de-1", country="DE", role=VantageRole.CONTROL)
        blocked, open_site = (
            make_alerts.site(session, "blocked.example"),
            make_alerts.site(session, "open.example"),
        )
        for day in (1, 2, 3):
            _day(session, blocked, inside, day, blocked=24)
            _day(session, open_site, inside, day, blocked=0)
            _day(session, open_site, control, day, blocked=0)
        _episode(session, blocked, inside, datetime(2025, 3, 1, 6, tzinfo=UTC))
        withdrawn = _episode(session, open_site, inside, datetime(2025, 3, 2, tzinfo=UTC))
        withdrawn.withdrawn_at = datetime(2025, 3, 4, tzinfo=UTC)
        over = _episode(session, open_site, inside, datetime(2024, 3, 2, tzinfo=UTC))
        over.until = datetime(2024, 3, 9, tzinfo=UTC)


def test_what_was_measured_is_told_with_its_reach(sessions: Sessions) -> None:
    """Days, sites, vantages and networks inside the country; what was withdrawn or is over is not told."""
    _measure(sessions)
    made = briefing(sessions, first=FIRST, last=LAST)
    coverage, table = blocks(made, "blocking")

    assert (
        "on 3 of 365 days of the period, between 1 March 2025 and 3 March 2025: "
        "144 measurements of 2 sites, from 1 vantage point in 1 network." in coverage.text
    )
    assert "1 site was measured blocked" in coverage.text
    assert isinstance(table, Table)
    assert table.rows == (
        (
            "blocked.example",
            "a network too small to be named",
            "1 March 2025",
            "continuing",
            "NXDOMAIN",
            "likely",
        ),
    )
    assert "9198" not in everything(made)


def test_a_declared_block_stands_beside_what_was_measured(sessions: Sessions) -> None:
    """The join of a declared block and measurements is said in the vocabulary's words."""
    with sessions.writing() as session:
        make.incident(
            session,
            title="A site is blocked",
            date="2025-03",
            categories=[{"category": "online_censorship", "subtype": "website_blocking"}],
        )
    (told, coverage) = blocks(briefing(sessions, first=FIRST, last=LAST), "blocking")

    assert "Declaration and measurement: declared only." in told.text
    assert "Nothing was measured inside the country" in coverage.text


def test_the_share_of_impunity_is_told_with_what_it_rests_on(sessions: Sessions) -> None:
    """Complete impunity over the assessed, the others beside it; the most severe attack comes first."""
    with sessions.writing() as session:
        for number in range(6):
            row = make.incident(session, title=f"Attack {number}", date=f"2025-0{number + 1}")
            if number:
                found = make.case(session, row.id)
                make.fact(session, found.id, "reported", f"2025-0{number + 1}")
        make.incident(session, title="A killing", categories=[{"category": "killing"}])
    made = briefing(sessions, first=FIRST, last=LAST)
    first, second, *_ = blocks(made, "attacks")

    assert "Share of complete impunity: 100 % (5 of 5 assessed; 2 not assessed)." in first.text
    assert "So few" not in first.text
    assert second.text.startswith("A killing")
    emblems = [one.text for one in blocks(made, "emblematic")[1:]]
    assert [one.partition(" (QLM")[0] for one in emblems] == [
        "A killing", "Attack 5", "Attack 4", "Attack 3",
    ]  # fmt: skip


def test_figures_are_drawn_where_there_is_something_to_compare(sessions: Sessions) -> None:
    """A chart of three dated incidents in two quarters; a map only of three countries."""
    with sessions.writing() as session:
        for date_text in ("2025-01-10", "2025-02-10", "2025-08-10", "2025"):
            make.incident(session, date=date_text)
        make.incident(session, country="KG")
    two = blocks(briefing(sessions, first=FIRST, last=LAST), "summary")
    with sessions.writing() as session:
        make.incident(session, country="UZ")
    three = blocks(briefing(sessions, first=FIRST, last=LAST), "summary")

    (chart,) = (one for one in two if isinstance(one, Figure))
    assert [(one.x, one.y) for one in chart.points] == [
        ("2025-Q1", 2), ("2025-Q2", 0), ("2025-Q3", 1), ("2025-Q4", 0),
    ]  # fmt: skip
    assert "Not shown: 1 incident" in chart.alternative
    drawn = [one for one in three if isinstance(one, Figure)]
    assert [one.kind for one in drawn] == [ChartKind.BARS, ChartKind.MAP]
    assert {one.x: one.y for one in drawn[1].points} == {"KZ": 4, "KG": 1, "UZ": 1}


def test_a_long_section_says_how_much_it_leaves_out(sessions: Sessions) -> None:
    """No more than forty incidents are told in one section, and the others are counted."""
    with sessions.writing() as session:
        for number in range(42):
            make.incident(session, title=f"Attack {number}")
    told = blocks(briefing(sessions, first=FIRST, last=LAST), "attacks")

    assert "2 incidents more of this section are on record" in told[-1].text
