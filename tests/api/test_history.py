# SPDX-License-Identifier: Apache-2.0
"""Counts, gaps, network events and maintenance over the API."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.blocking.rollup import DAY, HOUR, Sample, add_up, count
from app.domain.vocabulary import GapReason, Mechanism, Role, VerdictState
from app.storage.database import Sessions
from app.storage.history import Gap
from app.storage.network_events import NetworkEvent, NetworkEventSite
from app.storage.rollups import DailyRollup, HourlyRollup
from app.storage.sites import Site, Vantage
from tests import make_alerts as make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
INTERVAL = timedelta(minutes=15)
MORNING = NOW.replace(hour=9)


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A site with counts of an hour and a day, and a gap, in a network of one vantage."""
    with sessions.writing() as session:
        here, what = make.vantage(session, "kitchen", asn=64496), make.site(session)
        _counts(session, here, what)
        session.add(
            Gap(
                site_id=what.id,
                vantage_id=here.id,
                since=MORNING + INTERVAL,
                until=MORNING + HOUR,
                reason=GapReason.COLLECTOR_STOPPED,
            )
        )
        return what


def _counts(session: Session, here: Vantage, what: Site) -> None:
    samples = [
        Sample(at=MORNING, state=VerdictState.OK, rule="ok", total_ms=180.0, first_byte_ms=90.0),
        Sample(
            at=MORNING + 2 * INTERVAL,
            state=VerdictState.BLOCKED,
            rule="x",
            failure_class="tls:reset",
        ),
    ]
    hour = count(samples, MORNING, INTERVAL)
    same = {"site_id": what.id, "vantage_id": here.id}
    session.add(HourlyRollup(at=MORNING, **same, **hour.to_row()))
    day = add_up([hour], interval=INTERVAL)
    session.add(DailyRollup(at=NOW.replace(hour=0), **same, **day.to_row()))


def test_counts_are_flat_rows_with_uptime_of_covered_time(site: Site, caller: Caller) -> None:
    """Half of the hour was covered, and half of that was up; latencies of what was reached."""
    answer = caller(Role.EDITOR).get(f"/api/v1/sites/{site.id}/rollups?grain=hour").json()
    (row,) = answer["data"]

    assert (row["at"], row["vantage"], row["asn"]) == ("2026-03-02T09:00:00Z", "kitchen", 64496)
    assert (row["ok"], row["blocked"]) == (1, 1)
    assert (row["uptime"], row["coverage"]) == (0.5, 0.5)
    assert (row["total_ms_p50"], row["first_byte_ms_p50"]) == (200.0, 100.0)
    assert answer["meta"] == {"grain": "hour", "networks_shown_by_day_only": 0}


def test_the_public_sees_days_of_a_lone_vantage_and_no_hours(site: Site, public: Client) -> None:
    """Hours would show when somebody's line is on; the day is told without code and number."""
    hours = public.get(f"/api/v1/sites/{site.id}/rollups?grain=hour")
    days = public.get(f"/api/v1/sites/{site.id}/rollups")

    assert hours.json()["data"] == []
    assert hours.json()["meta"]["networks_shown_by_day_only"] == 1
    assert days.json()["data"][0]["at"] == "2026-03-02"
    assert "64496" not in days.text
    assert "kitchen" not in days.text


@pytest.mark.parametrize(
    "asked",
    [
        "grain=week",
        "from=2026-03-02",
        "from=2026-03-02T09:00:00",
        "grain=hour&from=2025-01-01T00:00:00Z",
        "from=2026-03-02T10:00:00Z&to=2026-03-02T09:00:00Z",
    ],
)
def test_times_that_cannot_be_answered_are_refused(site: Site, public: Client, asked: str) -> None:
    """No time zone, no such grain, too long at once, backwards."""
    assert public.get(f"/api/v1/sites/{site.id}/rollups?{asked}").status_code == 422


def test_a_span_takes_what_begins_in_it(site: Site, caller: Caller) -> None:
    """From is included, to is not."""
    editor = caller(Role.EDITOR)
    base = f"/api/v1/sites/{site.id}/rollups?grain=hour"
    within = editor.get(f"{base}&from=2026-03-02T09:00:00Z&to=2026-03-02T10:00:00Z").json()
    before = editor.get(f"{base}&from=2026-03-02T08:00:00Z&to=2026-03-02T09:00:00Z").json()
    assert (len(within["data"]), len(before["data"])) == (1, 0)


