# SPDX-License-Identifier: Apache-2.0
"""UNESCO's rate from what States answered, as of any day and knowledge, with the rows behind it."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.domain.visibility import PUBLIC
from app.domain.vocabulary import RecommendationStatus, Role, WorkflowStatus
from app.services import (
    decisions,
    recommendation_steps,
    recommendation_views,
    recommendations,
    replies,
)
from app.services.drafts import RecommendationDraft
from app.services.justice_drafts import ReplyDraft, StepDraft
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
BASE = "/api/v1/statistics"


def _killing(sessions: Sessions, name: str, day: str, country: str = "KZ", **fields: Any) -> str:
    """A public killing of one journalist, on record long before any reply."""
    target = {
        "kind": "person",
        "person": {"name": name, "country": country},
        "primary_role": "journalist",
    }
    with sessions.writing() as session:
        row = make.incident(
            session,
            country=country,
            date=day,
            categories=[{"category": "killing"}],
            targets=[target],
            now=NOW - timedelta(days=60),
            **fields,
        )
        return str(row.id)


def _reply(
    sessions: Sessions,
    incident: str,
    asked: str,
    replied: str | None = None,
    status: str | None = None,
    *,
    country: str = "KZ",
    asked_by: str = "UNESCO",
    now: datetime = NOW - timedelta(days=30),
    published: bool = True,
) -> str:
    claim = {"incident_id": incident, "judicial_status": status}
    body = {
        "country": country,
        "addressee": "A delegation",
        "asked_by": asked_by,
        "asked_on": asked,
        "question": "What is its status?",
        "replied_on": replied,
        "claims": [claim],
    }
    with sessions.writing() as session:
        draft = msgspec.convert(body, ReplyDraft)
        row = replies.create_reply(session, make.LOADER, draft, now=now)
        if published:
            editor = make.viewer(session, Role.EDITOR, f"editor of {row.id}")
            decisions.publish(session, editor, "reply", row.id, now=now)
        return str(row.id)


def _ask(client: Client, name: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{BASE}/{name}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _rate(client: Client, **query: Any) -> dict[str | None, Any]:
    rows = _ask(client, "impunity-rate", edition=2014, **query)["data"]
    return {row["country"]: row["unesco_rate_percent"] for row in rows}


@pytest.fixture
def world(sessions: Sessions) -> dict[str, str]:
    """Four killings of KZ and two of IQ; KZ resolved one, has one open, was silent on one."""
    kz = [_killing(sessions, f"K{number}", f"201{number}-05-01") for number in range(4)]
    iq = [_killing(sessions, f"I{number}", f"201{number}-05-01", "IQ") for number in range(2)]
    _killing(sessions, "Before", "2005-06-01")
    return {
        "resolved": kz[0],
        "reply": _reply(sessions, kz[0], "2012-01", "2012-06-01", "resolved"),
        "open": _reply(sessions, kz[1], "2012-01", "2012-06-01", "ongoing_or_unresolved"),
        "silent": _reply(sessions, kz[2], "2013-01"),
        "hidden": _reply(sessions, kz[3], "2012-01", "2012-06-01", "resolved", published=False),
        "iraq": iq[0],
    }


def test_the_rate_is_unresolved_over_all_since_2006(public: Client, world: dict[str, str]) -> None:
    """Open, silent and never asked about count as unresolved; before 2006 nothing counts."""
    body = _ask(public, "impunity-rate", edition=2014)
    everywhere, iraq, kz = body["data"]

    assert (kz["country"], kz["unesco_killings"], kz["unesco_resolved"]) == ("KZ", 4, 1)
    assert (kz["unesco_unresolved"], kz["unesco_no_information"]) == (1, 2)
    assert kz["unesco_rate_percent"] == 75.0
    assert (iraq["country"], iraq["unesco_rate_percent"]) == ("IQ", None)
    assert everywhere["unesco_rate_percent"] == 83.3
    assert body["meta"]["unesco_asked_about"] == 3

    rows = public.get(kz["unesco_rows"]).json()["data"]
    assert sum(row["killed"] for row in rows) == kz["unesco_killings"]
    said = {row["incident"]: row for row in rows}
    assert said[world["resolved"]]["judicial_status"] == "resolved"
    assert said[world["resolved"]]["reply"] == world["reply"]
    assert [row["judicial_status"] for row in rows].count("no_information") == 2


def test_a_day_before_the_answer_gives_the_rate_of_then(
    public: Client, world: dict[str, str]
) -> None:
    """Asked and not yet answered is silence: 100 percent; before anybody asked the rate is null."""
    assert _rate(public, as_of="2012-03-01")["KZ"] == 100.0
    assert _rate(public, as_of="2012-06-01")["KZ"] == 66.7
    assert _rate(public, as_of="2011-12-31")["KZ"] is None


def test_the_answer_for_past_knowledge_does_not_change(
    public: Client, sessions: Sessions, world: dict[str, str]
) -> None:
    """A reply published since, and one changed since, leave what was known before as it was."""
    known = (NOW - timedelta(days=20)).isoformat()
    before = _rate(public, known_at=known)
    assert before["KZ"] == 75.0

    with sessions.writing() as session:
        row = replies.find_reply(session, make.LOADER, uuid.UUID(world["open"]))
        editor = make.viewer(session, Role.EDITOR, "changer")
        claims = [{"incident_id": str(row.claims[0].incident_id), "judicial_status": "resolved"}]
        replies.edit_reply(
            session, editor, row.id, {"claims": claims}, version=row.version, now=NOW, reason="New."
        )
    _reply(sessions, world["iraq"], "2013", "2013", "resolved", country="IQ", now=NOW)

    assert _rate(public)["KZ"] == 50.0
    assert _rate(public)["IQ"] == 50.0
    assert _rate(public, known_at=known) == before


def test_the_response_rate_counts_states_by_year_of_asking(
    public: Client, sessions: Sessions, world: dict[str, str]
) -> None:
    """States that answered over States asked; by asker where one is asked for; with the questions."""
    _reply(sessions, world["iraq"], "2012-02", country="IQ", asked_by="An organisation")

    body = _ask(public, "response-rate")

    years = [
        (row["year"], row["asked"], row["answered"], row["rate_percent"]) for row in body["data"]
    ]
    assert years == [(2012, 2, 1, 50.0), (2013, 1, 0, 0.0)]
    assert body["data"][0]["countries_answered"] == ["KZ"]
    rows = public.get(body["data"][0]["rows"]).json()["data"]
    assert [row["country"] for row in rows] == ["IQ", "KZ", "KZ"]
    assert [row["answered"] for row in rows] == [False, True, True]
    own = _ask(public, "response-rate", asked_by="UNESCO")["data"]
    assert [(row["year"], row["asked"], row["answered"]) for row in own] == [
        (2012, 1, 1),
        (2013, 1, 0),
    ]
    assert len(public.get(own[0]["rows"]).json()["data"]) == 2
    assert _ask(public, "response-rate", as_of="2012-05-31")["data"][0]["answered"] == 0


def test_a_hidden_killing_is_in_no_public_number(
    public: Client, caller: Caller, sessions: Sessions
) -> None:
    """A reply about an unpublished killing moves the desk's numbers only."""
    hidden = _killing(sessions, "Hidden", "2013-01-01", status=WorkflowStatus.VERIFIED)
    _reply(sessions, hidden, "2014-01", "2014-02", "resolved")
    desk = caller(Role.EDITOR, "erlan")

    assert _ask(public, "response-rate")["data"] == []
    assert _ask(public, "impunity-rate/rows")["data"] == []
    assert _ask(desk, "response-rate")["data"][0]["answered"] == 1
    assert _rate(desk)["KZ"] == 0.0


