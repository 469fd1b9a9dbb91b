# SPDX-License-Identifier: Apache-2.0
"""An outlet over time: one line of all that happened, its names, and where it is blocked."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.vocabulary import Role, SiteCondition, WorkflowStatus
from app.storage.database import Sessions
from app.storage.parties import Party
from app.storage.replies import ReplyClaim, StateReply
from app.storage.rollups import DailyRollup
from tests import make
from tests.client import Client
from tests.make import NOW
from tests.make_outlets import Watch, outlet

Caller = Callable[..., Client]
URL = "/api/v1/outlets"


def declare(caller: Caller, outlet_id: object, value: str, **fields: Any) -> None:
    """Enter an event of reachability, and let somebody else verify it."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    body = {"axis": "reachability", "value": value, "valid_from": "2026-01-15", **fields}
    made = author.post(f"{URL}/{outlet_id}/status-events", json=body)
    assert made.status_code == 201, made.text
    event = made.json()["id"]
    done = colleague.post(f"{URL}/{outlet_id}/status-events/{event}:verify")
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(
    ("declared", "condition", "expected", "status"),
    [
        (None, SiteCondition.REACHABLE, "reachable", "unknown"),
        (None, SiteCondition.BLOCKED, "blocked_measured", "blocked_measured"),
        ("blocked_declared", None, "blocked_declared", "blocked_declared"),
        ("blocked_declared", SiteCondition.REACHABLE, "blocked_declared", "blocked_declared"),
        ("blocked_declared", SiteCondition.BLOCKED, "blocked_both", "blocked_both"),
        ("under_attack", SiteCondition.REACHABLE, "under_attack", "unknown"),
        (None, None, "unknown", "unknown"),
        (None, SiteCondition.STALE, "unknown", "unknown"),
    ],
)
def test_every_value_of_reachability_is_reached(
    sessions: Sessions,
    public: Client,
    caller: Caller,
    declared: str | None,
    condition: SiteCondition | None,
    expected: str,
    status: str,
) -> None:
    """Declared, measured, both, neither: each by its own way, with the network beside it."""
    with sessions.writing() as session:
        row = outlet(session)
        Watch(session, row).seen(condition)
        outlet_id = row.id
    if declared is not None:
        declare(caller, outlet_id, declared)

    shown = public.get(f"{URL}/{outlet_id}").json()

    assert (shown["reachability"], shown["status"]) == (expected, status)
    if condition in (SiteCondition.REACHABLE, SiteCondition.BLOCKED):
        (country,) = shown["reach"]
        (network,) = country["networks"]
        assert country["reachability"] == network["reachability"] == expected
        assert network["since"] == "2026-02-27"
        # One vantage alone: the network is not named.
        assert network["asn"] is None


def test_blocked_at_times_and_by_some_networks(sessions: Sessions, public: Client) -> None:
    """What comes and goes is at times; one network that blocks is enough to say blocked."""
    with sessions.writing() as session:
        at_times, by_some = outlet(session, "At times"), outlet(session, "By some")
        watch = Watch(session, at_times)
        where = watch.seen(SiteCondition.REACHABLE, asn=7)
        watch.blocked(where, 20, 18)
        watch.blocked(where, 9, 5)
        other = Watch(session, by_some, "other.example")
        other.seen(SiteCondition.BLOCKED, asn=7)
        for _ in range(3):
            other.seen(SiteCondition.REACHABLE, asn=8)
        other.seen(SiteCondition.BLOCKED, asn=9, country="RU")

    first, second = public.get(URL).json()["data"]
    assert (first["status"], first["measured"]) == (
        "intermittently_blocked",
        {"value": "intermittently_blocked", "since": "2026-02-10"},
    )
    assert second["status"] == "blocked_measured"
    reach = public.get(f"{URL}/{second['id']}").json()["reach"]
    assert [(one["country"], one["measured"]) for one in reach] == [
        ("KZ", "blocked_measured"),
        ("RU", "blocked_measured"),
    ]
    assert [(one["asn"], one["measured"]) for one in reach[0]["networks"]] == [
        (None, "blocked_measured"),
        (8, "reachable"),
    ]


