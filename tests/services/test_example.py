# SPDX-License-Identifier: Apache-2.0
"""The founding example: what the brief says, nothing beyond it, and gone without a trace."""

import json
import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Role
from app.services import example, ledger_check, record, sealing
from app.services.example_removal import Removed
from app.storage import metadata
from app.storage.access import ApiKey
from app.storage.database import Sessions
from app.storage.incidents import Incident
from app.storage.ledger import Revision
from app.storage.people import Person
from tests import make
from tests.client import Client
from tests.make import NOW

NAMES = {
    "Alexander Kharlamov",
    "Lukpan Akhmedyarov",
    "Roza Tuletaeva",
    "Vadim Kuramshin",
    "Vladimir Kozlov",
    "Zinaida Mukhortova",
}
# What later sources add, and the brief does not say.
BEYOND = re.compile(
    r"uralsk|oral\b|nedelya|stabb|air gun|tenge|respublika|vzglyad|stan tv|\bk\+|almaty|2012-04-19"
    r"|2013-07-1|2012-12-(04|06|20|25)|ablyazov|shalabayeva|rome|italy",
    re.IGNORECASE,
)


def _counts(sessions: Sessions) -> dict[str, int]:
    with sessions.reading() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in ("change_counters", "notes", "revisions", "api_keys")
            and not table.name.startswith("ledger_")
        }


def load(sessions: Sessions) -> bool:
    """Load the example as a door does: in one transaction."""
    with sessions.writing() as session:
        return example.load(session, now=NOW)


def load_into_empty(sessions: Sessions) -> bool:
    """Load it if nothing was recorded yet."""
    with sessions.writing() as session:
        return example.load_into_empty(session, now=NOW)


def remove(sessions: Sessions) -> Removed:
    """Take it away."""
    with sessions.writing() as session:
        return example.remove(session, now=NOW)


@pytest.fixture
def incidents(sessions: Sessions, public: Client) -> dict[str, dict[str, Any]]:
    """The loaded example as everybody reads it, by the last name or word that tells it apart."""
    load(sessions)
    found = public.get("/api/v1/incidents?country=KZ").json()["data"]
    words = (
        "Zhanaozen", "Tuletaeva", "Kozlov", "rendition", "Closure", "Akhmedyarov", "Mukhortova",
        "Kharlamov", "Kuramshin",
    )  # fmt: skip
    assert len(found) == len(words)
    return {word: next(one for one in found if word in one["title"]) for word in words}


def test_the_attack_is_punished_in_part(incidents: dict[str, dict[str, Any]]) -> None:
    """The perpetrators are convicted, whoever ordered it is missing, and the reasons say so."""
    impunity = incidents["Akhmedyarov"]["impunity"]

    assert impunity["level"] == "partial_impunity"
    assert impunity["missing"] == [{"role": "instigator", "count": 1}]
    assert [one["role"] for one in impunity["held"]] == ["executor"]
    assert impunity["since"] == "2013-06-01"
    assert incidents["Akhmedyarov"]["date"]["text"] == "2012"
    assert incidents["Akhmedyarov"]["categories"] == [
        {"category": "physical_attack", "subtype": None}
    ]


def test_the_closures_have_their_ground(incidents: dict[str, dict[str, Any]]) -> None:
    """A group that is not named, closed as extremist, by an authority that is not stated."""
    closure = incidents["Closure"]

    assert closure["categories"] == [{"category": "outlet_measure", "subtype": "closure"}]
    assert closure["targets"][0]["outlet"]["is_group"] is True
    assert closure["decision"]["ground"] == "extremism"
    assert closure["decision"]["authority"] is None


def test_the_outlets_are_closed_on_their_axis(
    incidents: dict[str, dict[str, Any]], public: Client
) -> None:
    """The headline is closed, with ground and decision; nothing is claimed on other axes."""
    (outlet,) = public.get("/api/v1/outlets?country=KZ").json()["data"]

    assert (outlet["status"], outlet["publication"]) == ("closed", "closed")
    assert (outlet["reachability"], outlet["base"]) == ("unknown", "unknown")
    assert outlet["ground"] == "extremism"
    assert outlet["decision"] == incidents["Closure"]["decision"]["id"]
    history = public.get(f"/api/v1/outlets/{outlet['id']}").json()["history"]
    assert [one["valid_from"]["text"] for one in history] == ["2012-10/2012-12"]


def test_five_people_with_their_roles_and_sentences(
    incidents: dict[str, dict[str, Any]], public: Client
) -> None:
    """Deprived of liberty or prosecuted: each by name, sentences only where the brief states them."""
    people = {one["name"]: one for one in public.get("/api/v1/people?country=KZ").json()["data"]}

    assert set(people) == NAMES
    told = {
        name: (one["roles"][0], [case["sentence_months"] for case in one["cases"]])
        for name, one in people.items()
        if any(
            kind["category"] in ("detention", "criminal_prosecution")
            for incident in one["targeted_in"]
            for kind in incident["categories"]
        )
    }
    assert told == {
        "Roza Tuletaeva": ("trade_unionist", [None]),
        "Vladimir Kozlov": ("political_opposition", [90]),
        "Zinaida Mukhortova": ("lawyer", []),
        "Alexander Kharlamov": ("human_rights_defender", [None]),
        "Vadim Kuramshin": ("human_rights_defender", [144]),
    }


def test_zhanaozen_is_context_with_a_lesser_charge(incidents: dict[str, dict[str, Any]]) -> None:
    """A few police officers were convicted of less than what was done; others are missing."""
    killing = incidents["Zhanaozen"]

    assert killing["scope"] == "context"
    assert killing["impunity"]["level"] == "partial_impunity"
    assert killing["impunity"]["flags"]["lesser_charge"] is True
    assert [one["role"] for one in killing["impunity"]["missing"]] == ["executor", "instigator"]
    assert killing["event_group"]["name"] == "Zhanaozen events"
    assert killing["targets"][0]["count"] is None


