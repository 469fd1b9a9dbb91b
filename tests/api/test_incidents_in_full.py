# SPDX-License-Identifier: Apache-2.0
"""Everything an incident can hold, through the API: handed in, read, found, changed; and kept back."""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[..., Client]
URL = "/api/v1/incidents"
BODY: dict[str, Any] = {
    "title": "Journalists attacked",
    "date": "2012-04-19",
    "country": "KZ",
    "categories": [{"category": "physical_attack"}],
    "targets": [{"kind": "group", "description": "Three journalists"}],
    "sources": [{"type": "news", "title": "One"}, {"type": "news", "title": "Two"}],
}


def _made(client: Client, **fields: Any) -> dict[str, Any]:
    answer = client.post(URL, json={**BODY, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _publish(caller: Caller, incident_id: str) -> None:
    editor = caller(Role.EDITOR, "dana")
    for step in ("review", "verify", "publish"):
        answer = editor.post(f"{URL}/{incident_id}:{step}")
        assert answer.status_code == 200, answer.text


def _ids(client: Client, query: str) -> list[str]:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


AT_HOME = {"latitude": 51.233712, "longitude": 51.366543, "precision": "exact"}
AROUND = "bbox=51.3,51.2,51.4,51.3"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, None),
        ({"public_precision": "locality"}, None),
        ({"public_precision": "exact"}, [51.233712, 51.366543]),
        ({"precision": "locality", "public_precision": "locality"}, [51.23, 51.37]),
        ({"precision": "locality"}, None),
    ],
)
def test_a_hidden_place_is_neither_shown_nor_found(
    caller: Caller, public: Client, fields: dict[str, Any], told: list[float] | None
) -> None:
    """Everybody gets coordinates only as far as was decided; a box finds only what is shown."""
    monitor, other = caller(Role.MONITOR, "aizhan"), caller(Role.MONITOR, "marat")
    made = _made(monitor, place="Oral", admin1="West Kazakhstan", **{**AT_HOME, **fields})
    assert made["location"]["latitude"] == AT_HOME["latitude"]
    _publish(caller, made["id"])

    shown = public.get(f"{URL}/{made['id']}").json()["location"]

    coordinates = [shown["latitude"], shown["longitude"]] if told else None
    assert coordinates == told
    if not told:
        assert (shown["latitude"], shown["longitude"]) == (None, None)
        assert "51.23" not in public.get(f"{URL}/{made['id']}").text
    found = [made["id"]] if told else []
    assert _ids(public, AROUND) == found
    assert _ids(other, AROUND) == found
    assert _ids(monitor, AROUND) == [made["id"]]
    assert _ids(caller(Role.EDITOR, "dana"), AROUND) == [made["id"]]
    assert _ids(monitor, "bbox=0,0,1,1") == []


def test_a_place_is_changed_and_hidden_again(caller: Caller, public: Client) -> None:
    """A PATCH moves what is told with what is known; null takes coordinates away."""
    monitor = caller(Role.MONITOR, "aizhan")
    made = _made(monitor, **AT_HOME, public_precision="exact")
    address = f"{URL}/{made['id']}"
    narrowed = monitor.patch(
        address, json={"public_precision": "country"}, headers={"If-Match": '"1"'}
    )
    taken = monitor.patch(
        address,
        json={"latitude": None, "longitude": None},
        headers={"If-Match": f'"{narrowed.json()["version"]}"'},
    )
    wrong = monitor.patch(
        address,
        json={"latitude": 12.0},
        headers={"If-Match": f'"{taken.json()["version"]}"'},
    )
    _publish(caller, made["id"])

    assert narrowed.json()["location"]["latitude"] == AT_HOME["latitude"]
    assert taken.json()["location"]["latitude"] is None
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/longitude")
    assert _ids(public, AROUND) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"latitude": 91, "longitude": 0, "precision": "exact"}, "/latitude"),
    ({"latitude": 1.0, "precision": "exact"}, "/longitude"),
    ({"latitude": 1.0, "longitude": 1.0}, "/precision"),
    ({"public_precision": "unknown"}, "/public_precision"),
    ({"severity": {"level": 3, "reason": "x"}}, "/severity/level"),
    ({"severity": {"level": 1}}, "/severity/reason"),
    ({"external_ids": [{"system": "cpj", "id": "1"}] * 2}, "/external_ids"),
    ({"sources": [{"title": "A", "retrieved_on": "2030-01-01"}]}, "/sources/0/retrieved_on"),
    ({"sources": [{"title": "A", "reliability": "perfect"}]}, "/sources/0/reliability"),
]


