# SPDX-License-Identifier: Apache-2.0
"""Erasing a person: the name is nowhere, the acts stay, the ledger is valid, and what is left is said."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.names import REMOVED
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import ReportStatus, Role, SourceKind
from app.errors import Conflict, InvalidInput, NotFound
from app.services import erasure, ledger_check, people, record, sealing
from app.services.ledger_check import Report as Verified
from app.storage import metadata
from app.storage.database import Sessions
from app.storage.incidents import Incident
from app.storage.ledger import Revision
from app.storage.people import Person
from app.storage.reports import RawItem, Report, Source
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]

NAME, KAZAKH = "Aruzhan Bekova", "Аружан Бекова"


def every_text(session: Session) -> str:
    """All that every row of every table holds, as one text in folded case."""
    rows = (
        " ".join(str(one) for one in row)
        for table in metadata.sorted_tables
        for row in session.execute(sa.select(table))
    )
    return "\n".join(rows).casefold()


def attacked(session: Session, by: Viewer, **fields: Any) -> Incident:
    """A public incident about the person, who is named wherever one can be."""
    person = {"name": NAME, "names": {"kk": KAZAKH}, "summary": f"{NAME} writes.", "country": "KZ"}
    body: dict[str, Any] = {
        "title": f"{NAME} attacked in Almaty",
        "narrative": {
            "en": f"On Monday {NAME.upper()} was beaten.",
            "kk": f"{KAZAKH} соққыға жығылды.",
        },
        "targets": [
            {"kind": "person", "person": person, "harm": "injury"},
            {"kind": "group", "description": "Colleagues of Bekova, Aruzhan"},
        ],
        "involvements": [
            {"crime_role": "executor", "description": f"A neighbour of {NAME}"},
        ],
        "sources": [
            {"type": "news", "title": f"Who beat {NAME}?", "url": "https://one.example/a"},
            {"type": "news", "title": "Second report", "url": "https://two.example/b"},
        ],
    }
    return make.incident(session, by=by, **{**body, **fields})


def person_of(session: Session) -> uuid.UUID:
    """The person of this name."""
    return session.scalars(sa.select(Person.id).where(Person.name == NAME)).one()


@pytest.fixture
def editor(sessions: Sessions) -> Viewer:
    """Somebody who may erase."""
    with sessions.writing() as session:
        return make.viewer(session, Role.EDITOR, "dana")


def erase(sessions: Sessions, viewer: Viewer, **fields: Any) -> dict[str, Any]:
    """Erase the person of this name, as a door does."""
    with sessions.writing() as session:
        person_id = fields.pop("person_id", None) or person_of(session)
        return erasure.erase_person(
            session, viewer, person_id, now=NOW, **{"reason": "Asked for by the person.", **fields}
        )


def verified(sessions: Sessions) -> Verified:
    """Seal what waits, and verify."""
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)
        return ledger_check.verify(session, trusted={})


def fill(sessions: Sessions, editor: Viewer) -> uuid.UUID:
    """A record full of one name: incidents, an edit, a case with facts, a report with its source's words."""
    with sessions.writing() as session:
        row = attacked(session, editor)
        other = make.viewer(session, Role.EDITOR, "erlan")
        record.edit_incident(
            session,
            other,
            row.id,
            {"title": f"{NAME} beaten in Almaty", "place": "Almaty"},
            version=row.version,
            now=NOW,
            reason=f"{NAME} says so herself",
        )
        elsewhere = make.incident(
            session, title="Newsroom raided", narrative={"en": f"Also searched: {NAME}'s desk."}
        )
        person_id = person_of(session)
        case = make.case(session, row.id, polarity="reprisal", title=f"The State v. {NAME}")
        make.fact(
            session, case.id, "charged", person_id=person_id, detail=f"{NAME} was charged at noon."
        )
        source = Source(name="A feed", kind=SourceKind.FEED, next_due_at=NOW, created_at=NOW)
        session.add(source)
        session.flush()
        report = Report(
            source_id=source.id, external_id="1", raw_sha256="0" * 64, title=f"{NAME} beaten",
            leftovers={"who": [KAZAKH]}, status=ReportStatus.NEW, first_seen_at=NOW, changed_at=NOW,
        )  # fmt: skip
        session.add(report)
        session.flush()
        raw = f'{{"t": "{NAME}"}}'
        session.add(RawItem(report_id=report.id, version=1, sha256="0" * 64, raw=raw, seen_at=NOW))
        session.flush()
        return elsewhere.id


def test_the_name_is_in_no_text_of_any_table(sessions: Sessions, editor: Viewer) -> None:
    """Every row of every table is read; the ledger is valid before and after, and says what is erased."""
    elsewhere = fill(sessions, editor)
    assert verified(sessions).is_valid
    with sessions.reading() as session:
        before = every_text(session)
        assert before.count(NAME.casefold()) > 10
        assert KAZAKH.casefold() in before

    done = erase(sessions, editor)

    with sessions.reading() as session:
        after = every_text(session)
        for name in (NAME, KAZAKH, "Bekova, Aruzhan"):
            assert name.casefold() not in after
        shown = record.incident_view(session, PUBLIC, elsewhere, now=NOW)
    report = verified(sessions)
    assert report.findings == []
    assert report.erased_fields == done["revision_fields_erased"] > 0
    assert done["left"] == []
    assert done["may_return_from"] == ["A feed"]
    assert done["rows_changed"]["raw_items"] == 1
    assert shown["narrative"]["en"] == f"Also searched: {REMOVED}'s desk."


