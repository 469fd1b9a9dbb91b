# SPDX-License-Identifier: Apache-2.0
"""`GET /reports/{id}/draft`: what accepting a report would hand in, which is then what accepting does."""

import uuid
from collections.abc import Callable
from typing import Any

from app.domain.record.particulars import (
    Particulars,
    SaidActor,
    SaidLink,
    SaidTarget,
    Suggestion,
)
from app.domain.record.report import Account, Extent, Found, Reading, raw_item
from app.domain.vocabulary import ActorType, Category, PersonRole, Precision, Role, TargetKind
from app.domain.vocabulary import SourceKind as Kind
from app.services import ingestion, sources
from app.services.assembling import make_outlet
from app.services.drafts import OutletDraft
from app.services.sources import NewSource
from app.storage.database import Sessions
from app.storage.reports import known_reports
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]

FULL = Particulars(
    targets=(
        SaidTarget(
            kind=TargetKind.PERSON, name="A B", role=PersonRole.EDITOR, outlet="Sample Daily"
        ),
        SaidTarget(kind=TargetKind.PERSON, name="C D", outlet="Little Paper"),
        SaidTarget(kind=TargetKind.OUTLET, name="Sample  Dáily"),
        SaidTarget(kind=TargetKind.OUTLET, name="New Paper"),
        SaidTarget(kind=TargetKind.GROUP, description="Three reporters", count=3),
        SaidTarget(kind=TargetKind.PERSON, description="an unnamed driver"),
    ),
    kinds=((Category.DETENTION, "arrest"), (Category.EQUIPMENT, None)),
    actors=(SaidActor(words="City police", type=ActorType.POLICE),),
    links=(SaidLink(url="https://www.paper.example/1", title="Held"),),
    admin1="Almaty",
    place="Almaty city",
    latitude=43.25,
    longitude=76.9,
    precision=Precision.LOCALITY,
    tags=("protest",),
)


def _report(sessions: Sessions, **said: Any) -> uuid.UUID:
    fields: dict[str, Any] = {
        "title": "Editor held",
        "summary": "Held at a protest.",
        "language": "en",
        "url": "https://www.watch.example/a",
        "country": "KZ",
        "date_text": "2026-02-01",
        "published_at": NOW,
        "particulars": FULL,
        **said,
    }
    account = Account(raw=raw_item("a", "<item/>"), reading=Reading(**fields), line=1)
    with sessions.writing() as session:
        described = NewSource(name="w", kind=Kind.FEED, address="https://w.example/")
        source = sources.add_source(session, described, now=NOW)
        found = Found(accounts=(account,), rejected=(), extent=Extent.LATEST)
        ingestion.ingest(session, source, found, now=NOW)
        return known_reports(session, source.id)["a"].id


def _outlet(sessions: Sessions, name: str) -> str:
    with sessions.writing() as session:
        draft = OutletDraft(name=name, country="KZ")
        row = make_outlet(session, draft, recorded_by_id=None, now=NOW)
        row.is_published = True
        session.flush()
        return str(row.id)


def test_a_draft_holds_everything_the_report_says(sessions: Sessions, caller: Caller) -> None:
    """Targets with their trades and papers, kinds, place, slot, links; nothing is missing."""
    outlet_id = _outlet(sessions, "Sample Daily")
    report_id = _report(sessions)

    view = caller(Role.MONITOR).get(f"/api/v1/reports/{report_id}/draft").json()

    draft = view["draft"]
    assert (view["is_complete"], view["missing"], view["version"]) == (True, [], 1)
    assert [(one["category"], one["subtype"]) for one in draft["categories"]] == [
        ("detention", "arrest"),
        ("equipment", None),
    ]
    first, second, known, new, group, driver = draft["targets"]
    assert (first["person"]["name"], first["employer_outlet_id"], first["primary_role"]) == (
        "A B",
        outlet_id,
        "editor",
    )
    # A paper that is not on record is told in words: nobody said that it is an outlet to be added.
    assert (second["employer_outlet_id"], second["description"]) == (None, "Little Paper")
    assert (known["outlet_id"], known["outlet"]) == (outlet_id, None)
    assert new["outlet"]["name"] == "New Paper"
    assert (group["kind"], group["description"], group["count"]) == ("group", "Three reporters", 3)
    assert (driver["kind"], driver["description"], driver["count"]) == (
        "group",
        "an unnamed driver",
        1,
    )
    assert (draft["latitude"], draft["longitude"], draft["precision"]) == (43.25, 76.9, "locality")
    assert (draft["admin1"], draft["place"]) == ("Almaty", "Almaty city")
    (slot,) = draft["involvements"]
    assert (slot["description"], slot["actor_type"], slot["person"]) == (
        "City police (suspected, says w)",
        "police",
        None,
    )
    assert [(one["url"], one["publisher"]) for one in draft["sources"]] == [
        ("https://www.watch.example/a", "watch.example"),
        ("https://www.paper.example/1", "paper.example"),
    ]


