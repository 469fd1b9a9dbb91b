# SPDX-License-Identifier: Apache-2.0
"""Pages about justice: a case's parties and sentences in time, what was asked, what a State answered."""

import re
from datetime import date

import pytest

from app.domain.vocabulary import (
    JudicialStatus,
    PartyKind,
    PartyRole,
    RecommendationStatus,
    ResolutionClaim,
    Role,
)
from app.services import (
    decisions,
    parties,
    recommendation_steps,
    recommendations,
    replies,
)
from app.services.drafts import RecommendationDraft
from app.services.justice_drafts import ClaimDraft, PartyDraft, ReplyDraft, StepDraft
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make import NOW

DEADLINE = date(2026, 2, 20)


@pytest.fixture
def address(sessions: Sessions) -> str:
    """A published incident with a reprisal, a reply that is public and one that is not."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        row = make.incident(session)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "sentence_started", "2025-09", sentence_months=72)
        make.fact(session, case.id, "charged", "2025-02-01")
        make.fact(
            session,
            case.id,
            "convicted",
            "2025-07-01",
            sentence_months=90,
            fine="4 million tenge",
            sanctions=["profession_ban", "other"],
        )
        for role, name in ((PartyRole.COURT, "City court"), (PartyRole.COURT, "Regional court")):
            draft = PartyDraft(kind=PartyKind.AUTHORITY, role=role, description=name)
            party = parties.add_party(session, make.LOADER, case.id, draft, now=NOW)
            if name == "City court":
                parties.verify_party(session, editor, case.id, party.id, now=NOW)
        asked = recommendations.create_recommendation(
            session,
            make.LOADER,
            RecommendationDraft(
                addressee="A ministry", country="KZ", text="Investigate <b>.", deadline_on=DEADLINE
            ),
            now=NOW,
        )
        decisions.publish(session, editor, "recommendation", asked.id, now=NOW)
        step = StepDraft(status=RecommendationStatus.PARTLY_DONE, date="2026-01")
        made = recommendation_steps.append_step(session, make.LOADER, asked.id, step, now=NOW)
        recommendation_steps.verify_step(session, editor, asked.id, made.id, now=NOW)
        for answer in ("Er ist <i>tot</i>.", "A hidden answer."):
            claim = ClaimDraft(
                incident_id=row.id,
                judicial_status=JudicialStatus.RESOLVED,
                resolution=ResolutionClaim.SUSPECT_DIED,
            )
            reply = replies.create_reply(
                session,
                make.LOADER,
                ReplyDraft(
                    country="KZ",
                    addressee="A delegation",
                    asked_by="UNESCO",
                    asked_on="2025-10",
                    question="What is its status?",
                    replied_on="2025-11-03",
                    answer=answer,
                    language="de",
                    claims=[claim],
                    recommendation_ids=[asked.id],
                ),
                now=NOW,
            )
            if "hidden" not in answer:
                decisions.publish(session, editor, "reply", reply.id, now=NOW)
        return f"/incidents/{row.id}"


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    assert "<i>tot" not in answer.text
    assert "Investigate <b>" not in answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_an_incident_shows_parties_sentences_in_time_and_the_states_words(
    public: Client, address: str
) -> None:
    """What happened first stands first; a restated sentence says so; a claim is the State's."""
    said = _text(public, address)

    steps = [
        "Somebody was charged.",
        "A court convicted somebody.",
        "The sentence is being served.",
    ]
    places = [said.rindex(step) for step in steps]
    assert places == sorted(places)
    assert "7 years 6 months, 4 million tenge, profession ban (restated since)" in said
    assert "The sentence is being served: 6 years." in said
    assert "City court" in said
    assert "Regional court" not in said
    assert "A delegation, asked by UNESCO October 2025" in said
    assert "Answered 3 November 2025" in said
    assert "The State says that the suspect died before the case ended." in said
    assert "A hidden answer" not in said
    assert 'lang="de"' in public.get(address).text


def test_a_country_says_what_is_asked_by_when_and_what_was_answered(
    public: Client, address: str
) -> None:
    """With the deadline, what became of it, and that it is late."""
    said = _text(public, "/countries/KZ")

    assert "by 20 February 2026 · partly done, overdue" in said
    assert "January 2026: Done in part." in said
    assert "A delegation, asked by UNESCO October 2025. Answered 3 November 2025:" in said
    assert "A hidden answer" not in said
