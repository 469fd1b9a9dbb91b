# SPDX-License-Identifier: Apache-2.0
"""Legal cases: facts entered by one, verified by another, and what justice makes of them."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role, WorkflowStatus
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.services import case_views, cases, pending_changes, people, record
from app.services.drafts import CaseDraft
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.incidents import Incident
from tests import make
from tests.make import NOW


def _attack(session: Any, **fields: Any) -> tuple[Incident, uuid.UUID, uuid.UUID]:
    """A verified, unpublished attack that somebody ordered, with an executor and an orderer slot."""
    defaults: dict[str, Any] = {
        "status": WorkflowStatus.VERIFIED,
        "instigation": "established",
        "involvements": [
            {"crime_role": "executor", "description": "the attackers"},
            {"crime_role": "instigator", "description": "whoever ordered it"},
        ],
    }
    row = make.incident(session, **{**defaults, **fields})
    executor, orderer = (one.slot_id for one in row.involvements)
    return row, executor, orderer


def _level(session: Any, incident_id: uuid.UUID, **when: Any) -> tuple[str, list[Any]]:
    """The level and who is missing, as the desk sees it."""
    editor = make.viewer(session, Role.EDITOR, "reader")
    view = record.incident_view(session, editor, incident_id, now=NOW, **when)
    impunity = view["impunity"]
    return impunity["level"].value, [one["role"].value for one in impunity["missing"]]


def test_a_conviction_of_the_orderer_completes_justice_and_its_quashing_undoes_it(
    sessions: Sessions,
) -> None:
    """Partial, then full, then partial again; the day before each the old answer stands."""
    with sessions.writing() as session:
        row, executor, orderer = _attack(session)
        case = make.case(session, row.id)
        make.fact(session, case.id, "convicted", "2025-07-10", involvement_id=str(executor))
        partial = ("partial_impunity", ["instigator"])
        full = ("full_justice", [])
        assert _level(session, row.id) == partial

        make.fact(session, case.id, "convicted", "2025-09-05", involvement_id=str(orderer))
        assert _level(session, row.id) == full
        assert _level(session, row.id, as_of=date(2025, 9, 4)) == partial
        assert row.impunity == "full_justice"
        assert row.document["impunity"]["level"] == "full_justice"

        make.fact(session, case.id, "quashed", "2025-12-01", involvement_id=str(orderer))
        assert _level(session, row.id) == partial
        assert _level(session, row.id, as_of=date(2025, 11, 30)) == full
        assert _level(session, row.id, as_of=date(2025, 7, 9))[0] == "not_assessed"


def test_an_unverified_fact_counts_for_nobody_until_a_second_person_stands_for_it(
    sessions: Sessions,
) -> None:
    """The level waits, the public sees neither fact nor case, and no public counter moves."""
    with sessions.writing() as session:
        row, executor, _ = _attack(session, status=WorkflowStatus.PUBLISHED)
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        before, version = ledger.counter(session, "public"), row.version

        case = make.case(session, row.id, by=monitor)
        fact = make.fact(
            session,
            case.id,
            "convicted",
            by=monitor,
            verified=False,
            involvement_id=str(executor),
            detail="Words of one person.",
        )

        assert (ledger.counter(session, "public"), row.version) == (before, version)
        view = record.incident_view(session, PUBLIC, row.id, now=NOW)
        assert (view["impunity"]["level"], view["cases"]) == ("not_assessed", [])
        with pytest.raises(NotFound):
            case_views.case_view(session, PUBLIC, case.id, now=NOW)
        desk = record.incident_view(session, editor, row.id, now=NOW)
        assert desk["impunity_if_verified"]["level"] == "partial_impunity"

        cases.verify_fact(session, editor, case.id, fact.id, now=NOW)

        assert ledger.counter(session, "public") > before
        view = record.incident_view(session, PUBLIC, row.id, now=NOW)
        assert view["impunity"]["level"] == "partial_impunity"
        shown = case_views.case_view(session, PUBLIC, case.id, now=NOW)
        assert [one["detail"] for one in shown["facts"]] == ["Words of one person."]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_nobody_verifies_their_own_fact(sessions: Sessions, role: Role) -> None:
    """Not with any role, nor with a second key of the same name."""
    with sessions.writing() as session:
        row, executor, _ = _attack(session)
        author = make.viewer(session, role, "dana")
        again = make.viewer(session, Role.EDITOR, "Dana")
        case = make.case(session, row.id)
        fact = make.fact(
            session,
            case.id,
            "convicted",
            by=author,
            verified=False,
            involvement_id=str(executor),
        )

        for viewer in (author, again):
            with pytest.raises(NotAllowed, match="somebody other than who entered it"):
                cases.verify_fact(session, viewer, case.id, fact.id, now=NOW)


def test_a_retracted_fact_counts_no_more_but_did_before(sessions: Sessions) -> None:
    """Today it is gone; as known before the retraction it is still there."""
    later = NOW + timedelta(days=1)
    with sessions.writing() as session:
        row, executor, _ = _attack(session)
        editor = make.viewer(session, Role.EDITOR, "dana")
        case = make.case(session, row.id)
        fact = make.fact(session, case.id, "convicted", involvement_id=str(executor))
        assert _level(session, row.id)[0] == "partial_impunity"

        cases.retract_fact(session, editor, case.id, fact.id, reason="A mix-up.", now=later)

        def level(**when: Any) -> str:
            view = record.incident_view(session, editor, row.id, now=later, **when)
            return str(view["impunity"]["level"].value)

        assert level() == "not_assessed"
        assert level(known_at=NOW) == "partial_impunity"
        with pytest.raises(Conflict):
            cases.retract_fact(session, editor, case.id, fact.id, reason="Again.", now=later)


def test_what_was_learned_later_changes_no_earlier_knowledge(sessions: Sessions) -> None:
    """A conviction recorded today changes today's answer, never the one as known yesterday."""
    yesterday = NOW - timedelta(days=1)
    with sessions.writing() as session:
        row, executor, _ = _attack(session, now=yesterday)
        case = make.case(session, row.id, now=yesterday)
        make.fact(session, case.id, "accountability_checked", "2025-06-30", now=yesterday)
        make.fact(session, case.id, "convicted", "2025-07-01", involvement_id=str(executor))

        assert _level(session, row.id)[0] == "partial_impunity"
        assert _level(session, row.id, known_at=yesterday)[0] == "complete_impunity"
        earlier = yesterday - timedelta(seconds=1)
        assert _level(session, row.id, known_at=earlier)[0] == "not_assessed"


