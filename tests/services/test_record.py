# SPDX-License-Identifier: Apache-2.0
"""Incidents as people use them: handed in once, checked by another, public by a third hand."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.domain.record.incident import Action
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Impunity, Role, WorkflowStatus
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from app.services import pending_changes, record, workflow
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.incidents import IncidentFilter, get_incident
from tests import make
from tests.make import NOW


def _published(sessions: Sessions) -> tuple[uuid.UUID, Viewer, Viewer]:
    """An incident taken the whole way: id, its submitter, its editor."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        for action in (Action.REVIEW, Action.VERIFY, Action.PUBLISH):
            workflow.transition(session, editor, row.id, action, now=NOW)
        return row.id, monitor, editor


def test_an_incident_is_public_only_at_the_end_of_the_way(sessions: Sessions) -> None:
    """Submitted, reviewed and verified it does not exist for the public; published it has a ref."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        for action in (Action.REVIEW, Action.VERIFY, Action.PUBLISH):
            with pytest.raises(NotFound):
                record.incident_view(session, PUBLIC, row.id, now=NOW)
            workflow.transition(session, editor, row.id, action, now=NOW)

        view = record.incident_view(session, PUBLIC, row.id, now=NOW)

    assert view["ref"] == "QLM-2026-000001"
    assert view["status"] == "published"


def test_what_is_made_is_never_public(sessions: Sessions) -> None:
    """Even an admin's own incident starts as submitted, or as a draft when it is one."""
    with sessions.writing() as session:
        admin = make.viewer(session, Role.ADMIN, "root")

        handed_in = record.create_incident(session, admin, make.draft(), now=NOW)
        written = record.create_incident(session, admin, make.draft(), now=NOW, as_draft=True)

    assert handed_in.status is WorkflowStatus.SUBMITTED
    assert written.status is WorkflowStatus.DRAFT
    assert (handed_in.ref, written.ref) == (None, None)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_the_submitter_neither_verifies_nor_publishes(sessions: Sessions, role: Role) -> None:
    """Whatever the role: a colleague has to."""
    with sessions.writing() as session:
        author = make.viewer(session, role, "dana")
        colleague = make.viewer(session, Role.EDITOR, "erlan")
        row = record.create_incident(session, author, make.draft(), now=NOW)
        workflow.transition(session, author, row.id, Action.REVIEW, now=NOW)
        with pytest.raises(NotAllowed, match="somebody other than its submitter"):
            workflow.transition(session, author, row.id, Action.VERIFY, now=NOW)
        workflow.transition(session, colleague, row.id, Action.VERIFY, now=NOW)

        with pytest.raises(NotAllowed, match="somebody other than its submitter"):
            workflow.transition(session, author, row.id, Action.PUBLISH, now=NOW)

        assert row.status is WorkflowStatus.VERIFIED


def test_two_keys_of_one_person_are_one_person(sessions: Sessions) -> None:
    """A monitor with a second, stronger key of the same name cannot verify their own report."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "Aizhan")
        same = make.viewer(session, Role.EDITOR, "aizhan ")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        workflow.transition(session, same, row.id, Action.REVIEW, now=NOW)

        with pytest.raises(NotAllowed):
            workflow.transition(session, same, row.id, Action.VERIFY, now=NOW)


def test_verification_needs_sources(sessions: Sessions) -> None:
    """One agency repeated counts once; one primary source is enough only with a reason."""
    repeated = [
        {"type": "news", "title": name, "independence_group": "agency"} for name in ("a", "b", "c")
    ]
    primary = [{"type": "court_document", "title": "Judgment"}]
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        one = record.create_incident(session, monitor, make.draft(sources=repeated), now=NOW)
        two = record.create_incident(session, monitor, make.draft(sources=primary), now=NOW)
        for row in (one, two):
            workflow.transition(session, editor, row.id, Action.REVIEW, now=NOW)
            with pytest.raises(InvalidInput):
                workflow.transition(session, editor, row.id, Action.VERIFY, now=NOW)

        workflow.transition(
            session, editor, two.id, Action.VERIFY, now=NOW, reason="The judgment itself."
        )

        assert one.status is WorkflowStatus.UNDER_VERIFICATION
        assert two.verification_reason == "The judgment itself."


def test_a_step_the_state_does_not_admit_is_a_conflict(sessions: Sessions) -> None:
    """What is submitted cannot be published at once."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.SUBMITTED)
        editor = make.viewer(session, Role.EDITOR, "dana")

        with pytest.raises(Conflict, match="possible from: verified"):
            workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW)