def test_what_cannot_be_is_named_by_its_place(caller: Caller) -> None:
    """422 with the pointer of the wrong field."""
    editor = caller(Role.EDITOR, "marat")
    for fields, pointer in WRONG:
        answer = editor.post(URL, json={**BODY, **fields})

        assert answer.status_code == 422, (fields, answer.text)
        assert pointer in [one["pointer"] for one in answer.json()["errors"]]


def test_a_box_that_is_none_is_422(public: Client) -> None:
    """Never an empty list for a question that means nothing."""
    for box in ("", "1,2,3", "0,10,1,5", "a,b,c,d", "nan,0,1,1"):
        assert public.get(f"{URL}?bbox={box}").status_code == 422, box


def test_an_external_id_is_entered_once_and_found_again(caller: Caller, public: Client) -> None:
    """The second is 409 and names the first; everybody finds it by what has a public address."""
    monitor, other = caller(Role.MONITOR, "aizhan"), caller(Role.MONITOR, "marat")
    names = [
        {"system": "cpj", "id": "2812", "url": "https://cpj.example/2812"},
        {"system": "kobo", "id": "form-7"},
    ]
    made = _made(monitor, external_ids=names)

    again = monitor.post(URL, json={**BODY, "external_ids": [names[0]]})
    hidden = other.post(URL, json={**BODY, "external_ids": [names[1]]})

    assert (again.status_code, hidden.status_code) == (409, 409)
    assert made["id"] in again.json()["detail"]
    assert again.json()["errors"][0]["pointer"] == "/external_ids/0"
    assert made["id"] not in hidden.text
    assert [one["id"] for one in made["external_ids"]] == ["2812", "form-7"]
    _publish(caller, made["id"])
    assert [one["id"] for one in public.get(f"{URL}/{made['id']}").json()["external_ids"]] == [
        "2812"
    ]
    assert _ids(public, "external_id=cpj:2812") == [made["id"]]
    assert _ids(public, "external_id=kobo:form-7") == []
    assert _ids(monitor, "external_id=kobo:form-7") == [made["id"]]
    assert public.get(f"{URL}?external_id=2812").status_code == 422


def test_many_at_once_with_one_external_id_make_one_incident(caller: Caller) -> None:
    """Whoever is slower is told so; nothing is entered twice."""
    monitor = caller(Role.MONITOR, "aizhan")
    body = {**BODY, "external_ids": [{"system": "kobo", "id": "form-7"}]}

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: monitor.post(URL, json=body).status_code, range(6)))

    assert sorted(answers) == [201, 409, 409, 409, 409, 409]


