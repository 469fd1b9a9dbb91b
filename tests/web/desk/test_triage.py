# SPDX-License-Identifier: Apache-2.0
"""Deciding on reports at the desk: nothing is lost, and nobody decides on what they did not see."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import ReportStatus, Role, Scope
from app.services import access, reports
from app.storage.attempts import Attempt
from app.storage.database import Sessions
from app.storage.incidents import Incident, find_incident
from app.storage.reports import Report
from tests import make
from tests.make import NOW
from tests.web.desk.conftest import Browser
from tests.web.desk.world import HOSTILE, fill

AtDesk = Callable[..., Browser]


@pytest.fixture
def world(sessions: Sessions) -> dict[str, Any]:
    """Reports of every kind."""
    return fill(sessions)


def report(sessions: Sessions, report_id: object) -> Report:
    """Return a report as it is now."""
    with sessions.reading() as session:
        return session.get_one(Report, report_id)


def test_the_queue_holds_what_needs_a_person(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """Undecided, changed since, and gone: each is there, said to be so, and counted."""
    browser = at_desk()

    everything = browser.get("/desk/triage").text
    again = browser.get("/desk/triage?needs=look_again").text

    assert "All <b>5</b>" in everything
    assert "A decision <b>4</b>" in everything
    assert "after it was decided" in again
    assert "Lukpan" not in again
    assert "took it away" in everything


def test_a_report_shows_raw_reading_and_candidates(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """The source's own words, what was read and left over, suggestions with their words, candidates."""
    page = at_desk(Role.EDITOR, "dana").get(f"/desk/triage/{world['report']}").text

    assert "&#34;title&#34;: &#34;Journalist Lukpan" in page
    assert "Uralsk, West Kazakhstan, Kazakhstan" in page
    assert "84 %, because of “beaten”" in page
    assert "guid_is_permalink" in page
    assert "They name the same person" in page


def test_what_changed_between_versions_is_marked(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """Word by word, what came in is inserted and what went is struck."""
    page = at_desk().get(f"/desk/triage/{world['changed']}").text

    assert "<ins>: blogger detained after column</ins>" in page
    assert "Version 1, read" in page


def test_nothing_a_source_says_becomes_markup(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """Hostile titles and leftovers are text on every page."""
    browser = at_desk()

    for path in (
        "/desk/triage",
        f"/desk/triage/{world['hostile']}",
        f"/desk/triage/{world['report']}",
        f"/desk/triage/{world['hostile']}/accept",
    ):
        page = browser.get(path).text
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def accept_form(browser: Browser, report_id: object, **fields: Any) -> dict[str, Any]:
    """Open the form of a draft and fill it."""
    browser.get(f"/desk/triage/{report_id}/accept")
    return {
        "form_token": browser.hidden("form_token"),
        "stamp": browser.hidden("stamp"),
        "title": "A title of mine",
        "category": "physical_attack/injury",
        "date": "2026-02-27",
        "country": "KZ",
        "target": "0",
        **fields,
    }


def test_an_accepted_report_is_a_draft_as_it_was_typed(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """What stands in the form is what is kept; an emptied field is empty."""
    browser = at_desk()
    form = accept_form(browser, world["report"], more="detention/arrest", place="", admin1="")

    answer = browser.post(f"/desk/triage/{world['report']}/accept", form)
    page = browser.get(answer.headers["location"])

    assert answer.status_code == 303
    assert "this is your draft" in page.text
    with sessions.reading() as session:
        query = sa.select(Incident.id).where(Incident.title == "A title of mine")
        row = find_incident(session, session.scalars(query).one())
        assert row is not None
        assert row.place is None
        assert {one.category.value for one in row.categories} == {"physical_attack", "detention"}
    assert report(sessions, world["report"]).status is ReportStatus.ACCEPTED


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"date": "someday"}, 'id="date-wrong"'),
        ({"date": ""}, "names no date"),
        ({"country": ""}, "names no country"),
        ({"category": ""}, "Tick at least one kind"),
        ({"target": ""}, "Say whom it was aimed at"),
        ({"narrative": "Текст", "language": ""}, "in which language"),
        ({"category": "no_such_thing"}, "Choose kinds from the list"),
    ],
)
def test_an_error_empties_nothing(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions, wrong: dict[str, str], sentence: str
) -> None:
    """What is wrong is said beside its field; every other word stays as it was typed."""
    browser = at_desk()
    form = accept_form(browser, world["report"], place="Қала <b>") | wrong

    answer = browser.post(f"/desk/triage/{world['report']}/accept", form)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="A title of mine"' in answer.text
    assert 'value="Қала &lt;b&gt;"' in answer.text
    assert report(sessions, world["report"]).status is ReportStatus.NEW