def test_a_rejection_says_why(sessions: Sessions) -> None:
    """Without a reason nothing is rejected; with one the submitter can read it."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        with pytest.raises(InvalidInput):
            workflow.transition(session, editor, row.id, Action.REJECT, now=NOW)

        workflow.transition(session, editor, row.id, Action.REJECT, now=NOW, reason="No date.")

        view = record.incident_view(session, monitor, row.id, now=NOW)
        assert (view["status"], view["status_reason"]) == ("rejected", "No date.")


def test_a_retracted_incident_is_gone_for_the_public(sessions: Sessions) -> None:
    """Retracting moves the public counter and takes the record out of sight."""
    incident_id, _, editor = _published(sessions)
    with sessions.writing() as session:
        before = ledger.counter(session, "public")

        workflow.transition(
            session, editor, incident_id, Action.RETRACT, now=NOW, reason="The source withdrew it."
        )

        assert ledger.counter(session, "public") > before
        with pytest.raises(NotFound):
            record.incident_view(session, PUBLIC, incident_id, now=NOW)


def test_refs_have_no_gaps_when_many_publish_at_once(sessions: Sessions) -> None:
    """Eight publications at one time get eight consecutive numbers."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        ids = [make.incident(session, status=WorkflowStatus.VERIFIED).id for _ in range(8)]

    def publish(incident_id: uuid.UUID) -> str | None:
        with sessions.writing() as session:
            row = workflow.transition(session, editor, incident_id, Action.PUBLISH, now=NOW)
            return row.ref

    with ThreadPoolExecutor(8) as pool:
        refs = sorted(str(ref) for ref in pool.map(publish, ids))

    assert refs == [f"QLM-2026-{number:06d}" for number in range(1, 9)]


def test_an_edit_is_a_revision_with_old_and_new(sessions: Sessions) -> None:
    """The history holds who, when, and each field as it was and became."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)

        record.edit_incident(session, monitor, row.id, {"title": "Mended"}, version=1, now=NOW)

        made, edited = record.list_revisions(session, editor, row.id)
        assert made["action"] == "create"
        assert made["changes"]["title"] == {"old": None, "new": "Journalists attacked"}
        assert edited["changes"] == {"title": {"old": "Journalists attacked", "new": "Mended"}}
        assert edited["actor"] == {"id": monitor.key_id, "name": "aizhan"}
        assert row.version == 2


def test_an_edit_of_nothing_changes_nothing(sessions: Sessions) -> None:
    """A patch that says what is there already leaves version and history alone."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)

        record.edit_incident(session, monitor, row.id, {"country": "KZ"}, version=1, now=NOW)

        assert row.version == 1
        assert len(ledger.revisions_of(session, "incident", row.id)) == 1


def test_an_edit_against_an_old_version_is_refused(sessions: Sessions) -> None:
    """Nobody overwrites what they have not read."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        record.edit_incident(session, monitor, row.id, {"title": "One"}, version=1, now=NOW)

        with pytest.raises(StaleVersion):
            record.edit_incident(session, monitor, row.id, {"title": "Two"}, version=1, now=NOW)


def test_editing_a_verified_incident_asks_for_verification_again(sessions: Sessions) -> None:
    """What was verified is not what stands there now."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.VERIFIED)
        editor = make.viewer(session, Role.EDITOR, "dana")

        record.edit_incident(
            session, editor, row.id, {"title": "Changed"}, version=row.version, now=NOW
        )

        assert row.status is WorkflowStatus.UNDER_VERIFICATION
        assert row.verified_at is None