def test_severity_shows_both_values_and_the_reason(caller: Caller, public: Client) -> None:
    """Computed from what happened; an editor may set another with a reason, and take it back."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    made = _made(monitor)
    address = f"{URL}/{made['id']}"
    assert (made["severity_level"], made["severity"]["computed"]) == (2, 2)
    wanted = {"severity": {"level": 1, "reason": "He lost an eye."}}

    refused = monitor.patch(address, json=wanted, headers={"If-Match": '"1"'})
    changed = editor.patch(address, json=wanted, headers={"If-Match": '"1"'})

    assert refused.status_code == 403
    assert changed.status_code == 200, changed.text
    assert changed.json()["severity_level"] == 1
    assert changed.json()["severity"] == {"computed": 2, "set": 1, "reason": "He lost an eye."}
    history = editor.get(f"{address}/revisions").json()["data"]
    assert history[-1]["changes"]["severity"]["new"]["reason"] == "He lost an eye."
    back = editor.patch(
        address, json={"severity": None}, headers={"If-Match": f'"{changed.json()["version"]}"'}
    )
    assert (back.json()["severity_level"], back.json()["severity"]["set"]) == (2, None)


LEVELS: list[tuple[dict[str, Any], int]] = [
    ({"categories": [{"category": "killing"}]}, 1),
    ({"categories": [{"category": "outlet_measure", "subtype": "closure"}]}, 2),
    (
        {
            "categories": [{"category": "outlet_measure", "subtype": "closure"}],
            "targets": [{"kind": "group", "description": "Eight papers", "arbitrary": "yes"}],
        },
        1,
    ),
    ({"categories": [{"category": "detention"}]}, 2),
    (
        {
            "categories": [{"category": "detention"}],
            "targets": [{"kind": "group", "description": "Two", "flags": ["prolonged_detention"]}],
        },
        1,
    ),
]


def test_severity_is_computed_from_what_was_assessed(caller: Caller) -> None:
    """A closure counts as most severe where assessed as arbitrary, a detention where prolonged."""
    monitor = caller(Role.MONITOR, "aizhan")
    for fields, level in LEVELS:
        assert _made(monitor, **fields)["severity_level"] == level, fields


def _claimed(client: Client, address: str, value: str, **fields: Any) -> dict[str, Any]:
    body = {"field": "date", "source": {"title": f"Says {value}"}, **fields, "value": value}
    answer = client.post(f"{address}/claims", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_claims_that_differ_are_shown_and_overwrite_nothing(caller: Caller, public: Client) -> None:
    """Two sources, two dates: both are told once another person verified each; the field stays."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    address = f"{URL}/{_made(monitor)['id']}"
    first = _claimed(monitor, address, "2012-04-19")
    second = _claimed(monitor, address, "2012-04-20")
    _publish(caller, address.rpartition("/")[2])
    assert public.get(address).json()["disagreements"] == []
    assert public.get(f"{address}/claims").json()["data"] == []

    assert monitor.post(f"{address}/claims/{first['id']}:verify").status_code == 403
    for one in (first, second):
        assert editor.post(f"{address}/claims/{one['id']}:verify").status_code == 200

    shown = public.get(address).json()
    assert shown["date"]["text"] == "2012-04-19"
    (found,) = shown["disagreements"]
    assert (found["field"], found["recorded"]) == ("date", "2012-04-19")
    assert sorted(one["value"] for one in found["claims"]) == ["2012-04-19", "2012-04-20"]
    assert sorted(one["source"]["title"] for one in found["claims"]) == [
        "Says 2012-04-19",
        "Says 2012-04-20",
    ]
    assert len(public.get(f"{address}/claims").json()["data"]) == 2
    taken = editor.post(f"{address}/claims/{second['id']}:retract", json={"reason": "A misprint."})
    assert taken.status_code == 200
    assert public.get(address).json()["disagreements"] == []
    actions = [one["action"] for one in editor.get(f"{address}/revisions").json()["data"]]
    assert actions.count("verify_claim") == 2
    assert "retract_claim" in actions


def test_claims_about_a_sentence_come_from_two_organisations(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """CPJ gives 132–180 months and IPHR 132–168 for one conviction: the page tells both."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.PUBLISHED)
        case = make.case(session, row.id)
        fact = make.fact(session, case.id, "convicted", "2013-07-10", sentence_months=132)
        pending = make.fact(session, case.id, "charged", "2013-07-01", verified=False)
    address = f"{URL}/{row.id}"
    monitor, editor = caller(Role.EDITOR, "marat"), caller(Role.EDITOR, "dana")
    for value, who in (("132–180", "CPJ"), ("132–168", "IPHR")):
        one = _claimed(
            monitor, address, value, field="sentence_months", fact_id=str(fact.id),
            source={"type": "ngo_report", "title": "Report", "publisher": who},
        )  # fmt: skip
        editor.post(f"{address}/claims/{one['id']}:verify")
        hidden = _claimed(monitor, address, value, field="sentence_months", fact_id=str(pending.id))
        editor.post(f"{address}/claims/{hidden['id']}:verify")

    (found,) = public.get(address).json()["disagreements"]

    assert (found["fact_id"], found["recorded"]) == (str(fact.id), 132)
    assert {one["source"]["publisher"]: one["value"] for one in found["claims"]} == {
        "CPJ": "132-180",
        "IPHR": "132-168",
    }
    page = public.get(f"/incidents/{row.id}").text
    assert "132–180" in page
    assert "132–168" in page
    assert "IPHR" in page


def test_a_claim_tells_no_more_of_a_place_than_the_record(caller: Caller, public: Client) -> None:
    """Claims about the town stay hidden where everybody is told the country only."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    made = _made(monitor, place="Oral", public_precision="country")
    address = f"{URL}/{made['id']}"
    for value in ("Oral", "Aksai"):
        one = _claimed(monitor, address, value, field="place")
        editor.post(f"{address}/claims/{one['id']}:verify")
    _publish(caller, made["id"])

    assert len(monitor.get(address).json()["disagreements"]) == 1
    assert "Aksai" not in public.get(address).text
    assert public.get(f"{address}/claims").json()["data"] == []


NO_CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"value": "last summer"}, "/value"),
    ({"value": "2030"}, "/value"),
    ({"field": "sentence_months", "value": "12"}, "/fact_id"),
    ({"fact_id": "00000000-0000-4000-8000-000000000000"}, "/fact_id"),
    ({"source": {"id": "00000000-0000-4000-8000-000000000000"}}, "/source/id"),
    ({"source": {"title": " "}}, "/source/title"),
    ({"field": "source_name"}, "/field"),
]