def test_accepting_as_it_stands_makes_that_draft(sessions: Sessions, caller: Caller) -> None:
    """Nothing needs to be said again; what is said stands in the place of the report's."""
    report_id = _report(sessions)
    monitor = caller(Role.MONITOR)
    shown = monitor.get(f"/api/v1/reports/{report_id}/draft").json()["draft"]

    made = monitor.post(f"/api/v1/reports/{report_id}:accept", json={"title": "An editor was held"})

    body = made.json()
    assert made.status_code == 201
    assert body["title"] == "An editor was held"
    assert (body["status"], body["date"]["text"]) == ("draft", "2026-02-01")
    assert body["categories"] == shown["categories"]
    assert [one["description"] for one in body["targets"]] == [
        one["description"] for one in shown["targets"]
    ]
    assert {one["url"] for one in body["sources"]} == {one["url"] for one in shown["sources"]}
    assert body["location"]["latitude"] == 43.25


def test_what_is_missing_is_named_and_not_guessed(sessions: Sessions, caller: Caller) -> None:
    """Suggestions stand beside the draft and fill in nothing; accepting names the same fields."""
    guess = Suggestion(field="country", value="KZ", score=0.9, words=("Almaty",), rule="place")
    report_id = _report(
        sessions,
        country=None,
        date_text=None,
        published_at=None,
        particulars=Particulars(targets=(SaidTarget(kind=TargetKind.OUTLET, name="Paper"),)),
        suggestions=(guess,),
    )
    monitor = caller(Role.MONITOR)

    view = monitor.get(f"/api/v1/reports/{report_id}/draft").json()
    refused = monitor.post(f"/api/v1/reports/{report_id}:accept", json={})

    wanted = ["/date", "/country", "/categories"]
    assert [one["pointer"] for one in view["missing"]] == wanted
    assert [one["pointer"] for one in refused.json()["errors"]] == wanted
    assert (view["is_complete"], refused.status_code) == (False, 422)
    assert (view["draft"]["country"], view["draft"]["date"]) == (None, None)
    assert view["draft"]["targets"][0]["outlet"]["country"] is None
    assert view["suggestions"][0]["value"] == "KZ"


def test_a_date_that_has_not_come_is_missing(sessions: Sessions, caller: Caller) -> None:
    """What could not be handed in is said before anybody tries."""
    report_id = _report(sessions, date_text="2031-01-01")

    view = caller(Role.MONITOR).get(f"/api/v1/reports/{report_id}/draft").json()

    assert [(one["pointer"], one["code"]) for one in view["missing"]] == [
        ("/date", "date_in_future")
    ]


def test_two_outlets_of_one_name_are_left_to_a_person(sessions: Sessions, caller: Caller) -> None:
    """Neither is chosen and no third is made: the source's words stand."""
    _outlet(sessions, "Sample Daily")
    _outlet(sessions, "SAMPLE DAILY")
    report_id = _report(sessions)

    targets = (
        caller(Role.MONITOR).get(f"/api/v1/reports/{report_id}/draft").json()["draft"]["targets"]
    )

    assert (targets[0]["employer_outlet_id"], targets[0]["description"]) == (None, "Sample Daily")
    assert (targets[2]["kind"], targets[2]["description"]) == ("group", "Sample  Dáily")


def test_an_outlet_the_caller_does_not_reach_is_not_found_by_its_name(
    sessions: Sessions, caller: Caller
) -> None:
    """A monitor learns nothing of unpublished outlets from a draft."""
    with sessions.writing() as session:
        draft = OutletDraft(name="Sample Daily", country="KZ")
        make_outlet(session, draft, recorded_by_id=None, now=NOW)
    path = f"/api/v1/reports/{_report(sessions)}/draft"

    mine = caller(Role.MONITOR, "m").get(path).json()["draft"]["targets"]
    staff = caller(Role.EDITOR, "e").get(path).json()["draft"]["targets"]

    assert mine[0]["employer_outlet_id"] is None
    assert staff[0]["employer_outlet_id"] is not None


def test_nobody_else_sees_a_draft(sessions: Sessions, public: Client) -> None:
    """A report was verified by nobody, and neither was what could be made of it."""
    assert public.get(f"/api/v1/reports/{_report(sessions)}/draft").status_code == 401