def test_nobody_verifies_or_publishes_their_own_change_alone(sessions: Sessions) -> None:
    """Who changed it last since its verification asks a colleague, also with a key of that name."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        again = make.viewer(session, Role.ADMIN, "Dana ")
        colleague = make.viewer(session, Role.VERIFIER, "erlan")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        workflow.transition(session, editor, row.id, Action.REVIEW, now=NOW)
        workflow.transition(session, editor, row.id, Action.VERIFY, now=NOW)
        patch = {"title": "Words of one editor"}
        record.edit_incident(session, editor, row.id, patch, version=row.version, now=NOW)

        for viewer in (editor, again):
            assert Action.VERIFY not in workflow.actions_for(session, viewer, row)
            with pytest.raises(NotAllowed, match="somebody other than who made them"):
                workflow.transition(session, viewer, row.id, Action.VERIFY, now=NOW)
        assert row.status is WorkflowStatus.UNDER_VERIFICATION
        assert Action.VERIFY in workflow.actions_for(session, colleague, row)
        workflow.transition(session, colleague, row.id, Action.VERIFY, now=NOW)
        workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW)

        assert record.incident_view(session, PUBLIC, row.id, now=NOW)["title"] == patch["title"]


def test_an_editor_does_not_verify_their_change_of_a_report_never_verified(
    sessions: Sessions,
) -> None:
    """A change before the first verification counts too, also once its submitter has changed it again."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record.create_incident(session, monitor, make.draft(), now=NOW)
        workflow.transition(session, editor, row.id, Action.REVIEW, now=NOW)
        patch = {"title": "By the editor"}
        record.edit_incident(session, editor, row.id, patch, version=row.version, now=NOW)
        with pytest.raises(NotAllowed):
            workflow.transition(session, editor, row.id, Action.VERIFY, now=NOW)

        patch = {"title": "By the submitter"}
        record.edit_incident(session, monitor, row.id, patch, version=row.version, now=NOW)

        with pytest.raises(NotAllowed, match="somebody other than who made them"):
            workflow.transition(session, editor, row.id, Action.VERIFY, now=NOW)
        colleague = make.viewer(session, Role.VERIFIER, "erlan")
        workflow.transition(session, colleague, row.id, Action.VERIFY, now=NOW)
        assert row.status is WorkflowStatus.VERIFIED


def test_a_public_incident_reads_as_before_until_a_second_person_verified_the_change(
    sessions: Sessions,
) -> None:
    """An editor proposes with a reason; neither they nor the submitter, but a colleague approves."""
    incident_id, _, editor = _published(sessions)
    with sessions.writing() as session:
        version = get_incident(session, PUBLIC, incident_id).version
        patch = {"title": "Mended"}
        with pytest.raises(InvalidInput):
            record.edit_incident(session, editor, incident_id, patch, version=version, now=NOW)

        record.edit_incident(
            session, editor, incident_id, patch, version=version, now=NOW, reason="A wrong word."
        )

        before = record.incident_view(session, PUBLIC, incident_id, now=NOW)
        assert (before["title"], before["version"]) == ("Journalists attacked", version)
        waiting = record.incident_view(session, editor, incident_id, now=NOW)["pending"]
        assert waiting["title"] == {
            "old": "Journalists attacked",
            "new": "Mended",
            "by": {"id": editor.key_id, "name": "dana"},
            "at": NOW,
            "reason": "A wrong word.",
            "may_approve": False,
        }
        colleague = make.viewer(session, Role.VERIFIER, "erlan")
        same = make.viewer(session, Role.EDITOR, "Aizhan")
        for viewer in (editor, same):
            with pytest.raises(NotAllowed):
                pending_changes.approve(session, viewer, incident_id, now=NOW)

        pending_changes.approve(session, colleague, incident_id, now=NOW)

        assert record.incident_view(session, PUBLIC, incident_id, now=NOW)["title"] == "Mended"
        assert record.incident_view(session, editor, incident_id, now=NOW)["pending"] == {}