def test_a_claim_that_cannot_be_is_refused(caller: Caller) -> None:
    """422 by its place: no value, no fact, no source to rest on."""
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_made(monitor)['id']}"
    for fields, pointer in NO_CLAIMS:
        body = {"field": "date", "value": "2012", "source": {"title": "A"}, **fields}

        answer = monitor.post(f"{address}/claims", json=body)

        assert answer.status_code == 422, (fields, answer.text)
        assert pointer in [one["pointer"] for one in answer.json()["errors"]]


AGENCY = [
    {
        "type": "news",
        "title": f"Paper {n}",
        "publisher": f"Paper {n}",
        "independence_group": "agency",
    }
    for n in range(5)
]


@pytest.mark.parametrize(
    ("sources", "status"),
    [
        (AGENCY, 422),
        ([*AGENCY, {"type": "news", "title": "Another", "publisher": "Another"}], 200),
        (
            [{"title": "A", "publisher": "The Paper"}, {"title": "B", "publisher": "the  paper"}],
            422,
        ),
        (
            [
                {"title": "A", "url": "https://a.example/1"},
                {"title": "B", "url": "https://a.example/1"},
            ],
            422,
        ),
        (
            [
                {"title": "A", "publisher": "The Paper", "independence_group": "witness one"},
                {"title": "B", "publisher": "The Paper", "independence_group": "witness two"},
            ],
            200,
        ),
    ],
)
def test_five_papers_that_repeat_an_agency_are_one_source(
    caller: Caller, sources: list[dict[str, Any]], status: int
) -> None:
    """Independence groups decide, and pages of one paper are one source unless somebody says more."""
    made = _made(caller(Role.MONITOR, "aizhan"), sources=sources)
    editor = caller(Role.EDITOR, "dana")
    editor.post(f"{URL}/{made['id']}:review")

    assert editor.post(f"{URL}/{made['id']}:verify").status_code == status


def test_a_source_says_when_it_was_read_and_the_desk_what_it_thinks_of_it(
    caller: Caller, public: Client
) -> None:
    """The day of retrieval is public, for footnotes; the reliability is the desk's own."""
    source = {"title": "A", "retrieved_on": "2026-02-01", "reliability": "usually_reliable"}
    made = _made(caller(Role.MONITOR, "aizhan"), sources=[source, {"title": "B"}])
    _publish(caller, made["id"])

    (read,) = (one for one in made["sources"] if one["title"] == "A")
    (shown,) = (
        one for one in public.get(f"{URL}/{made['id']}").json()["sources"] if one["title"] == "A"
    )

    assert read["reliability"] == "usually_reliable"
    assert shown["retrieved_on"] == "2026-02-01"
    assert "reliability" not in shown


def test_a_kept_source_may_come_back_whole_and_is_not_silently_changed(caller: Caller) -> None:
    """What was read may be sent back; what differs is refused instead of forgotten."""
    monitor = caller(Role.MONITOR, "aizhan")
    made = _made(monitor)
    address, match = f"{URL}/{made['id']}", {"If-Match": '"1"'}
    whole = {"sources": made["sources"]}
    other = {"sources": [{**made["sources"][0], "independence_group": "agency"}]}

    assert monitor.patch(address, json=whole, headers=match).status_code == 200
    refused = monitor.patch(address, json=other, headers=match)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/sources/0/independence_group"


