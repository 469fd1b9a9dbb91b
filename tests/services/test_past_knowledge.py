# SPDX-License-Identifier: Apache-2.0
"""The answer for a past time of knowledge never changes, whatever is entered, taken back or decided later."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Impunity, Role, WorkflowStatus
from app.errors import QalamError
from app.services import cases, overrides, pending_changes, record, workflow
from app.services.drafts import CitationDraft, FactDraft
from app.storage.assessments import Assessment, overrides_of
from app.storage.cases import get_case
from app.storage.database import Sessions
from app.storage.incidents import find_incident
from tests import make
from tests.make import NOW

KINDS = (
    "convicted", "convicted", "quashed", "acquitted", "cleared", "slot_closed", "pardoned",
    "appeal_filed", "responsibility_established", "accountability_checked", "charged", "promise",
)  # fmt: skip
DAYS = ("2025-07", "2025-08-10", "2025", "2025-10-01", "2025-12-24")
ASKED = (date(2025, 8, 31), date(2026, 3, 1))


class Story:
    """One incident, to which one thing after the other happens, an hour apart."""

    def __init__(self, session: Session, random: Random) -> None:
        self.session, self.random = session, random
        self.now = NOW
        name = uuid.uuid4().hex
        self.author = make.viewer(session, Role.EDITOR, f"author {name}")
        self.second = make.viewer(session, Role.EDITOR, f"second {name}")
        row = make.incident(
            session,
            instigation="alleged",
            involvements=[
                {"crime_role": "executor", "description": "a man"},
                {"crime_role": "instigator", "description": "whoever paid"},
            ],
        )
        self.id = row.id
        self.case_id = make.case(session, row.id).id

    def row(self) -> Any:
        """The incident as it is now."""
        found = find_incident(self.session, self.id)
        assert found is not None
        return found

    def facts(self) -> list[Any]:
        """The facts of its case."""
        return list(get_case(self.session, self.author, self.case_id).facts)

    def append(self) -> None:
        """Somebody enters a fact."""
        slots = [None, *(one.slot_id for one in self.row().involvements)]
        slot = self.random.choice(slots)
        body = {
            "kind": self.random.choice(KINDS),
            "date": self.random.choice(DAYS),
            "involvement_id": str(slot) if slot else None,
            "role": self.random.choice([None, "executor", "instigator"]),
        }
        draft = msgspec.convert(body, FactDraft)
        fact = cases.append_fact(self.session, self.author, self.case_id, draft, now=self.now)
        if self.random.random() < 0.7:
            cases.verify_fact(self.session, self.second, self.case_id, fact.id, now=self.now)

    def verify(self) -> None:
        """Somebody else verifies a fact."""
        fact = self.random.choice(self.facts())
        cases.verify_fact(self.session, self.second, self.case_id, fact.id, now=self.now)

    def retract(self) -> None:
        """A fact is withdrawn."""
        fact = self.random.choice(self.facts())
        cases.retract_fact(
            self.session, self.second, self.case_id, fact.id, reason="No.", now=self.now
        )

    def edit(self) -> None:
        """A field changes, at once or once a second person has approved it."""
        parts = [
            {"id": str(one.slot_id), "crime_role": one.crime_role.value, "description": "another"}
            for one in self.row().involvements
            if one.retracted_at is None
        ]
        patch: dict[str, Any] = self.random.choice(
            [
                {"instigation": self.random.choice(["established", "ruled_out", "unknown"])},
                {"executors_complete": self.random.choice([True, False, None])},
                {"categories": [{"category": self.random.choice(["killing", "restrictive_law"])}]},
                {"involvements": parts[: self.random.randint(0, 2)]},
                {"involvements": [*parts, {"crime_role": "organiser", "description": "a new one"}]},
            ]
        )
        version = self.row().version
        record.edit_incident(
            self.session,
            self.author,
            self.id,
            patch,
            version=version,
            now=self.now,
            reason="Better.",
        )
        if self.random.random() < 0.6:
            self.now += timedelta(minutes=1)
            self.approve()

    def approve(self) -> None:
        """A second person approves what waits."""
        pending_changes.approve(self.session, self.second, self.id, now=self.now)

    def assess(self) -> None:
        """An outside assessor says something, or takes it back."""
        standing = self.session.query(Assessment).filter_by(incident_id=self.id, retracted_at=None)
        for one in standing:
            one.retracted_at = self.now
        level = self.random.choice([Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY])
        self.session.add(
            Assessment(
                incident_id=self.id,
                assessor="CPJ",
                level=level,
                stated_on=self.now.date(),
                recorded_at=self.now,
            )
        )

    def override(self) -> None:
        """A level is set by hand by two people, or withdrawn."""
        standing = [
            one
            for one in overrides_of(self.session, self.id)
            if one.confirmed_at and not one.retracted_at
        ]
        if standing:
            overrides.withdraw(
                self.session, self.author, self.id, standing[0].id, reason="No.", now=self.now
            )
            return
        made = overrides.propose(
            self.session,
            self.author,
            self.id,
            level=self.random.choice([Impunity.FULL_JUSTICE, Impunity.COMPLETE_IMPUNITY]),
            reason="A sealed judgment.",
            source=CitationDraft(title="A letter"),
            since=self.random.choice([None, date(2025, 9, 1)]),
            now=self.now,
        )
        self.now += timedelta(minutes=1)
        overrides.confirm(self.session, self.second, self.id, made.id, now=self.now)

    def verify_again(self) -> None:
        """It leaves the public record, is verified again, and comes back."""
        other = make.incident(self.session)
        take = self._taken
        take(self.second, Action.MARK_DUPLICATE, other.id)
        for action in (Action.REVIEW, Action.VERIFY, Action.PUBLISH):
            take(self.second, action)

    def _taken(self, viewer: Viewer, action: Action, other: uuid.UUID | None = None) -> None:
        workflow.transition(
            self.session,
            viewer,
            self.id,
            action,
            now=self.now,
            reason="A reason.",
            duplicate_of=other,
        )
        self.now += timedelta(minutes=1)

    def answers(self, known_at: datetime) -> list[Any]:
        """What is answered about a time of knowledge: to the desk, and to everybody where public."""
        viewers = [self.second]
        if self.row().status is WorkflowStatus.PUBLISHED:
            viewers.append(PUBLIC)
        return [
            msgspec.to_builtins(
                record.incident_view(
                    self.session, viewer, self.id, now=self.now, as_of=day, known_at=known_at
                )["impunity"]
            )
            for viewer in viewers
            for day in ASKED
        ]


HAPPENINGS: tuple[Callable[[Story], None], ...] = (
    Story.append, Story.append, Story.append, Story.verify, Story.retract, Story.edit, Story.edit,
    Story.approve, Story.assess, Story.override, Story.verify_again,
)  # fmt: skip


@settings(
    max_examples=12,
    deadline=None,
    database=None,
    # A failing story is short as it is; telling it over and over takes minutes on a real database.
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(HAPPENINGS), min_size=4, max_size=9), st.integers(0, 2**32))
def test_past_knowledge_never_changes(
    sessions: Sessions, happenings: list[Callable[[Story], None]], seed: int
) -> None:
    """Facts, retractions, edits, re-verification, assessments and levels by hand: none reaches back."""
    with sessions.writing() as session:
        story = Story(session, Random(seed))
        given_once: list[tuple[datetime, list[Any]]] = []
        for happens in happenings:
            story.now += timedelta(hours=1)
            try:
                with session.begin_nested():
                    happens(story)
            except (QalamError, IndexError):
                # Not every story makes sense; what is refused changes nothing either.
                session.expire_all()
            session.flush()
            given_once.append((story.now, story.answers(story.now)))
        story.now += timedelta(days=1)
        for known_at, answers in given_once:
            again = story.answers(known_at)
            assert again[: len(answers)] == answers[: len(again)]
        session.rollback()