def test_an_edit_of_the_incident_changes_no_earlier_knowledge(sessions: Sessions) -> None:
    """Whether it was ordered is a note with a date: ruled out today is not ruled out yesterday."""
    yesterday = NOW - timedelta(days=1)
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(
            session,
            now=yesterday,
            instigation="alleged",
            involvements=[{"crime_role": "executor", "description": "an attacker"}],
        )
        case = make.case(session, row.id, now=yesterday)
        slot = str(row.involvements[0].slot_id)
        make.fact(session, case.id, "convicted", involvement_id=slot, now=yesterday)
        assert _level(session, row.id) == ("partial_impunity", ["instigator"])

        record.edit_incident(
            session,
            editor,
            row.id,
            {"instigation": "ruled_out"},
            version=row.version,
            now=NOW,
            reason="A closed inquiry.",
        )
        assert _level(session, row.id) == ("partial_impunity", ["instigator"])
        colleague = make.viewer(session, Role.VERIFIER, "erlan")
        pending_changes.approve(session, colleague, row.id, now=NOW)

        assert _level(session, row.id) == ("full_justice", [])
        assert _level(session, row.id, known_at=yesterday) == ("partial_impunity", ["instigator"])


def test_what_cannot_be_is_named_by_its_place(sessions: Sessions) -> None:
    """Unknown incidents, slots and people, and dates to come, are refused with a pointer."""
    unknown = str(uuid.UUID(int=1))
    with sessions.writing() as session:
        row, _, _ = _attack(session)
        other, slot_of_other, _ = _attack(session)
        case = make.case(session, row.id)
        for fields, pointer in (
            ({"involvement_id": unknown}, "/involvement_id"),
            ({"involvement_id": str(slot_of_other)}, "/involvement_id"),
            ({"person_id": unknown}, "/person_id"),
            ({"date": "2099"}, "/date"),
        ):
            with pytest.raises(InvalidInput) as refused:
                make.fact(session, case.id, "convicted", **fields)  # type: ignore[arg-type]
            assert [one.pointer for one in refused.value.errors] == [pointer]
        with pytest.raises(InvalidInput) as refused:
            make.case(session, row.id, uuid.UUID(int=1))
        assert [one.pointer for one in refused.value.errors] == ["/incident_ids/1"]
        assert other.id != row.id


def test_a_case_needs_an_incident_its_author_sees(sessions: Sessions) -> None:
    """Somebody else's unpublished incident does not exist for a monitor, in a body as elsewhere."""
    with sessions.writing() as session:
        row, _, _ = _attack(session)
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        draft = CaseDraft(
            polarity="accountability",  # type: ignore[arg-type]
            title="x",
            country="KZ",
            incident_ids=[row.id],
        )

        with pytest.raises(InvalidInput, match="There is no such incident"):
            cases.create_case(session, monitor, draft, now=NOW)