def test_roles_counts_slots_and_languages_come_back_as_they_went_in(caller: Caller) -> None:
    """Targets in their role at the time, groups with a count, unidentified slots, two languages."""
    monitor = caller(Role.MONITOR, "aizhan")
    targets = [
        {"kind": "person", "person": {"name": "A. B."}, "primary_role": "journalist",
         "other_roles": ["editor"], "sex": "female", "age_group": "adult"},
        {"kind": "group", "description": "Striking workers", "count": 16, "primary_role": "trade_unionist"},
        {"kind": "outlet", "outlet": {"name": "The Paper", "country": "KZ"}},
    ]  # fmt: skip
    involvements = [
        {"crime_role": "executor", "description": "two men"},
        {
            "crime_role": "instigator",
            "description": "officials who gave orders",
            "actor_type": "unknown",
        },
    ]
    narrative = {"en": "What happened.", "kk": "Не болды."}

    made = _made(monitor, targets=targets, involvements=involvements, narrative=narrative)

    assert [one["primary_role"] for one in made["targets"]] == [
        "journalist",
        "trade_unionist",
        None,
    ]
    assert made["targets"][1]["count"] == 16
    assert [one["sdg_function"] for one in made["targets"]] == ["J", "T", None]
    assert [one["identified"] for one in made["involvements"]] == [False, False]
    assert made["narrative"] == narrative
    address = f"{URL}/{made['id']}"
    slot = made["involvements"][1]["id"]
    changed = monitor.patch(
        address,
        json={
            "involvements": [{**involvements[1], "id": slot, "description": "a minister"}],
            "narrative": {**narrative, "ru": "Что произошло."},
            "targets": [{**targets[1], "count": 17}],
        },
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["involvements"][0]["id"] == slot
    assert changed.json()["targets"][0]["count"] == 17
    assert set(changed.json()["narrative"]) == {"en", "kk", "ru"}
    assert _ids(monitor, "person_role=trade_unionist") == [made["id"]]
    assert _ids(monitor, "person_role=lawyer") == []


def test_an_event_group_holds_incidents_together(caller: Caller, public: Client) -> None:
    """Made, named by incidents, told once it is published itself."""
    editor = caller(Role.EDITOR, "dana")
    group = editor.post(
        "/api/v1/event-groups", json={"name": "Zhanaozen", "country": "KZ", "date": "2011-12-16/.."}
    )
    assert group.status_code == 201, group.text
    made = _made(caller(Role.MONITOR, "aizhan"), event_group_id=group.json()["id"])

    assert made["event_group"]["name"] == "Zhanaozen"
    nothing = caller(Role.MONITOR, "marat").post(
        URL, json={**BODY, "event_group_id": str(uuid.uuid4())}
    )
    assert nothing.json()["errors"][0]["pointer"] == "/event_group_id"


DATES = [
    ("2013-22", "date_from=2013-08-31&date_to=2013-12-31", "date_from=2013-09-01"),
    ("2013-24", "date_from=2014-02-01&date_to=2014-02-02", "date_to=2013-11-30"),
    ("201X", "date_from=2015-01-01&date_to=2015-01-02", "date_from=2020-01-01"),
    ("2013-XX", "date_to=2013-01-01", "date_to=2012-12-31"),
    ("2012-04-19~", "date_from=2012-04-19&date_to=2012-04-19", "date_from=2012-04-20"),
    ("2012-10/2012-12", "date_from=2012-11-05&date_to=2012-11-05", "date_from=2013-01-01"),
    ("2012-05/", "date_from=2020-01-01", "date_to=2012-04-30"),
    ("2012-05/..", "date_from=2020-01-01", "date_to=2012-04-30"),
    ("../2012-05", "date_to=2001-01-01", "date_from=2012-06-01"),
]


def test_dates_as_sources_give_them_are_found_by_overlap(caller: Caller) -> None:
    """Every form of EDTF level 1 is kept as written, and matches what it shares a day with."""
    monitor = caller(Role.MONITOR, "aizhan")
    for date, inside, outside in DATES:
        made = _made(monitor, date=date)

        assert made["date"]["text"] == date
        assert made["id"] in _ids(monitor, inside)
        assert made["id"] not in _ids(monitor, outside), date
        assert json.dumps(made["date"]).count("9999") == 0
