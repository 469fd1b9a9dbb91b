# SPDX-License-Identifier: Apache-2.0
"""Sites over the API: what the public sees of them, and what only staff does."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.vocabulary import (
    Confidence,
    Layer,
    Mechanism,
    Role,
    SiteCondition,
    VantageRole,
)
from app.services import sites, vantages
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.outlets import Outlet
from app.storage.sites import Episode, Site, SiteState
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]


@pytest.fixture
def blocked(sessions: Sessions) -> uuid.UUID:
    """A blocked site in a network of one vantage; its id."""
    with sessions.writing() as session:
        site = sites.add_site(
            session,
            url="https://news.example/",
            category_code="NEWS",
            country="KZ",
            outlet_id=None,
            now=NOW,
            actor_id=None,
        )
        vantage = vantages.ensure_vantage(
            session, code="kitchen", role=VantageRole.FIELD, country="KZ", asn=64496, now=NOW
        )
        since = NOW - timedelta(hours=5)
        session.add(
            SiteState(
                site_id=site.id,
                vantage_id=vantage.id,
                condition=SiteCondition.BLOCKED,
                since=since,
                last_measured_at=NOW,
                layer=Layer.TLS,
                mechanism=Mechanism.SNI_RESET,
                confidence=Confidence.LIKELY,
                rule="tls_reset_after_hello",
                next_due_at=NOW,
            )
        )
        session.add(
            Episode(
                site_id=site.id,
                vantage_id=vantage.id,
                country="KZ",
                asn=64496,
                layer=Layer.TLS,
                mechanism=Mechanism.SNI_RESET,
                confidence=Confidence.LIKELY,
                rule="tls_reset_after_hello",
                since=since,
                opened_at=NOW,
            )
        )
        ledger.bump(session, "public", "staff")
        return site.id


def test_a_site_shows_its_state_and_rule(public: Client, blocked: uuid.UUID) -> None:
    """The public sees that a site is blocked, how, and by which rule it is said."""
    site = public.get(f"/api/v1/sites/{blocked}").json()

    assert site["state"] == "blocked"
    assert site["states"][0]["mechanism"] == "sni_reset"
    assert site["states"][0]["rule"] == "tls_reset_after_hello"
    assert site["episodes"][0]["until"] is None
    assert "no control" in site["coverage"]["says"]


def test_a_lone_vantage_is_hidden_from_the_public(
    public: Client, caller: Caller, blocked: uuid.UUID
) -> None:
    """In a network of fewer than three vantages: no ASN, no code, only the day. Staff see all."""
    hidden = public.get(f"/api/v1/sites/{blocked}")
    shown = caller(Role.EDITOR).get(f"/api/v1/sites/{blocked}").json()

    assert "64496" not in hidden.text
    assert "kitchen" not in hidden.text
    assert hidden.json()["states"][0]["since"] == "2026-03-02"
    assert shown["states"][0]["vantage"] == "kitchen"
    assert shown["states"][0]["since"] == "2026-03-02T07:00:00Z"
    assert "64496" not in public.get("/api/v1/episodes").text
    assert "kitchen" not in public.get("/api/v1/vantages").text


def test_an_unpublished_outlet_is_not_told_by_its_site(
    public: Client, caller: Caller, sessions: Sessions, blocked: uuid.UUID
) -> None:
    """A site joined to an outlet that is not public shows the public no outlet; staff see it."""
    with sessions.writing() as session:
        outlet = Outlet(name="Hidden Courier", country="KZ", created_at=NOW, updated_at=NOW)
        session.add(outlet)
        session.flush()
        session.get_one(Site, blocked).outlet_id = outlet.id
    addresses = ("/api/v1/sites", f"/api/v1/sites/{blocked}", "/", f"/sites/{blocked}", "/sites")

    assert all("Hidden Courier" not in public.get(address).text for address in addresses)
    assert "Hidden Courier" in caller(Role.EDITOR).get(f"/api/v1/sites/{blocked}").text


def test_sites_are_paged_without_gaps(public: Client, sessions: Sessions) -> None:
    """Following `links.next` gives every site once, in order."""
    with sessions.writing() as session:
        for number in range(7):
            sites.add_site(
                session,
                url=f"https://s{number}.example/",
                category_code="NEWS",
                country=None,
                outlet_id=None,
                now=NOW,
                actor_id=None,
            )
    found, url = [], "/api/v1/sites?limit=3"
    while url:
        answer = public.get(url).json()
        found += [site["url"] for site in answer["data"]]
        url = (answer["links"]["next"] or "").removeprefix("http://127.0.0.1:8000")

    assert found == [f"https://s{number}.example/" for number in range(7)]


def test_a_cursor_of_another_list_is_refused(public: Client, sessions: Sessions) -> None:
    """A cursor belongs to its address and filters; tampering is noticed."""
    with sessions.writing() as session:
        for number in range(3):
            sites.add_site(
                session,
                url=f"https://s{number}.example/",
                category_code="NEWS",
                country=None,
                outlet_id=None,
                now=NOW,
                actor_id=None,
            )
    link = public.get("/api/v1/sites?limit=1").json()["links"]["next"]
    cursor = link.partition("cursor=")[2]

    assert public.get(f"/api/v1/sites?limit=1&country=KZ&cursor={cursor}").status_code == 400
    assert public.get(f"/api/v1/sites?limit=1&cursor={cursor[:-2]}AA").status_code == 400
    assert public.get("/api/v1/sites?limit=1&cursor=%F0%9F").status_code == 400


def test_unchanged_is_304_and_a_change_is_not(
    public: Client, caller: Caller, blocked: uuid.UUID
) -> None:
    """The same ETag stands until something that the public sees changes."""
    etag = public.get("/api/v1/sites").headers["etag"]
    assert public.get("/api/v1/sites", headers={"If-None-Match": etag}).status_code == 304

    caller(Role.ADMIN).post("/api/v1/sites", json={"url": "https://other.example/"})

    assert public.get("/api/v1/sites", headers={"If-None-Match": etag}).status_code == 200


def test_listing_a_site_needs_a_scope_and_a_decent_address(
    public: Client, caller: Caller, blocked: uuid.UUID
) -> None:
    """No key 401, a monitor 403, loopback 422 with the place, the same site again 409 with its id."""
    admin = caller(Role.ADMIN)
    body = {"url": "https://news.example"}

    assert public.post("/api/v1/sites", json=body).status_code == 401
    assert caller(Role.MONITOR).post("/api/v1/sites", json=body).status_code == 403
    refused = admin.post("/api/v1/sites", json={"url": "http://169.254.169.254/"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/url"
    assert "169.254" not in refused.text
    again = admin.post("/api/v1/sites", json=body)
    assert again.status_code == 409
    assert str(blocked) in again.json()["detail"]


def test_vantages_of_other_resolvers_and_networks(caller: Caller) -> None:
    """Another resolver makes a field vantage; a control on the same line is refused."""
    admin = caller(Role.ADMIN)
    made = admin.post(
        "/api/v1/vantages", json={"code": "isp-2", "country": "KZ", "resolver": "9.9.9.9"}
    )
    wrong = admin.post("/api/v1/vantages", json={"code": "isp-3", "resolver": "not an address"})

    control = {"code": "abroad", "role": "control", "country": "NL"}
    refused = admin.post("/api/v1/vantages", json=control)
    taken = admin.post("/api/v1/vantages", json={**control, "proxy": "socks5://127.0.0.1:1080"})

    assert made.status_code == 201
    assert made.json()["role"] == "field"
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/proxy"
    assert taken.json()["egress"] == "proxy"
    assert wrong.status_code == 422
