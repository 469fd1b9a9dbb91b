# SPDX-License-Identifier: Apache-2.0
"""The numbers of a briefing are those of what it tells, and nothing that happened is left unsaid."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.briefing import Figure
from app.domain.vocabulary import Category, OutletAxis, Role
from app.services import decisions, outlets
from app.services.drafts import OutletDraft, PatternDraft, StatusEventDraft
from app.storage.database import Sessions
from app.storage.outlets import Outlet
from tests import make, make_alerts
from tests.make import LOADER, NOW
from tests.services.briefing.made import blocks, briefing, text_of
from tests.services.briefing.test_measured import _day, _episode

PAPER = {"title": "A paper"}


def kinds(*codes: str) -> list[dict[str, str]]:
    """Categories."""
    return [{"category": one} for one in codes]


def outlet(session: Session, name: str) -> Outlet:
    """An outlet that a court closed in 2013, by a verified event."""
    row = outlets.create_outlet(session, LOADER, OutletDraft(name=name, country="KZ"), now=NOW)
    draft = StatusEventDraft(
        axis=OutletAxis.PUBLICATION, value="closed_by_court", valid_from="2013-05"
    )
    event = outlets.add_event(session, LOADER, row.id, draft, now=NOW)
    second = make.viewer(session, Role.EDITOR, f"checker of {name}")
    outlets.verify_event(session, second, row.id, event.id, now=NOW)
    return row


def told(sessions: Sessions, key: str, **more: Any) -> str:
    """Every word of a section."""
    return "\n".join(text_of(block) for block in blocks(briefing(sessions, **more), key))


def test_a_closure_is_told_though_something_else_was_done_to_the_outlet(
    sessions: Sessions,
) -> None:
    """An attack on an outlet is told elsewhere and says nothing of its closure."""
    with sessions.writing() as session:
        row = outlet(session, "Sample Weekly")
        target = {"kind": "outlet", "outlet_id": str(row.id)}
        make.incident(
            session, date="2013-06", targets=[target], categories=kinds("physical_attack")
        )

    text = told(sessions, "closures")

    assert "Sample Weekly." in text
    assert "Closed by court (May 2013)." in text


def test_people_are_counted_where_they_are_named(sessions: Sessions) -> None:
    """Those of incidents that a long section leaves out are not counted as named."""
    with sessions.writing() as session:
        for number in range(42):
            person = {"kind": "person", "primary_role": "editor", "person": {"name": f"P {number}"}}
            make.incident(session, date="2013", targets=[person], categories=kinds("detention"))

    assert "40 people are named in this briefing" in told(sessions, "summary")


def test_one_set_of_crimes_is_behind_every_share(sessions: Sessions) -> None:
    """Wherever it is told, an attack counts once: in the summary, the share, and beside an assertion."""
    with sessions.writing() as session:
        both = make.incident(session, date="2013-06", categories=kinds("detention", "torture"))
        make.fact(session, make.case(session, both.id).id, "reported", "2013-07", source=PAPER)
        make.incident(session, date="2012/2014", categories=kinds("torture"))
        make.incident(session, date="2013", scope="context", categories=kinds("torture"))
        row = decisions.create_pattern(
            session,
            LOADER,
            PatternDraft(
                country="KZ", category=Category.TORTURE, statement="Never punished.", date="2013"
            ),
            now=NOW,
        )
        second = make.viewer(session, Role.EDITOR, "second")
        decisions.publish(session, second, "pattern", row.id, now=NOW)

    summary, attacks = told(sessions, "summary"), told(sessions, "attacks")

    assert "can be held to account for: complete impunity: 1." in summary
    assert "nobody has assessed" not in summary
    assert "100 % (1 of 1 assessed; 0 not assessed)" in attacks
    assert "100 % in complete impunity (1 of 1 assessed incidents" in attacks


def test_a_case_before_a_court_abroad_is_told(sessions: Sessions) -> None:
    """A case is told with its incident, whichever State tries it; the record does not lack it."""
    with sessions.writing() as session:
        row = make.incident(session, date="2013-06")
        case = make.case(session, row.id, country="AT", title="The trial in Vienna")
        make.fact(session, case.id, "charged", "2013-07", source=PAPER)

    made = told(sessions, "attacks") + told(sessions, "emblematic")

    assert "Case “The trial in Vienna”" in made
    assert "a legal case on record" not in made


def test_a_chart_counts_an_incident_once_in_the_rest(sessions: Sessions) -> None:
    """Two rare kinds of one incident stand in one series, which counts the incident once."""
    common = ("killing", "torture", "kidnapping", "detention", "equipment")
    with sessions.writing() as session:
        for year in ("2012", "2013-05"):
            for code in common:
                make.incident(session, date=year, categories=kinds(code))
        make.incident(session, date="2013-06", categories=kinds("civil_suit", "access_denial"))

    (chart,) = (one for one in blocks(briefing(sessions), "summary") if isinstance(one, Figure))

    assert {one.x: one.y for one in chart.points if one.series == "other"} == {"2012": 0, "2013": 1}


def test_a_blocking_that_nobody_saw_in_the_period_is_not_told_of_it(sessions: Sessions) -> None:
    """One that began before, of a site that nobody measured since, was not measured in the period."""
    with sessions.writing() as session:
        inside = make_alerts.vantage(session, "kz-1")
        site = make_alerts.site(session, "blocked.example")
        _episode(session, site, inside, datetime(2024, 11, 1, tzinfo=UTC))
    period = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}

    before = told(sessions, "blocking", **period)
    with sessions.writing() as session:
        _day(session, site, inside, 2, blocked=24)
    after = told(sessions, "blocking", **period)

    assert "Nothing was measured inside the country" in before
    assert "measured blocked" not in before
    assert "1 site was measured blocked in the period." in after