def test_one_case_of_two_incidents_counts_for_the_slot_it_names(sessions: Sessions) -> None:
    """A conviction for one of two attacks is none for the other."""
    with sessions.writing() as session:
        first, executor, _ = _attack(session)
        second, _, _ = _attack(session)
        case = make.case(session, first.id, second.id)

        make.fact(session, case.id, "convicted", involvement_id=str(executor))
        make.fact(session, case.id, "accountability_checked")

        assert _level(session, first.id)[0] == "partial_impunity"
        assert _level(session, second.id)[0] == "complete_impunity"


def _suspect(session: Any, by: Viewer = make.LOADER, **fields: Any) -> tuple[Incident, uuid.UUID]:
    row = make.incident(
        session,
        by=by,
        involvements=[
            {
                "crime_role": "executor",
                "description": "a man",
                "person": {"name": "Placeholder Suspect"},
                **fields,
            }
        ],
    )
    return row, row.involvements[0].slot_id


COURT = {"type": "court_document", "title": "Judgment"}
NEWS = {"type": "news", "title": "They say"}


def test_a_suspect_is_named_when_a_court_says_so_and_hidden_when_acquitted(
    sessions: Sessions,
) -> None:
    """Neither document, list of people, case nor search show the name before or after."""
    with sessions.writing() as session:
        row, slot = _suspect(session)
        case = make.case(session, row.id)

        def seen() -> tuple[bool, bool, bool, bool]:
            view = record.incident_view(session, PUBLIC, row.id, now=NOW)
            listed = people.list_person_views(
                session, PUBLIC, people.PeopleFilter(), now=NOW, limit=5, after=None
            )
            found = record.list_incidents(
                session, PUBLIC, record.IncidentFilter(q="placeholder"), limit=5
            )
            shown = case_views.list_case_views(
                session, PUBLIC, case_views.CaseFilter(), now=NOW, limit=5
            )
            facts = [fact for one in shown for fact in one["facts"]]
            return (
                view["involvements"][0]["person"] is not None,
                bool(listed),
                bool(found.documents),
                any(fact["person"] is not None for fact in facts),
            )

        nowhere, everywhere = (False,) * 4, (True,) * 4
        person = str(row.involvements[0].person_id)
        about = {"involvement_id": str(slot), "person_id": person}
        assert seen() == nowhere
        make.fact(session, case.id, "charged", "2025-06-20", source=NEWS, **about)
        assert seen() == nowhere
        make.fact(session, case.id, "convicted", "2025-07-01", source=COURT, **about)
        assert seen() == everywhere
        make.fact(session, case.id, "acquitted", "2025-08-01", source=COURT, **about)
        assert seen() == nowhere
        view = record.incident_view(session, PUBLIC, row.id, now=NOW)
        assert view["involvements"][0]["status"] == "acquitted"


def test_an_editor_decides_on_a_name_a_monitor_does_not(sessions: Sessions) -> None:
    """On two independent published sources; never of a minor."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        part = {
            "crime_role": "executor",
            "description": "a man",
            "person": {"name": "Placeholder Suspect"},
            "name_decided": True,
        }
        with pytest.raises(NotAllowed):
            record.create_incident(session, monitor, make.draft(involvements=[part]), now=NOW)

        editor = make.viewer(session, Role.EDITOR, "dana")
        decided, _ = _suspect(session, by=editor, name_decided=True)
        minor, _ = _suspect(
            session,
            by=editor,
            name_decided=True,
            person={"name": "Placeholder Minor", "is_minor": True},
        )

        names = [
            record.incident_view(session, PUBLIC, row.id, now=NOW)["involvements"][0]["person"]
            for row in (decided, minor)
        ]
        assert names[0]["name"] == "Placeholder Suspect"
        assert names[1] is None


def test_a_reprisal_names_its_target_with_the_sentence(sessions: Sessions) -> None:
    """The person's page holds role, stage and months; the case names them as the incident does."""
    with sessions.writing() as session:
        row = make.incident(
            session,
            categories=[{"category": "detention", "subtype": "imprisonment"}],
            targets=[
                {
                    "kind": "person",
                    "primary_role": "journalist",
                    "person": {"name": "Placeholder Journalist"},
                }
            ],
        )
        person = str(row.targets[0].person_id)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", person_id=person, sentence_months=90)

        (view,) = people.list_person_views(
            session, PUBLIC, people.PeopleFilter(), now=NOW, limit=5, after=None
        )
        shown = case_views.case_view(session, PUBLIC, case.id, now=NOW)

    assert [(one["stage"], one["sentence_months"]) for one in view["cases"]] == [
        ("verdict_first_instance", 90)
    ]
    assert view["roles"] == ["journalist"]
    assert shown["facts"][0]["person"]["name"] == "Placeholder Journalist"