def test_a_block_declared_elsewhere_is_not_the_headline(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """It stands beside, under its own country, and is asked for by `territory`."""
    with sessions.writing() as session:
        outlet_id = outlet(session).id
    declare(caller, outlet_id, "blocked_declared", territory="RU")

    shown = public.get(f"{URL}/{outlet_id}").json()

    assert (shown["status"], shown["territory"]) == ("unknown", "KZ")
    assert [(one["country"], one["reachability"]) for one in shown["reach"]] == [
        ("RU", "blocked_declared")
    ]
    abroad = public.get(f"{URL}/{outlet_id}?territory=RU").json()
    assert (abroad["status"], abroad["territory"]) == ("blocked_declared", "RU")
    assert public.get(f"{URL}/{outlet_id}?territory=QQ").status_code == 422


def test_a_past_day_is_answered_from_what_was_kept(sessions: Sessions, public: Client) -> None:
    """Blockings and the counts of days say what stood at a day's end, and what was known then."""
    with sessions.writing() as session:
        row = outlet(session)
        watch = Watch(session, row)
        where = watch.seen(SiteCondition.REACHABLE)
        late = watch.blocked(where, 10, 5)
        late.opened_at = NOW - timedelta(days=2)
        session.add(
            DailyRollup(
                site_id=watch.site.id, vantage_id=where.id, at=datetime(2026, 2, 26, tzinfo=UTC),
                ok=4, blocked=0, down=0, server_side=0, insufficient=0, distrusted=0,
                interference=0, expected=4, covered=4, reached=4, latency={},
            )
        )  # fmt: skip
        outlet_id = row.id

    def asked(**query: str) -> str:
        said: str = public.get(f"{URL}/{outlet_id}", params=query).json()["reachability"]
        return said

    assert asked() == "reachable"
    assert asked(as_of="2026-02-26") == "reachable"
    assert asked(as_of="2026-02-25") == "unknown"
    assert asked(as_of="2026-02-22") == "blocked_measured"
    assert asked(as_of="2026-02-22", known_at="2026-02-24T00:00:00Z") == "unknown"


def test_past_knowledge_of_an_outlet_is_what_was_verified_then(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """An event verified now did not hold in what was known before."""
    with sessions.writing() as session:
        outlet_id = outlet(session).id
    declare(caller, outlet_id, "blocked_declared")

    before = public.get(f"{URL}/{outlet_id}?known_at=2026-03-02T11:59:59Z").json()

    assert (before["status"], before["history"]) == ("unknown", [])
    # Nor was the outlet itself on record then.
    assert public.get(f"{URL}?known_at=2026-03-02T11:59:59Z").json()["data"] == []
    assert public.get(f"{URL}/{outlet_id}").json()["status"] == "blocked_declared"


def test_names_are_followed_both_ways_and_never_in_circles(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Registered anew under another title: the whole chain, as far as a reader may see it."""
    with sessions.writing() as session:
        first, second, third = (outlet(session, name) for name in ("First", "Second", "Third"))
        hidden = outlet(session, "Hidden", is_published=False)
        ids = [one.id for one in (first, second, third, hidden)]
    editor = caller(Role.EDITOR, "dana")

    def follow(one: int, before: int | None, **fields: Any) -> Any:
        body = {"successor_of_id": None if before is None else str(ids[before]), "reason": "Anew."}
        version = editor.get(f"{URL}/{ids[one]}").json()["version"]
        headers = {"If-Match": f'"{version}"'}
        return editor.patch(f"{URL}/{ids[one]}", json={**body, **fields}, headers=headers)

    assert follow(1, 0).status_code == follow(2, 1).status_code == 200
    assert follow(0, 3).status_code == 200
    circle = follow(3, 2)
    assert circle.status_code == 422
    assert circle.json()["errors"][0]["code"] == "circle"
    assert follow(1, 1).status_code == 422

    middle = public.get(f"{URL}/{ids[1]}").json()
    assert [one["name"] for one in middle["predecessors"]] == ["First"]
    assert [one["name"] for one in middle["successors"]] == ["Third"]
    last = public.get(f"{URL}/{ids[2]}").json()
    assert [one["name"] for one in last["predecessors"]] == ["Second", "First"]
    root = public.get(f"{URL}/{ids[0]}").json()
    assert (root["predecessors"], root["successor_of"]) == ([], None)
    assert [one["name"] for one in editor.get(f"{URL}/{ids[0]}").json()["predecessors"]] == [
        "Hidden"
    ]
    assert follow(2, None).json()["predecessors"] == []


def test_who_changes_an_outlet(sessions: Sessions, public: Client, caller: Caller) -> None:
    """A monitor their own until it is public; then an editor, with a reason and the version read."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    address = monitor.post(URL, json={"name": "Wekly", "country": "KZ"}).headers["location"]
    body = {"name": "Weekly"}

    assert monitor.patch(address, json=body).status_code == 428
    assert monitor.patch(address, json=body, headers={"If-Match": '"1"'}).status_code == 200
    editor.post(f"{address}:publish")
    old = {"If-Match": '"1"'}
    new = {"If-Match": f'"{editor.get(address).json()["version"]}"'}
    assert monitor.patch(address, json=body, headers=new).status_code == 403
    assert editor.patch(address, json={"summary": "x"}, headers=new).status_code == 422
    reason = {"summary": "A weekly.", "reason": "From its imprint."}
    assert editor.patch(address, json=reason, headers=old).status_code == 412
    assert editor.patch(address, json=reason, headers=new).status_code == 200
    assert public.get(address).json()["summary"] == "A weekly."


def test_a_new_name_is_in_what_names_the_outlet(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """The incidents that name it are written anew."""
    with sessions.writing() as session:
        row = outlet(session, "Wekly")
        target = {"kind": "outlet", "outlet_id": str(row.id)}
        incident_id = make.incident(session, targets=[target]).id
        outlet_id = row.id
    fixed = {"name": "Weekly", "reason": "A typing error."}
    done = caller(Role.EDITOR, "dana").patch(
        f"{URL}/{outlet_id}", json=fixed, headers={"If-Match": '"1"'}
    )

    assert done.status_code == 200
    (shown,) = public.get(f"/api/v1/incidents/{incident_id}").json()["targets"]
    assert shown["outlet"]["name"] == "Weekly"


def _life(sessions: Sessions, caller: Caller) -> tuple[uuid.UUID, dict[str, uuid.UUID]]:
    """An outlet to which everything happened; a hidden twin of each thing that can be hidden."""
    ids: dict[str, uuid.UUID] = {}
    with sessions.writing() as session:
        row = outlet(session)
        at_it = {"kind": "outlet", "outlet_id": str(row.id)}
        there = {
            "kind": "person",
            "person": {"name": "A. Reporter"},
            "primary_role": "journalist",
            "employer_outlet_id": str(row.id),
        }
        blocking = [{"category": "online_censorship", "subtype": "website_blocking"}]
        suit = [{"category": "civil_suit", "subtype": "defamation"}]
        for status in (WorkflowStatus.PUBLISHED, WorkflowStatus.VERIFIED):
            mark = "" if status is WorkflowStatus.PUBLISHED else "Hidden: "
            for title, date, kinds, target in (
                ("attack", "2025-22", [{"category": "physical_attack"}], there),
                ("block", "2025-03-01", blocking, at_it),
                ("raid", "2025", [{"category": "equipment", "subtype": "search"}], at_it),
                ("suit", "2025-05", suit, at_it),
            ):
                made = make.incident(
                    session, title=f"{mark}{title}", status=status, date=date, categories=kinds,
                    targets=[target],
                )  # fmt: skip
                ids[made.title] = made.id
        case = make.case(session, ids["suit"], polarity="reprisal", title="Official v. Weekly")
        make.fact(session, case.id, "trial_opened", "2025-05-20")
        unseen = make.case(session, ids["Hidden: suit"], polarity="reprisal", title="Hidden: case")
        make.fact(session, unseen.id, "trial_opened", "2025-05-21")
        Watch(session, row).seen(SiteCondition.BLOCKED)
        for published in (True, False):
            reply = StateReply(
                id=uuid.uuid4(), country="KZ",
                addressee="Ministry" if published else "Hidden: Ministry",
                asked_on="2025-07", asked_earliest=NOW.date(), asked_latest=NOW.date(),
                question="Who beat the reporter?", replied_on="2025-09-01", answer="Unknown men.",
                is_published=published, published_at=NOW if published else None,
                recorded_at=NOW, updated_at=NOW,
            )  # fmt: skip
            session.add(reply)
            session.flush()
            session.add(ReplyClaim(reply_id=reply.id, incident_id=ids["attack"]))
        outlet_id = row.id
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    for title, day in (("Order to close it", "2025-12-25"), ("Hidden: order", "2025-12-26")):
        body = {
            "kind": "court_order",
            "title": title,
            "date": day,
            "ground": "extremism",
            "territory": "KZ",
            "outlet_ids": [str(outlet_id)],
            "axis": "publication",
            "value": "closed_by_court",
            "source": {"type": "court_document", "title": "The order"},
        }
        made = author.post("/api/v1/decisions", json=body)
        assert made.status_code == 201, made.text
        if not title.startswith("Hidden"):
            colleague.post(f"/api/v1/decisions/{made.json()['id']}:publish")
    return outlet_id, ids


EXPECTED = [
    ("incident", "2025", "raid"),
    ("blocking_declared", "2025-03-01", "block"),
    ("suit", "2025-05", "suit"),
    ("suit", "2025-05-20", "Official v. Weekly"),
    ("attack", "2025-22", "attack"),
    ("reply", "2025-09-01", "Ministry: answered"),
    ("decision", "2025-12-25", "Order to close it"),
    ("status", "2025-12-25", "Publication: closed by court"),
    ("blocking_measured", "2026-02-27", "weekly.example: measured blocked"),
]


def test_one_line_of_time_holds_all_that_happened(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Every kind once, in order, imprecise dates where they begin; nothing hidden, not by count."""
    outlet_id, ids = _life(sessions, caller)
    address = f"{URL}/{outlet_id}/timeline"

    body = public.get(address).json()

    told = [(one["kind"], one["date"]["text"], one["title"]) for one in body["data"]]
    assert told == EXPECTED
    assert body["meta"]["n"] == len(EXPECTED)
    assert "Hidden" not in public.get(address).text
    by_kind = {one["kind"]: one for one in body["data"]}
    assert by_kind["blocking_declared"]["terms"]["blocking_link"] == "declared_only"
    assert by_kind["decision"]["source"]["title"] == "The order"
    assert by_kind["status"]["terms"]["ground"] == "extremism"
    assert by_kind["attack"]["page"] == f"/incidents/{ids['attack']}"
    assert by_kind["blocking_measured"]["until"] is None
    for one in body["data"]:
        assert public.get(one["link"]).status_code == 200, one["link"]
        assert one["page"] is None or public.get(one["page"]).status_code == 200, one["page"]
    # Incidents and decisions, their cases and events: the desk sees twice as much, but one block.
    staff = caller(Role.EDITOR, "zarina").get(address).json()["data"]
    assert len(staff) == 2 * len(EXPECTED) - 1


def test_a_timeline_is_cut_by_kind_day_and_knowledge(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Kinds by name, what had happened by a day, what was known at a time."""
    outlet_id, _ = _life(sessions, caller)
    address = f"{URL}/{outlet_id}/timeline"

    def titles(**query: str) -> list[str]:
        return [one["title"] for one in public.get(address, params=query).json()["data"]]

    assert titles(kind="attack,reply") == ["attack", "Ministry: answered"]
    assert titles(as_of="2025-04-30") == ["raid", "block"]
    before = (NOW - timedelta(days=1)).isoformat()
    # Measurements were known as they were made; the record was entered now.
    assert titles(known_at=before) == ["weekly.example: measured blocked"]
    assert public.get(f"{address}?kind=gossip").status_code == 422
    assert public.get(f"{URL}/{uuid.uuid4()}/timeline").status_code == 404


def test_an_outlet_that_defends_itself_has_the_suit_on_its_line(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """As a verified party, also where the incident was aimed at somebody else."""
    with sessions.writing() as session:
        row, other = outlet(session), outlet(session, "Other")
        incident = make.incident(session)
        case = make.case(session, incident.id, polarity="reprisal", title="Against the Weekly")
        make.fact(session, case.id, "trial_opened", "2025-05-20")
        for number, (party, verified) in enumerate(((row, NOW), (other, None))):
            session.add(
                Party(
                    case_id=case.id, sequence=number, kind="outlet", role="defendant",
                    outlet_id=party.id, recorded_at=NOW, verified_at=verified,
                )
            )  # fmt: skip
        ids = (row.id, other.id)

    found = [public.get(f"{URL}/{one}/timeline").json()["data"] for one in ids]

    assert [[each["title"] for each in one] for one in found] == [["Against the Weekly"], []]