def test_what_was_done_stays_without_the_name(sessions: Sessions, editor: Viewer) -> None:
    """The incident, its targets and its counts are there; the name is withheld, the person is no page."""
    with sessions.writing() as session:
        row = attacked(session, editor)
        person_id = person_of(session)

    erase(sessions, editor)

    with sessions.reading() as session:
        shown = record.incident_view(session, PUBLIC, row.id, now=NOW)
        stored = session.get_one(Incident, row.id)
        assert stored.document["title"] == f"{REMOVED} attacked in Almaty"
        assert REMOVED.casefold() in stored.search_text
        with pytest.raises(NotFound):
            people.person_view(session, PUBLIC, person_id, now=NOW)
    assert shown["targets"][0]["person"] is None
    assert shown["targets"][0]["name_withheld"] is True
    assert shown["targets"][0]["harm"] == "injury"
    assert shown["version"] > row.version


def test_the_erasure_is_on_record_and_does_not_hold_the_name(
    sessions: Sessions, editor: Viewer
) -> None:
    """Who, why, and which fields of which revisions; only fields that held the name are empty."""
    with sessions.writing() as session:
        row = attacked(session, editor)
    erase(sessions, editor)

    with sessions.reading() as session:
        said = session.scalars(sa.select(Revision).where(Revision.action == "erase")).one()
        made = session.scalars(
            sa.select(Revision).where(Revision.object_id == row.id, Revision.action == "create")
        ).one()
        history = record.list_revisions(session, editor, row.id)
    assert (said.object_kind, said.actor_id) == ("person", editor.key_id)
    emptied = said.changes["erased"][str(made.id)]
    assert "changes.title" in emptied
    assert "changes.country" not in emptied
    assert made.changes["title"] is None
    assert made.changes["country"]["new"] == "KZ"
    assert history[0]["changes"]["title"] is None


def test_a_namesake_and_longer_words_are_left_and_told(sessions: Sessions, editor: Viewer) -> None:
    """Somebody else of the same name keeps it; what the letters are part of is counted."""
    with sessions.writing() as session:
        row = attacked(session, editor)
        person_id = row.targets[0].person_id
        other = attacked(session, editor, title=f"{NAME} of Oral fined", narrative={})
    assert person_id is not None

    done = erase(sessions, editor, person_id=person_id)

    with sessions.reading() as session:
        names = session.scalars(sa.select(Person.name).order_by(Person.name)).all()
        titles = {session.get_one(Incident, one.id).title for one in (row, other)}
    assert sorted(names) == sorted([NAME, REMOVED])
    assert titles == {f"{REMOVED} attacked in Almaty", f"{NAME} of Oral fined"}
    assert done["searched_everywhere"] is False
    assert {"table": "people", "column": "name", "rows": 1} in done["left"]
    assert verified(sessions).findings == []


def test_other_spellings_are_taken_out_when_they_are_given(
    sessions: Sessions, editor: Viewer
) -> None:
    """An inflected form is found as left over, unless it is named."""
    with sessions.writing() as session:
        attacked(
            session,
            editor,
            title="Суд над Аружан Бековой",
            narrative={"ru": "Аружан Бекову судили."},
        )

    done = erase(sessions, editor, also=["Аружан Бековой", "Аружан Бекову"])

    with sessions.reading() as session:
        assert "бекову" not in every_text(session)
        assert "бековой" not in every_text(session)
    assert done["left"] == []


def test_a_bad_request_erases_nothing(sessions: Sessions, editor: Viewer) -> None:
    """No reason, a reason with the name in it, an unknown person, a second time: each a sentence."""
    with sessions.writing() as session:
        attacked(session, editor)
        person_id = person_of(session)
    for reason in (" ", f"{NAME} asked"):
        with pytest.raises(InvalidInput):
            erase(sessions, editor, reason=reason)
    with pytest.raises(NotFound):
        erase(sessions, editor, person_id=uuid.uuid4())
    with sessions.reading() as session:
        assert NAME.casefold() in every_text(session)

    erase(sessions, editor)

    with pytest.raises(Conflict):
        erase(sessions, editor, person_id=person_id)


def test_editors_erase_by_the_api_and_others_do_not(
    sessions: Sessions, editor: Viewer, caller: Caller, public: Client
) -> None:
    """A reason is obligatory; a verifier, a monitor and the public are refused."""
    with sessions.writing() as session:
        row = attacked(session, editor)
        address = f"/api/v1/people/{person_of(session)}:erase"
    body = {"reason": "Asked for by the person."}

    assert public.post(address, json=body).status_code == 401
    assert caller(Role.MONITOR, "m").post(address, json=body).status_code == 403
    assert caller(Role.VERIFIER, "v").post(address, json=body).status_code == 403
    assert caller(Role.EDITOR, "e").post(address, json={}).status_code == 422
    answer = caller(Role.EDITOR, "f").post(address, json=body)

    assert answer.status_code == 200
    assert answer.json()["left"] == []
    assert "bodies" in str(answer.json()["not_searched"])
    assert NAME not in public.get(f"/api/v1/incidents/{row.id}").text
    assert public.get("/api/v1/incidents", params={"q": NAME}).json()["data"] == []
