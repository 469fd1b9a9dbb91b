# SPDX-License-Identifier: Apache-2.0
"""Alerts, subscriptions and deliveries over the API: who sees what, and who may do what."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import AlertKind, DeliveryState, Role
from app.services import alerting, delivery
from app.services.delivery import ClaimedDelivery, Failure
from app.storage.access import IdempotencyRecord
from app.storage.database import Sessions
from tests import make_alerts as make
from tests.client import Client
from tests.make import NOW
from tests.make_alerts import POLICY

Caller = Callable[..., Client]
HOOK = {"name": "desk", "channel": "webhook", "address": "https://hook.example/in"}


@dataclass(frozen=True)
class World:
    """What the alerts of these tests are."""

    firing: uuid.UUID
    pending: uuid.UUID
    offline: uuid.UUID


@pytest.fixture
def world(sessions: Sessions) -> World:
    """A block people were told of, one that still waits, and a vantage that went offline."""
    with sessions.writing() as session:
        here, away = make.vantage(session, "flat-7"), make.vantage(session, "flat-8", country="KG")
        firing = make.blocked(session, here, make.site(session), now=NOW - timedelta(hours=2))
        make.fire(session, NOW - timedelta(hours=1))
        offline = alerting.consider(
            session,
            kind=AlertKind.VANTAGE_OFFLINE,
            vantage=away,
            condition=True,
            evidence=make.evidence(mechanism=None, confidence=None, rule=None, reasons=()),
            now=NOW - timedelta(minutes=50),
            policy=POLICY,
        )
        make.fire(session, NOW - timedelta(minutes=40))
        pending = make.blocked(session, here, make.site(session, "other.example"))
        assert firing
        assert offline
        assert pending
        return World(firing.id, pending.id, offline.id)


def claimed(sessions: Sessions) -> list[ClaimedDelivery]:
    """Take what is due, as a worker does."""
    with sessions.writing() as session:
        return delivery.claim_batch(
            session, worker="w", now=NOW + timedelta(minutes=1), limit=9, address="http://q.example"
        )


def test_the_public_sees_blocked_sites_and_no_vantage(world: World, public: Client) -> None:
    """Alerts about vantages and alerts that still wait do not exist; no code, ASN or hour is shown."""
    answer = public.get("/api/v1/alerts")

    (row,) = answer.json()["data"]
    assert row["id"] == str(world.firing)
    assert (row["kind"], row["state"], row["country"]) == ("site.blocked", "firing", "KZ")
    assert row["opened_at"] == "2026-03-02"
    for hidden in ("flat-7", "flat-8", "9198", "10:00"):
        assert hidden not in answer.text
    assert public.get(f"/api/v1/alerts/{world.pending}").status_code == 404
    assert public.get(f"/api/v1/alerts/{world.offline}").status_code == 404
    detail = public.get(f"/api/v1/alerts/{world.firing}")
    assert [one["state"] for one in detail.json()["events"]] == ["firing"]
    assert "flat-7" not in detail.text


def test_staff_sees_all_of_it(world: World, caller: Caller) -> None:
    """With a key of the staff also the pending one and the offline vantage, with its code."""
    editor = caller(Role.EDITOR)

    found = {row["id"]: row for row in editor.get("/api/v1/alerts").json()["data"]}

    assert set(found) == {str(world.firing), str(world.pending), str(world.offline)}
    assert found[str(world.offline)]["vantage"] == "flat-8"


def test_filters_narrow_and_refuse_what_they_do_not_know(world: World, caller: Caller) -> None:
    """State, kind and country; an unknown value is an error, not an empty list."""
    editor = caller(Role.EDITOR)

    def ids(query: str) -> set[str]:
        return {row["id"] for row in editor.get(f"/api/v1/alerts?{query}").json()["data"]}

    assert ids("state=pending") == {str(world.pending)}
    assert ids("kind=vantage.offline") == {str(world.offline)}
    assert ids("country=KG") == {str(world.offline)}
    assert ids("country=KZ&state=firing") == {str(world.firing)}
    assert editor.get("/api/v1/alerts?state=loud").status_code == 422
    assert editor.get("/api/v1/alerts?country=kz").status_code == 422


def test_pages_hold_each_alert_once(sessions: Sessions, public: Client) -> None:
    """Following `links.next` shows every alert once, in order."""
    with sessions.writing() as session:
        told = {str(alert.id) for alert in make.tell(session, alerts=5)}
    seen: list[str] = []
    url = "/api/v1/alerts?limit=2"
    while url:
        answer = public.get(url).json()
        seen += [row["id"] for row in answer["data"]]
        url = answer["links"]["next"]

    assert len(seen) == 5
    assert set(seen) == told


def test_polling_is_cheap_until_something_fires(
    world: World, public: Client, sessions: Sessions
) -> None:
    """The same ETag answers 304 until an alert that the public sees changes."""
    etag = public.get("/api/v1/alerts").headers["etag"]
    again = {"If-None-Match": etag}
    assert public.get("/api/v1/alerts", headers=again).status_code == 304

    with sessions.writing() as session:
        make.fire(session, NOW + timedelta(minutes=5))

    assert public.get("/api/v1/alerts", headers=again).status_code == 200


def test_taking_an_alert_on(world: World, caller: Caller, public: Client) -> None:
    """Staff sees it as acked; for the public it goes on; one that waits cannot be taken on."""
    editor = caller(Role.EDITOR)

    done = editor.post(f"/api/v1/alerts/{world.firing}:ack")

    assert done.status_code == 200
    assert done.json()["state"] == "acked"
    assert editor.post(f"/api/v1/alerts/{world.firing}:ack").status_code == 200
    assert public.get(f"/api/v1/alerts/{world.firing}").json()["state"] == "firing"
    firing = public.get("/api/v1/alerts?state=firing").json()["data"]
    assert [row["id"] for row in firing] == [str(world.firing)]
    assert public.get("/api/v1/alerts?state=acked").json()["data"] == []
    waits = editor.post(f"/api/v1/alerts/{world.pending}:ack")
    assert waits.status_code == 409
    assert editor.post(f"/api/v1/alerts/{uuid.uuid4()}:ack").status_code == 404


def test_only_who_may_write_alerts_reaches_the_rest(world: World, caller: Caller) -> None:
    """Without a key 401, with a key that lacks the scope 403, on every door of this house."""
    some = uuid.uuid4()
    monitor = caller(Role.MONITOR)
    nobody = monitor.with_key(None)
    doors = [
        ("POST", f"/api/v1/alerts/{world.firing}:ack"),
        ("GET", "/api/v1/subscriptions"),
        ("GET", f"/api/v1/subscriptions/{some}"),
        ("DELETE", f"/api/v1/subscriptions/{some}"),
        ("POST", f"/api/v1/subscriptions/{some}:test"),
        ("POST", f"/api/v1/subscriptions/{some}:enable"),
        ("GET", "/api/v1/deliveries"),
        ("GET", f"/api/v1/deliveries/{some}"),
        ("POST", f"/api/v1/deliveries/{some}:replay"),
        ("POST", f"/api/v1/deliveries/{some}:cancel"),
    ]
    for method, url in doors:
        assert nobody.request(method, url).status_code == 401, url
        assert monitor.request(method, url).status_code == 403, url
    assert nobody.post("/api/v1/subscriptions", json=HOOK).status_code == 401
    assert monitor.post("/api/v1/subscriptions", json=HOOK).status_code == 403


def test_a_webhook_secret_is_shown_once(caller: Caller) -> None:
    """The answer that makes it holds it; no other answer does."""
    admin = caller(Role.ADMIN)

    made = admin.post("/api/v1/subscriptions", json={**HOOK, "kinds": ["site.blocked"]})

    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    one = admin.get(made.headers["location"])
    assert one.json()["kinds"] == ["site.blocked"]
    assert secret not in one.text
    assert secret not in admin.get("/api/v1/subscriptions").text


def test_a_subscription_that_cannot_be_is_refused(caller: Caller) -> None:
    """Inner addresses and unknown words are named as what they are, and nothing is stored."""
    admin = caller(Role.ADMIN)
    cases: list[tuple[dict[str, object], str]] = [
        ({"address": "http://127.0.0.1:80/"}, "refused_address"),
        ({"address": "http://169.254.169.254/"}, "refused_address"),
        ({"address": "http://0x7f.1/"}, "refused_address"),
        ({"address": "http://[::ffff:10.0.0.1]/"}, "refused_address"),
        ({"address": "https://intranet.local/"}, "refused_address"),
        ({"address": "https://user:pw@hook.example/"}, "refused_address"),
        ({"address": "ftp://hook.example/"}, "refused_address"),
        ({"address": None}, "invalid_input"),
        ({"channel": "console"}, "invalid_input"),
        ({"channel": "pigeon"}, "invalid_input"),
        ({"kinds": ["site.loud"]}, "invalid_input"),
        ({"countries": ["kz"]}, "invalid_input"),
        ({"name": ""}, "invalid_input"),
    ]

    for wrong, code in cases:
        answer = admin.post("/api/v1/subscriptions", json={**HOOK, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, code), wrong
    assert admin.get("/api/v1/subscriptions").json()["data"] == []


def test_a_removed_subscription_is_gone(caller: Caller) -> None:
    """404 for every later question about it."""
    admin = caller(Role.ADMIN)
    url = admin.post("/api/v1/subscriptions", json=HOOK).headers["location"]

    assert admin.delete(url).status_code == 204

    assert admin.get(url).status_code == 404
    assert admin.post(f"{url}:test").status_code == 404
    assert admin.get("/api/v1/subscriptions").json()["data"] == []


def test_a_removed_subscriptions_secret_is_nowhere(caller: Caller, sessions: Sessions) -> None:
    """The answer kept for a repeated request goes with the subscription it showed."""
    admin = caller(Role.ADMIN)
    made = admin.post("/api/v1/subscriptions", json=HOOK, headers={"Idempotency-Key": "k1"})
    assert "whsec_" in made.text

    admin.delete(made.headers["location"])

    with sessions.reading() as session:
        kept = [row.body or "" for row in session.scalars(sa.select(IdempotencyRecord))]
    assert all("whsec_" not in body for body in kept)


def test_a_test_message_can_be_followed(caller: Caller, sessions: Sessions) -> None:
    """From the question to the mark 'delivered'."""
    admin = caller(Role.ADMIN)
    url = admin.post("/api/v1/subscriptions", json=HOOK).headers["location"]

    queued = admin.post(f"{url}:test")
    assert queued.status_code == 202
    (message,) = claimed(sessions)
    with sessions.writing() as session:
        delivery.record_success(session, message, now=NOW)

    seen = admin.get(queued.headers["location"]).json()
    assert (seen["state"], seen["type"]) == ("delivered", "subscription.test")
    assert seen["message_id"] == message.message_id


def test_a_dead_letter_is_seen_and_replayed(caller: Caller, sessions: Sessions) -> None:
    """`?state=dead` shows it with its reason; after `:replay` it is due under the same id."""
    admin = caller(Role.ADMIN)
    url = admin.post("/api/v1/subscriptions", json=HOOK).headers["location"]
    admin.post(f"{url}:test")
    (message,) = claimed(sessions)
    gone = Failure(detail="the receiver answered 410", status=410)
    with sessions.writing() as session:
        delivery.record_failure(session, message, gone, now=NOW)

    (dead,) = admin.get("/api/v1/deliveries?state=dead").json()["data"]
    assert dead["last_error"] == "the receiver answered 410"
    assert dead["last_status"] == 410
    assert admin.get(url).json()["is_enabled"] is False
    replay = f"/api/v1/deliveries/{dead['id']}:replay"
    assert admin.post(replay).status_code == 409
    assert admin.post(f"{url}:enable").json()["is_enabled"] is True
    again = admin.post(replay)

    assert again.json()["state"] == DeliveryState.QUEUED
    assert admin.post(replay).status_code == 409
    (second,) = claimed(sessions)
    assert second.message_id == message.message_id


def test_a_queued_message_can_be_taken_back(caller: Caller, sessions: Sessions) -> None:
    """Cancelled before a worker came, it is not sent."""
    admin = caller(Role.ADMIN)
    url = admin.post("/api/v1/subscriptions", json=HOOK).headers["location"]
    queued = admin.post(f"{url}:test").headers["location"]

    assert admin.post(f"{queued}:cancel").json()["state"] == "cancelled"
    assert claimed(sessions) == []


def test_deliveries_are_paged(caller: Caller) -> None:
    """Following `links.next` shows every delivery once."""
    admin = caller(Role.ADMIN)
    url = admin.post("/api/v1/subscriptions", json=HOOK).headers["location"]
    made = {admin.post(f"{url}:test").json()["delivery"] for _ in range(3)}
    seen: list[str] = []
    following = "/api/v1/deliveries?limit=2"
    while following:
        answer = admin.get(following).json()
        seen += [row["id"] for row in answer["data"]]
        following = answer["links"]["next"]

    assert len(seen) == 3
    assert set(seen) == made


def test_the_same_request_twice_makes_one_subscription(caller: Caller) -> None:
    """An Idempotency-Key answers the second time what it answered the first."""
    admin = caller(Role.ADMIN)
    once = {"Idempotency-Key": "k1"}

    first = admin.post("/api/v1/subscriptions", json=HOOK, headers=once)
    second = admin.post("/api/v1/subscriptions", json=HOOK, headers=once)

    assert first.json() == second.json()
    assert len(admin.get("/api/v1/subscriptions").json()["data"]) == 1