def test_a_ticked_suggestion_stands_in_the_draft(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """A tick takes a suggestion over; without one it is offered, not taken."""
    browser = at_desk()

    with_tick = browser.get(f"/desk/triage/{world['report']}/accept?tick=0").text
    without = browser.get(f"/desk/triage/{world['report']}/accept").text

    line = 'name="category" value="physical_attack/injury"'
    assert f"{line} checked" in with_tick
    assert line in without
    assert f"{line} checked" not in without


def test_whom_a_colleague_was_quicker_than_is_told_and_keeps_their_words(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """Set aside by somebody else meanwhile: who, when, why; accepting all the same is one press."""
    browser = at_desk(Role.EDITOR, "dana")
    form = accept_form(browser, world["report"])
    with sessions.writing() as session:
        other = make.viewer(session, Role.EDITOR, "erlan")
        reports.reject_report(session, other, world["report"], reason="a rumour", now=NOW)

    told = browser.post(f"/desk/triage/{world['report']}/accept", form)
    again = browser.post(
        f"/desk/triage/{world['report']}/accept",
        {**form, "stamp": browser.hidden("stamp")},
    )

    assert told.status_code == 409
    assert "Set aside by erlan on 2 March 2026, 12:00 UTC: “a rumour”" in told.text
    assert 'value="A title of mine"' in told.text
    assert "Accept all the same" in told.text
    assert again.status_code == 303


def test_a_monitor_is_not_told_which_colleague_it_was(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """Names of colleagues are for those who see the whole desk, as in the API."""
    with sessions.writing() as session:
        other = make.viewer(session, Role.EDITOR, "erlan")
        reports.reject_report(session, other, world["report"], reason="a rumour", now=NOW)

    page = at_desk().get(f"/desk/triage/{world['report']}").text

    assert "Set aside by a colleague" in page
    assert "erlan" not in page


def test_setting_aside_needs_a_reason_and_goes_on_to_the_next(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """Without a reason nothing happens; with one the next report opens and says what was done."""
    browser = at_desk()
    page = f"/desk/triage/{world['report']}"

    without = browser.send(page, f"{page}/reject", reason=" ")
    answer = browser.send(page, f"{page}/reject", reason="nothing happened", needs="decision")
    following = browser.get(answer.headers["location"])

    assert without.status_code == 422
    assert "Say why" in without.text
    assert answer.status_code == 303
    assert "Set aside" in following.text
    assert "needs=decision" in answer.headers["location"]
    row = report(sessions, world["report"])
    assert (row.status, row.status_reason) == (ReportStatus.REJECTED, "nothing happened")


def test_two_tabs_decide_once(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """The second of two decisions on the same page does nothing, and keeps its reason."""
    browser = at_desk()
    page = f"/desk/triage/{world['report']}"
    browser.get(page)
    form = {"form_token": browser.hidden("form_token"), "stamp": browser.hidden("stamp")}
    browser.post(f"{page}/reject", {**form, "reason": "first"})

    second = browser.post(f"{page}/attach", {**form, "incident": str(world["incident"])})

    assert second.status_code == 409
    assert "Nothing was done" in second.text
    assert f'value="{world["incident"]}"' in second.text


def test_a_report_is_attached_to_its_candidate(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """One press adds it as a source; the report knows its incident, and can be taken back."""
    browser = at_desk(Role.EDITOR, "dana")
    page = f"/desk/triage/{world['report']}"

    answer = browser.send(page, f"{page}/attach", incident=str(world["incident"]))
    attached = report(sessions, world["report"])
    assert answer.status_code == 303
    assert (attached.status, attached.incident_id) == (ReportStatus.ATTACHED, world["incident"])

    browser.send(page, f"{page}/detach", reason="another man of this name")
    assert report(sessions, world["report"]).status in {ReportStatus.NEW, ReportStatus.ATTACHED}


def test_an_address_that_names_no_incident_is_told(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """Anything but an incident there is, is an error with what was typed."""
    browser = at_desk()
    page = f"/desk/triage/{world['report']}"

    nonsense = browser.send(page, f"{page}/attach", incident="the one of last week")
    nowhere = browser.send(page, f"{page}/attach", incident="00000000-0000-4000-8000-000000000000")

    assert (nonsense.status_code, nowhere.status_code) == (422, 404)
    assert 'value="the one of last week"' in nonsense.text
    assert "no such incident" in nowhere.text


def test_another_look_takes_a_report_off_the_queue(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """What was decided stands, and who decided it too, until the source speaks again."""
    browser = at_desk()
    page = f"/desk/triage/{world['changed']}"
    before = report(sessions, world["changed"]).decided_by_id

    answer = browser.send(page, f"{page}/seen")

    assert answer.status_code == 303
    assert "No report of this kind" in browser.get("/desk/triage?needs=look_again").text
    assert report(sessions, world["changed"]).decided_by_id == before


def test_a_monitor_sees_no_incident_of_others_among_candidates(
    at_desk: AtDesk,
    world: dict[str, Any],
    sessions: Sessions,
    caller: Callable[..., Any],
) -> None:
    """A candidate that is not public does not exist for whoever may not read it."""
    with sessions.writing() as session:
        row = session.get_one(Incident, world["incident"])
        row.status = type(row.status)("verified")

    monitor = at_desk().get(f"/desk/triage/{world['report']}").text
    editor = at_desk(Role.EDITOR, "dana").get(f"/desk/triage/{world['report']}").text

    path = f"/api/v1/reports/{world['report']}"
    assert caller(Role.MONITOR, "api").get(path).json()["candidates"] == []
    assert len(caller(Role.EDITOR, "api two").get(path).json()["candidates"]) == 1
    assert "Attack on the journalist" not in monitor
    assert "Attack on the journalist" in editor
    assert at_desk(name="other").get(f"/desk/incidents/{world['incident']}").status_code == 404


def test_what_a_key_may_not_do_at_the_desk_leaves_a_trace(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """A refused decision is on record as it would be from the API."""
    browser = at_desk()
    page = f"/desk/triage/{world['report']}"
    browser.post(f"{page}/accept", accept_form(browser, world["report"]))

    refused = browser.send(
        page, f"{page}/merge", incident=str(world["incident"]), reason="the same act"
    )

    assert refused.status_code == 403
    with sessions.reading() as session:
        kept = session.scalars(sa.select(Attempt)).one()
        assert (kept.action, kept.object_id) == ("merged", world["report"])
        assert session.get_one(Report, world["report"]).status is ReportStatus.ACCEPTED


def test_a_key_that_may_not_write_incidents_accepts_nothing(
    browser: Browser, world: dict[str, Any], sessions: Sessions
) -> None:
    """A narrowed key sees no button, and its form is refused as in the API, and traced."""
    with sessions.writing() as session:
        narrow = access.create_key(
            session,
            role=Role.MONITOR,
            name="narrow",
            now=NOW,
            scopes=[Scope.INCIDENTS_READ, Scope.REPORTS_WRITE],
        )
    browser.log_in(narrow.secret)
    form = accept_form(browser, world["report"])

    answer = browser.post(f"/desk/triage/{world['report']}/accept", form)

    assert answer.status_code == 403
    assert 'value="A title of mine"' in answer.text
    assert "Accept …" not in browser.get(f"/desk/triage/{world['report']}").text
    with sessions.reading() as session:
        assert session.scalars(sa.select(Attempt)).one().action == "accept_report"
        assert session.get_one(Report, world["report"]).status is ReportStatus.NEW


def test_the_api_tells_the_same_queue(
    at_desk: AtDesk, world: dict[str, Any], caller: Callable[..., Any]
) -> None:
    """`needs` lists the oldest first, counts both, pages, and excludes `status`."""
    monitor = caller(Role.MONITOR, "api")

    first = monitor.get("/api/v1/reports?needs=decision&limit=3").json()
    rest = monitor.get(first["links"]["next"]).json()
    again = monitor.get("/api/v1/reports?needs=look_again").json()

    ids = [one["id"] for one in first["data"] + rest["data"]]
    assert first["meta"]["needs"] == {"decision": 4, "look_again": 1}
    assert len(set(ids)) == 4
    assert [one["id"] for one in again["data"]] == [str(world["changed"])]
    assert monitor.get("/api/v1/reports?needs=decision&status=new").status_code == 422
    assert monitor.post(f"/api/v1/reports/{world['changed']}:seen").status_code == 200
    assert monitor.get("/api/v1/reports?needs=look_again").json()["data"] == []
    assert monitor.post(f"/api/v1/reports/{world['report']}:seen").status_code == 409
