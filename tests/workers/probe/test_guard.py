# SPDX-License-Identifier: Apache-2.0
"""Only judged addresses become endpoints, and only judged redirects are followed."""

import pytest

from app.domain.blocking.addresses import classify
from app.domain.blocking.measurement import Engine, HttpExchange
from app.domain.blocking.targets import canonical_url
from workers.probe.guard import Endpoint, contactable, next_hop

BASE = canonical_url("https://news.example/a/")
PORTS = frozenset({80, 443})


def endpoints(*heard: tuple[Engine, tuple[str, ...]], per_family: int = 4) -> list[Endpoint]:
    """What may be contacted of what was heard."""
    return contactable(heard, port=443, classify=classify, per_family=per_family)


def redirecting(location: str | None, *, status: int = 302) -> HttpExchange:
    """An exchange that redirects."""
    return HttpExchange(
        url=BASE.url,
        address="93.184.216.34",
        port=443,
        engine=Engine.SYSTEM,
        over_tls=True,
        started_ms=0,
        ended_ms=1,
        status=status,
        location=location,
    )


def test_bogons_are_left_out_and_the_rest_of_the_answer_is_used() -> None:
    """A mixed answer leads to its global addresses only."""
    found = endpoints((Engine.SYSTEM, ("127.0.0.1", "93.184.216.34", "10.10.34.36", "::1")))
    assert [endpoint.address for endpoint in found] == ["93.184.216.34"]


def test_each_address_once_under_its_first_engine() -> None:
    """What two resolvers say alike is tried once, as the system's answer."""
    found = endpoints(
        (Engine.SYSTEM, ("93.184.216.34",)), (Engine.UDP, ("93.184.216.34", "93.184.216.35"))
    )
    assert [(endpoint.address, endpoint.engine) for endpoint in found] == [
        ("93.184.216.34", Engine.SYSTEM),
        ("93.184.216.35", Engine.UDP),
    ]


def test_a_forged_crowd_does_not_push_the_independent_answer_out() -> None:
    """The bound per family holds for each resolver by itself."""
    crowd = tuple(f"93.184.216.{number}" for number in range(1, 9))
    found = endpoints((Engine.SYSTEM, crowd), (Engine.UDP, ("8.8.8.8",)), per_family=2)
    assert [endpoint.address for endpoint in found] == ["93.184.216.1", "93.184.216.2", "8.8.8.8"]


def test_families_have_room_of_their_own() -> None:
    """Many IPv4 addresses leave room for IPv6, and a NAT64 image counts as IPv6."""
    found = endpoints(
        (Engine.SYSTEM, ("8.8.8.8", "8.8.4.4", "2606:4700::1", "64:ff9b::808:808")), per_family=1
    )
    assert [endpoint.address for endpoint in found] == ["8.8.8.8", "2606:4700::1"]


def test_handed_over_addresses_are_never_fetched_from() -> None:
    """They are judged like all others, come last, and only TCP and TLS are tried."""
    found = endpoints((Engine.CONTROL, ("8.8.8.8", "127.0.0.1")), (Engine.SYSTEM, ("8.8.4.4",)))
    assert [(endpoint.address, endpoint.may_fetch) for endpoint in found] == [
        ("8.8.4.4", True),
        ("8.8.8.8", False),
    ]


@pytest.mark.parametrize(
    ("location", "refused", "failure"),
    [
        ("http://169.254.169.254/", "refused:non_global_literal", None),
        ("file:///etc/passwd", "refused:scheme", None),
        ("http://localhost:6379/", "refused:port", None),
        ("http://localhost/", "refused:reserved_name", None),
        ("//127.0.0.1", "refused:non_global_literal", None),
        ("https://user@other.example/", "refused:userinfo", None),
        ("http://other.example:8080/", "refused:port", None),
        ("http://[", "refused:host", "http_invalid_redirect_location_host"),
        ("http:///x", "refused:host", "http_invalid_redirect_location_host"),
        (
            "https://x.example/" + "a" * 100_000,
            "refused:length",
            "http_invalid_redirect_location_host",
        ),
        ("/a b", "refused:control_character", "http_invalid_redirect_location_host"),
        ("", None, "http_invalid_redirect_location_host"),
        (None, None, "http_invalid_redirect_location_host"),
    ],
)
def test_redirects_that_are_not_followed(
    location: str | None, refused: str | None, failure: str | None
) -> None:
    """Each is recorded with its reason; only a broken one is a failure of the site."""
    hop = next_hop(redirecting(location), BASE, allow_ports=PORTS, redirects_left=5)
    assert hop is not None
    assert (hop.target, hop.refused, hop.failure) == (None, refused, failure)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://news.example/b"),
        ("../..//", "https://news.example/"),
        ("http://other.example", "http://other.example/"),
        ("//other.example/?q=қ", "https://other.example/?q=%D2%9B"),
    ],
)
def test_redirects_that_are_followed(location: str, url: str) -> None:
    """A readable public address is gone to."""
    hop = next_hop(redirecting(location), BASE, allow_ports=PORTS, redirects_left=1)
    assert hop is not None
    assert hop.target is not None
    assert hop.target.url == url


def test_the_chain_ends_where_nothing_redirects() -> None:
    """A page, a 304 and a failed exchange are final."""
    for final in (redirecting("/b", status=200), redirecting("/b", status=304)):
        assert next_hop(final, BASE, allow_ports=PORTS, redirects_left=5) is None


def test_the_eleventh_redirect_is_too_many() -> None:
    """It is OONI's name for it, and the address is kept."""
    hop = next_hop(redirecting("/b"), BASE, allow_ports=PORTS, redirects_left=0)
    assert hop is not None
    assert hop.failure == "unknown_failure: stopped after too many redirects"
    assert hop.refused == "refused:too_many_redirects"