def test_changing_parts_keeps_slots_people_and_sources(sessions: Sessions) -> None:
    """A patch of involvements keeps the slot it names, withdraws the rest and adds the new."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        draft = make.draft(
            involvements=[
                {"crime_role": "executor", "description": "the attackers"},
                {"crime_role": "instigator", "description": "whoever ordered it"},
            ]
        )
        row = record.create_incident(session, monitor, draft, now=NOW)
        slots = [str(one.slot_id) for one in row.involvements]
        kept = {"id": slots[0], "crime_role": "executor", "description": "two attackers"}

        patch = {"involvements": [kept, {"crime_role": "accomplice", "description": "a driver"}]}
        record.edit_incident(session, monitor, row.id, patch, version=1, now=NOW)

        view = record.incident_view(session, monitor, row.id, now=NOW)
        shown = [(one["crime_role"], one["description"]) for one in view["involvements"]]
        assert shown == [("executor", "two attackers"), ("accomplice", "a driver")]
        assert str(view["involvements"][0]["id"]) == slots[0]
        assert len(view["sources"]) == 2


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"date": "2099"}, "/date"),
        ({"date": "1800"}, "/date"),
        ({"date": "2013-13"}, "/date"),
        ({"country": "ZZ"}, "/country"),
        ({"title": "  "}, "/title"),
        ({"categories": []}, "/categories"),
        ({"categories": [{"category": "killing", "subtype": "ddos"}]}, "/categories/0/subtype"),
        ({"targets": []}, "/targets"),
        ({"targets": [{"kind": "group"}]}, "/targets/0/description"),
        ({"targets": [{"kind": "person"}]}, "/targets/0"),
        (
            {"targets": [{"kind": "person", "person_id": str(uuid.UUID(int=1))}]},
            "/targets/0/person_id",
        ),
        (
            {"targets": [{"kind": "outlet", "outlet_id": str(uuid.UUID(int=1))}]},
            "/targets/0/outlet_id",
        ),
        ({"decision_id": str(uuid.UUID(int=1))}, "/decision_id"),
        ({"sources": [{"title": ""}]}, "/sources/0/title"),
    ],
)
def test_what_cannot_be_is_named_by_its_place(
    sessions: Sessions, fields: dict[str, object], pointer: str
) -> None:
    """Each impossible field is refused with a pointer, and nothing is kept."""
    with sessions.writing() as session, pytest.raises(InvalidInput) as refused:
        record.create_incident(session, make.LOADER, make.draft(**fields), now=NOW)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_filters_find_by_overlap_words_and_parts(sessions: Sessions) -> None:
    """Dates match by overlap, text by its folded words, the rest by what the incident is made of."""
    with sessions.writing() as session:
        summer = make.incident(session, title="Нападение на Азамата", date="2013-22")
        closed = make.incident(
            session,
            title="100% closed",
            date="2012",
            country="KG",
            categories=[{"category": "outlet_measure", "subtype": "closure"}],
            targets=[{"kind": "outlet", "outlet": {"name": "Газета", "country": "KG"}}],
        )
        outlet = closed.targets[0].outlet_id

        def ids(**wanted: object) -> set[uuid.UUID]:
            page = record.list_incidents(
                session,
                PUBLIC,
                IncidentFilter(**wanted),
                limit=10,  # type: ignore[arg-type]
            )
            return {uuid.UUID(one["id"]) for one in page.decoded()}

        august = (NOW.replace(year=2013, month=8, day=31)).date()
        assert ids(date_from=august) == {summer.id}
        assert ids(date_to=august.replace(year=2012)) == {closed.id}
        assert ids(q="АЗАМАТА") == {summer.id}
        assert ids(q="0%") == {closed.id}
        assert ids(q="1_0") == set()
        assert ids(outlet_id=outlet) == {closed.id}
        assert ids(countries=("KZ", "KG")) == {summer.id, closed.id}
        assert ids(impunity=(Impunity.NOT_APPLICABLE,)) == {closed.id}
        assert ids(verified=False) == set()


def test_pages_follow_each_other_without_gap_or_repeat(sessions: Sessions) -> None:
    """Seven incidents of two days in pages of three: each once, the latest first."""
    with sessions.writing() as session:
        for index in range(7):
            make.incident(session, date=f"2025-06-0{1 + index % 2}")
        seen: list[tuple[str, str]] = []
        after = None
        while True:
            page = record.list_incidents(session, PUBLIC, IncidentFilter(), limit=3, after=after)
            seen += [(one["date"]["latest"], one["id"]) for one in page.decoded()]
            if page.place is None:
                break
            after = page.place

    assert len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


def test_names_of_minors_and_relatives_are_withheld(sessions: Sessions) -> None:
    """Neither document nor search nor list of people shows them; the desk still does."""
    targets = [
        {"kind": "person", "age_group": "minor", "person": {"name": "Hidden Minor"}},
        {"kind": "person", "primary_role": "family_member", "person": {"name": "Hidden Relative"}},
        {"kind": "person", "primary_role": "journalist", "person": {"name": "Shown Journalist"}},
    ]
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(session, targets=targets)

        public = record.incident_view(session, PUBLIC, row.id, now=NOW)
        staff = record.incident_view(session, editor, row.id, now=NOW)
        found = record.list_incidents(session, PUBLIC, IncidentFilter(q="hidden"), limit=5)

    assert [one["person"] and one["person"]["name"] for one in public["targets"]] == [
        None,
        None,
        "Shown Journalist",
    ]
    assert [one["name_withheld"] for one in public["targets"]] == [True, True, False]
    assert staff["targets"][0]["person"]["name"] == "Hidden Minor"
    assert found.documents == ()


def test_the_place_is_told_as_far_as_was_decided(sessions: Sessions) -> None:
    """By default the region, not the town; the desk sees both."""
    place = {"admin1": "West Kazakhstan", "place": "Small Village"}
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(session, **place)
        open_row = make.incident(session, **place, public_precision="locality")

        hidden = record.incident_view(session, PUBLIC, row.id, now=NOW)["location"]
        shown = record.incident_view(session, PUBLIC, open_row.id, now=NOW)["location"]
        full = record.incident_view(session, editor, row.id, now=NOW)["location"]

    assert (hidden["admin1"], hidden["place"]) == ("West Kazakhstan", None)
    assert shown["place"] == full["place"] == "Small Village"


def test_times_of_reports_at_risk_are_days(sessions: Sessions) -> None:
    """The public is told the day of a change, the desk the time."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(session, is_at_risk=True)

        public = record.incident_view(session, PUBLIC, row.id, now=NOW)
        staff = record.incident_view(session, editor, row.id, now=NOW)

    assert public["updated_at"] == NOW.date().isoformat()
    assert staff["updated_at"] == NOW


def test_a_duplicate_names_the_other(sessions: Sessions) -> None:
    """It must exist for the caller and be another one."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        first = make.incident(session)
        second = make.incident(session, status=WorkflowStatus.SUBMITTED)
        for wrong in (None, second.id, uuid.UUID(int=1)):
            with pytest.raises(InvalidInput):
                workflow.transition(
                    session,
                    editor,
                    second.id,
                    Action.MARK_DUPLICATE,
                    now=NOW,
                    reason="Same.",
                    duplicate_of=wrong,
                )

        workflow.transition(
            session,
            editor,
            second.id,
            Action.MARK_DUPLICATE,
            now=NOW,
            reason="Same.",
            duplicate_of=first.id,
        )

        assert second.duplicate_of_id == first.id


def test_an_answer_for_a_past_knowledge_never_tells_when_a_report_came_in(
    sessions: Sessions,
) -> None:
    """Before publication the public answer is `not_assessed`, whatever was on record."""
    with sessions.writing() as session:
        row = make.incident(session, now=NOW)

        view = record.incident_view(
            session, PUBLIC, row.id, now=NOW, known_at=NOW - timedelta(seconds=1)
        )

    assert view["impunity"]["level"] == "not_assessed"