def test_a_site_shows_its_gaps_as_gaps(site: Site, public: Client, caller: Caller) -> None:
    """With their reason; to the public, of a small network, by the day."""
    (shown,) = public.get(f"/api/v1/sites/{site.id}").json()["gaps"]
    (whole,) = caller(Role.EDITOR).get(f"/api/v1/sites/{site.id}").json()["gaps"]

    assert (shown["since"], shown["vantage"]) == ("2026-03-02", None)
    assert (whole["since"], whole["until"]) == ("2026-03-02T09:15:00Z", "2026-03-02T10:00:00Z")
    assert shown["reason"] == "collector_stopped"


def _event(session: Session, *, number: int, open_: bool) -> uuid.UUID:
    here = make.vantage(session, f"kz-{number}", asn=64500 + number)
    event = NetworkEvent(
        id=uuid.uuid4(),
        country="KZ",
        asn=here.asn,
        vantage_id=here.id,
        since=NOW - number * DAY,
        until=None if open_ else NOW,
        opened_at=NOW,
        listed=10,
        touched=1,
        left=1,
        mechanisms=["sni_reset"],
    )
    session.add(event)
    session.flush()
    session.add(
        NetworkEventSite(
            event_id=event.id,
            site_id=make.site(session, f"s{number}.example").id,
            vantage_id=here.id,
            since=event.since,
            mechanism=Mechanism.SNI_RESET,
        )
    )
    return event.id


def test_network_events_are_listed_and_read(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Latest first, paged; one with its sites; a small network by country and day only."""
    with sessions.writing() as session:
        ids = [_event(session, number=n, open_=n > 1) for n in range(3)]
    first = public.get("/api/v1/network-events?limit=2&country=KZ").json()
    rest = public.get(first["links"]["next"]).json()
    only = public.get("/api/v1/network-events?open=true").json()
    whole = public.get(f"/api/v1/network-events/{ids[1]}")

    assert [one["id"] for one in first["data"] + rest["data"]] == [str(one) for one in ids]
    assert [one["id"] for one in only["data"]] == [str(ids[2])]
    assert whole.json()["sites"][0]["url"] == "https://s1.example/"
    assert whole.json()["sites"][0]["since"] == "2026-03-01"
    assert "64501" not in whole.text
    assert caller(Role.EDITOR).get(f"/api/v1/network-events/{ids[1]}").json()["asn"] == 64501
    assert public.get(f"/api/v1/network-events/{uuid.uuid4()}").status_code == 404


def _work(on: Site, **more: object) -> dict[str, object]:
    plain = {
        "site": str(on.id),
        "starts_at": "2026-03-02T11:00:00Z",
        "ends_at": "2026-03-02T13:00:00Z",
        "reason": "Moving house.",
    }
    return {**plain, **more}


def test_work_is_planned_listed_and_ended(site: Site, caller: Caller, public: Client) -> None:
    """By those who may change sites; the public sees neither the list nor the reason."""
    admin = caller(Role.ADMIN)
    work = _work(site, starts_at="2026-03-02T16:00:00+05:00")
    made = admin.post("/api/v1/maintenances", json=work)
    assert made.status_code == 201
    assert made.json()["starts_at"] == "2026-03-02T11:00:00Z"
    assert made.json()["is_going_on"] is True
    (listed,) = admin.get("/api/v1/maintenances").json()["data"]
    assert (listed["reason"], listed["ended_at"]) == ("Moving house.", None)

    assert public.get("/api/v1/maintenances").status_code == 401
    assert "Moving" not in public.get(f"/api/v1/sites/{site.id}").text

    address = f"/api/v1/maintenances/{made.json()['id']}"
    assert admin.delete(address).status_code == 204
    assert admin.delete(address).status_code == 204
    (ended,) = admin.get("/api/v1/maintenances").json()["data"]
    assert (ended["is_going_on"], ended["ended_at"]) == (False, "2026-03-02T12:00:00Z")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-03-02T11:00:00Z"},
        {"weekly_in": "Mars/Olympus"},
        {"weekly_in": "../../etc/passwd"},
        {"vantage": "kitchen"},
        {"starts_at": "2026-03-02T11:00:00"},
        {"reason": ""},
        {"site": None},
    ],
)
def test_work_that_makes_no_sense_is_refused(
    site: Site, caller: Caller, wrong: dict[str, object]
) -> None:
    """Nothing is stored."""
    admin = caller(Role.ADMIN)
    answer = admin.post("/api/v1/maintenances", json=_work(site, **wrong))
    assert answer.status_code == 422
    assert admin.get("/api/v1/maintenances").json()["data"] == []
