# SPDX-License-Identifier: Apache-2.0
"""Nothing restricted reaches a briefing in any form; the desk's marks what is not published."""

import io
import itertools
import zipfile
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Role, WorkflowStatus
from app.errors import NotAllowed
from app.exports import papers
from app.services import briefing_texts, cases, decisions, recommendations
from app.services.briefing_material import Audience
from app.services.drafts import DecisionDraft, PatternDraft, RecommendationDraft
from app.storage.database import Sessions
from tests import make
from tests.make import NOW
from tests.services.briefing.made import DESK, blocks, briefing, everything

SECRET = "zq9secret"
VERIFIED = "zq9verified"
PUBLIC_WORD = "zq9public"


def plant(sessions: Sessions) -> None:
    """Enter public records, verified ones, and every kind of thing that stays inside."""
    with sessions.writing() as session:
        submitter = make.viewer(session, Role.MONITOR, f"{SECRET} monitor")
        attack = make.incident(
            session,
            title=f"Attack {PUBLIC_WORD}",
            place=f"{SECRET} village",
            targets=[
                _person(f"{SECRET} child", age_group="minor"),
                _person(f"{SECRET} relative", primary_role="family_member"),
                _person("Named Person", primary_role="journalist"),
            ],
            involvements=[
                {
                    "crime_role": "executor",
                    "description": "a man",
                    "person": {"name": f"{SECRET} suspect"},
                }
            ],
        )
        for status in (WorkflowStatus.SUBMITTED, WorkflowStatus.RETRACTED):
            make.incident(session, by=submitter, status=status, title=f"{SECRET} {status}")
        make.incident(session, status=WorkflowStatus.VERIFIED, title=f"Arrest {VERIFIED}")
        found = make.case(session, attack.id, number=f"{SECRET}-1")
        make.fact(session, found.id, "charged", detail=f"{PUBLIC_WORD} charge")
        make.fact(session, found.id, "convicted", detail=f"{SECRET} verdict", verified=False)
        gone = make.fact(session, found.id, "arrested", detail=f"{SECRET} arrest")
        checker = make.viewer(session, Role.EDITOR, f"{SECRET} editor")
        cases.retract_fact(session, checker, found.id, gone.id, reason=SECRET, now=NOW)
        _statements(session, submitter)


def _person(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "person", "person": {"name": name, "country": "KZ"}, **more}


def _statements(session: Session, by: Viewer) -> None:
    """Enter a pattern, a decision and a recommendation that nobody has published."""
    pattern = {"country": "KZ", "category": "civil_suit", "statement": SECRET, "date": "2025"}
    decision = {"kind": "court_order", "title": SECRET, "date": "2025", "territory": "KZ",
                "ground": "extremism"}  # fmt: skip
    asked = {"addressee": SECRET, "country": "KZ", "text": SECRET, "made_on": "2025"}
    kept: list[tuple[Callable[..., Any], Any]] = [
        (decisions.create_pattern, msgspec.convert(pattern, PatternDraft)),
        (decisions.create_decision, msgspec.convert(decision, DecisionDraft)),
        (recommendations.create_recommendation, msgspec.convert(asked, RecommendationDraft)),
    ]
    for create, draft in kept:
        create(session, by, draft, now=NOW)


def _unpacked(content: bytes, suffix: str) -> str:
    if suffix != ".docx":
        return content.decode(errors="ignore")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode(errors="ignore") for name in parts.namelist())


YEAR = {"first": NOW.date().replace(year=2025, month=1, day=1), "last": NOW.date()}


def test_no_form_for_anybody_shows_what_is_restricted(sessions: Sessions) -> None:
    """Reports under way, minors, relatives, suspects, unverified and retracted facts stay inside."""
    plant(sessions)
    for audience, language in itertools.product(Audience, briefing_texts.LANGUAGES):
        made = briefing(sessions, viewer=DESK, audience=audience, language=language, **YEAR)

        for suffix in (".md", ".html", ".json", ".docx"):
            text = _unpacked(papers.write(made, suffix), suffix)
            assert PUBLIC_WORD in text
            assert SECRET not in text, (audience, language, suffix)
            assert (VERIFIED in text) is (audience is Audience.DESK), (language, suffix)


def test_the_desks_briefing_marks_what_is_not_published(sessions: Sessions) -> None:
    """What only the desk may read is told and marked; the public one does not even count it."""
    plant(sessions)
    desk = briefing(sessions, viewer=DESK, audience=Audience.DESK, **YEAR)
    public = briefing(sessions, viewer=DESK, **YEAR)

    (told,) = (b for b in blocks(desk, "attacks") if VERIFIED in getattr(b, "text", ""))
    assert "[not published]" in told.text
    assert "not published" not in everything(public)
    assert "this period: 2 incidents" in everything(desk)
    assert "this period: 1 incident." in everything(public)
    assert desk.data_version != public.data_version


def test_who_may_make_which_briefing(sessions: Sessions) -> None:
    """The desk's and partners' briefings are not made for just anybody."""
    for viewer in (Viewer(), Viewer(role=Role.MONITOR), Viewer(role=Role.PARTNER)):
        with pytest.raises(NotAllowed):
            briefing(sessions, audience=Audience.DESK, viewer=viewer)
    for viewer in (Viewer(), Viewer(role=Role.MONITOR)):
        with pytest.raises(NotAllowed):
            briefing(sessions, audience=Audience.PARTNER, viewer=viewer)
    partner = briefing(sessions, audience=Audience.PARTNER, viewer=Viewer(role=Role.PARTNER))
    assert partner.audience == "partner"