def test_a_briefing_gets_what_was_asked_and_answered_in_its_period(sessions: Sessions) -> None:
    """Made, due, answered or still open within it; later questions and settled ones are left out."""

    def ask(text: str, made_on: str | None, status: str = "open", **fields: Any) -> str:
        body = {"addressee": "A ministry", "country": "KZ", "text": text, "made_on": made_on}
        with sessions.writing() as session:
            draft = msgspec.convert({**body, "status": status, **fields}, RecommendationDraft)
            row = recommendations.create_recommendation(session, make.LOADER, draft, now=NOW)
            editor = make.viewer(session, Role.EDITOR, f"editor of {row.id}")
            decisions.publish(session, editor, "recommendation", row.id, now=NOW)
            return str(row.id)

    ask("within", "2013-05")
    ask("later", "2014")
    ask("old and settled", "2010", "done")
    ask("undated", None, "done")
    open_id = ask("old and open", "2010")
    ask("old and due", "2010", "done", deadline_on="2013-06-01")
    with sessions.writing() as session:
        for asked in ("2013-02", "2014-02"):
            # Answered after the period: by its end the State had said nothing.
            body = {
                "replied_on": "2014-03",
                "answer": "Late.",
                "country": "KZ",
                "addressee": "A ministry",
                "asked_on": asked,
                "question": asked,
                "recommendation_ids": [open_id],
            }
            draft = msgspec.convert(body, ReplyDraft)
            row = replies.create_reply(session, make.LOADER, draft, now=NOW)
            editor = make.viewer(session, Role.EDITOR, f"editor of {row.id}")
            decisions.publish(session, editor, "reply", row.id, now=NOW)

    with sessions.reading() as session:
        found = recommendation_views.recommendations_for(
            session, PUBLIC, "KZ", (date(2013, 1, 1), date(2013, 12, 31))
        )

    assert sorted(one["text"] for one in found) == [
        "old and due",
        "old and open",
        "undated",
        "within",
    ]
    told = next(one for one in found if one["text"] == "old and open")
    assert [(one["question"], one["answer"]) for one in told["replies"]] == [("2013-02", None)]


def test_a_briefing_gets_the_status_of_its_last_day(sessions: Sessions) -> None:
    """What was done later is open in a briefing of before, and overdue where it was due."""
    body = {
        "addressee": "A ministry",
        "country": "KZ",
        "text": "Investigate.",
        "made_on": "2013-01",
        "deadline_on": "2013-06-01",
    }
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        row = recommendations.create_recommendation(
            session, make.LOADER, msgspec.convert(body, RecommendationDraft), now=NOW
        )
        decisions.publish(session, editor, "recommendation", row.id, now=NOW)
        draft = StepDraft(status=RecommendationStatus.DONE, date="2014-02")
        step = recommendation_steps.append_step(session, make.LOADER, row.id, draft, now=NOW)
        recommendation_steps.verify_step(session, editor, row.id, step.id, now=NOW)

        told = [
            recommendation_views.recommendations_for(
                session, PUBLIC, "KZ", (date(year, 1, 1), date(year, 12, 31))
            )
            for year in (2013, 2014)
        ]

    shown = [(one["status"], one["overdue"], len(one["history"])) for (one,) in told]
    assert shown == [("open", True, 0), ("done", False, 1)]