def test_patterns_are_not_incidents(incidents: dict[str, dict[str, Any]], public: Client) -> None:
    """Five practices and one request beside nine incidents, never among them."""
    patterns = public.get("/api/v1/patterns?country=KZ").json()["data"]
    (asked,) = public.get("/api/v1/recommendations?country=KZ").json()["data"]

    assert len(incidents) == 9
    assert sorted(one["category"] for one in patterns) == [
        "assembly_restriction",
        "civil_suit",
        "online_censorship",
        "outlet_measure",
        "physical_attack",
    ]
    assert not any(one["counted"] for one in patterns)
    assert (asked["addressee"], asked["status"]) == ("European Union", "open")


def test_every_row_cites_the_brief_and_nothing_beyond_it(
    incidents: dict[str, dict[str, Any]], public: Client
) -> None:
    """One source with a row as locator; no name, place or date that only others give."""
    texts = [json.dumps(one) for one in incidents.values()]
    nouns = ("people", "cases", "outlets", "patterns", "recommendations", "decisions")
    texts += [public.get(f"/api/v1/{noun}").text for noun in nouns]

    for one in incidents.values():
        (source,) = one["sources"]
        assert (source["type"], source["published_on"]) == ("ngo_report", "2013-11")
        assert re.fullmatch(r"row \d+", source["locator"])
    for text in texts:
        assert not BEYOND.search(text), BEYOND.search(text)
    for path in example.FOLDER.glob("*.json"):
        assert not BEYOND.search(path.read_text(encoding="utf-8")), path.name
    assert incidents["rendition"]["targets"][0]["person"] is None
    assert incidents["rendition"]["location"]["place"] is None


def test_names_are_exactly_those_of_the_brief(sessions: Sessions) -> None:
    """Six people, no more, also where only the desk looks."""
    load(sessions)

    with sessions.reading() as session:
        assert set(session.scalars(sa.select(Person.name))) == NAMES


def test_the_record_says_who_did_what(sessions: Sessions) -> None:
    """One key handed in, another verified and published; both are revoked."""
    load(sessions)

    with sessions.reading() as session:
        keys = {row.id: row for row in session.scalars(sa.select(ApiKey))}
        assert sorted(row.name for row in keys.values()) == ["example loader", "example verifier"]
        assert all(row.revoked_at == NOW for row in keys.values())
        for row in session.scalars(sa.select(Incident)):
            assert row.submitted_by_id is not None
            assert row.verified_by_id is not None
            assert keys[row.submitted_by_id].name == "example loader"
            assert keys[row.verified_by_id].name == "example verifier"
            assert row.verification_reason == example.REASON


def test_loading_twice_and_removing_leaves_nothing(sessions: Sessions) -> None:
    """The second loading changes nothing; removing takes everything it brought but its history."""
    empty = _counts(sessions)
    assert load(sessions)
    loaded = _counts(sessions)
    assert not load(sessions)
    assert _counts(sessions) == loaded

    removed = remove(sessions)

    assert removed.kept == ()
    assert _counts(sessions) == empty
    assert not load_into_empty(sessions)
    assert load(sessions)


def test_removing_empties_its_history_and_the_ledger_says_so(sessions: Sessions) -> None:
    """No name of the example is left in any revision; the ledger stays whole and counts what is erased."""
    load(sessions)
    remove(sessions)

    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)
        report = ledger_check.verify(session, trusted={})
        texts = [str(one.changes) + str(one.reason) for one in session.scalars(sa.select(Revision))]
        keys = session.scalars(sa.select(ApiKey)).all()
    assert report.is_valid, report.findings
    assert report.erased_fields > 100
    assert not [text for text in texts for name in NAMES if name in text]
    assert [one.revoked_at for one in keys] == [NOW, NOW]


def test_removing_keeps_what_others_entered(sessions: Sessions) -> None:
    """An own incident stays, and so does what it refers to."""
    load(sessions)
    with sessions.writing() as session:
        person = session.scalars(
            sa.select(Person.id).where(Person.name == "Lukpan Akhmedyarov")
        ).one()
        target = {"kind": "person", "person_id": str(person)}
        own = make.incident(session, title="Ours", targets=[target])

    removed = remove(sessions)

    assert removed.kept == (("person", person),)
    with sessions.reading() as session:
        assert session.scalars(sa.select(Incident.id)).all() == [own.id]
        assert session.scalars(sa.select(Person.id)).all() == [person]


def test_removing_keeps_a_case_others_have_continued(sessions: Sessions) -> None:
    """Somebody's own fact keeps its case, and the case its incident."""
    load(sessions)
    with sessions.writing() as session:
        row = session.scalars(sa.select(Incident).where(Incident.title.contains("Kozlov"))).one()
        incident_id, case_id = row.id, uuid.UUID(row.document["cases"][0]["id"])
        make.fact(session, case_id, "released", "2016-08", verified=False)

    removed = remove(sessions)

    kinds = {kind for kind, _ in removed.kept}
    assert {"case", "incident", "person"} <= kinds
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        view = record.incident_view(session, editor, incident_id, now=NOW)
    assert view["cases"][0]["sentence_months"] == 90


def test_it_loads_itself_only_into_an_empty_record(sessions: Sessions) -> None:
    """Where anything was entered, `make run` leaves the record alone."""
    with sessions.writing() as session:
        make.incident(session)

    assert not load_into_empty(sessions)