@pytest.mark.parametrize(
    ("kind", "level"),
    [("accountability_checked", "complete_impunity"), ("trial_opened", "complete_impunity")],
)
def test_one_person_alone_moves_no_level_with_a_fact_that_accuses_nobody(
    sessions: Sessions, kind: str, level: str
) -> None:
    """The public level and counter wait for a second person; the desk sees what it would be."""
    with sessions.writing() as session:
        row, _, _ = _attack(session, status=WorkflowStatus.PUBLISHED)
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        case = make.case(session, row.id, by=monitor)
        before = ledger.counter(session, "public")

        fact = make.fact(session, case.id, kind, by=monitor, verified=False)

        assert ledger.counter(session, "public") == before
        view = record.incident_view(session, PUBLIC, row.id, now=NOW)
        assert view["impunity"]["level"] == "not_assessed"
        desk = record.incident_view(session, editor, row.id, now=NOW)
        assert desk["impunity_if_verified"]["level"] == level
        cases.verify_fact(session, editor, case.id, fact.id, now=NOW)
        view = record.incident_view(session, PUBLIC, row.id, now=NOW)
        assert view["impunity"]["level"] == level


def test_nothing_of_an_unverified_fact_shows_beside_a_verified_one(sessions: Sessions) -> None:
    """Neither its words, fine, months, role nor source; the desk reads them all."""
    with sessions.writing() as session:
        row, _, _ = _attack(session, status=WorkflowStatus.PUBLISHED)
        editor = make.viewer(session, Role.EDITOR, "dana")
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", sentence_months=12)
        make.fact(
            session,
            case.id,
            "trial_opened",
            verified=False,
            role="instigator",
            fine="999 KZT",
            sentence_months=99,
            detail="Words of one person.",
            source={"type": "news", "title": "Unchecked", "url": "https://unchecked.example/"},
        )

        shown = case_views.case_view(session, PUBLIC, case.id, now=NOW)
        document = record.incident_view(session, PUBLIC, row.id, now=NOW)
        desk = case_views.case_view(session, editor, case.id, now=NOW)

    assert [fact["kind"] for fact in shown["facts"]] == ["convicted"]
    assert (shown["sentence_months"], shown["stage"]) == (12, "verdict_first_instance")
    assert document["cases"][0]["sentence_months"] == 12
    assert desk["facts"][1]["fine"] == "999 KZT"
    assert desk["facts"][1]["source"]["title"] == "Unchecked"


def _journalists(session: Any, *names: str, **fields: Any) -> Incident:
    """A detention of these people, public by default."""
    return make.incident(
        session,
        categories=[{"category": "detention"}],
        targets=[{"kind": "person", "person": {"name": name}} for name in names],
        **fields,
    )


def _cases_of(session: Any, viewer: Viewer, person_id: uuid.UUID | None) -> list[uuid.UUID]:
    assert person_id is not None
    view = people.person_view(session, viewer, person_id, now=NOW)
    return [one["id"] for one in view["cases"]]


def test_a_person_has_no_case_by_a_fact_that_does_not_count(sessions: Sessions) -> None:
    """An unverified or withdrawn fact ties nobody to a case in public; the desk sees the tie."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = _journalists(session, "Person One", "Person Two", "Person Three")
        first, second, third = (str(one.person_id) for one in row.targets)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "charged", person_id=first)
        make.fact(session, case.id, "charged", person_id=second, verified=False)
        gone = make.fact(session, case.id, "charged", person_id=third)
        cases.retract_fact(session, editor, case.id, gone.id, reason="A mix-up.", now=NOW)

        public = [_cases_of(session, PUBLIC, one.person_id) for one in row.targets]
        desk = [_cases_of(session, editor, one.person_id) for one in row.targets]

    assert public == [[case.id], [], []]
    assert desk == [[case.id]] * 3


def test_a_person_has_no_case_through_an_incident_nobody_sees(sessions: Sessions) -> None:
    """Neither as sole target nor named by a fact; a target whose name is hidden is not tied either."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        known = _journalists(session, "Person One")
        person = known.targets[0].person_id
        hidden = make.incident(
            session,
            status=WorkflowStatus.VERIFIED,
            targets=[{"kind": "person", "person_id": str(person)}],
        )
        relative = make.incident(
            session,
            targets=[
                {
                    "kind": "person",
                    "person_id": str(person),
                    "primary_role": "family_member",
                }
            ],
        )
        group = make.incident(session)
        about: dict[str, Any] = {"person_id": str(person)}
        tied = {}
        for name, ids, fields in (
            ("sole", (hidden.id, group.id), {}),
            ("named", (hidden.id, group.id), about),
            ("relative", (relative.id,), {}),
            ("shown", (known.id,), {}),
        ):
            tied[name] = make.case(session, *ids, polarity="reprisal").id
            make.fact(session, tied[name], "charged", **fields)

        public = _cases_of(session, PUBLIC, person)
        desk = _cases_of(session, editor, person)

    assert public == [tied["shown"]]
    assert set(desk) == set(tied.values())
