# SPDX-License-Identifier: Apache-2.0
"""How this machine's vantages look: by what they name themselves, else by what the settings say."""

import uuid
from typing import Any

import pytest

from app.domain.vocabulary import Egress, VantageHealth, VantageRole
from app.services.monitoring import VantagePlan
from workers.jobs.looking import local_sessions
from workers.probe import ProbeSession


def session_of(**parameters: Any) -> ProbeSession:
    """A session opened for a vantage with these parameters."""
    plan = VantagePlan(
        id=uuid.uuid4(),
        code="kz-1",
        role=VantageRole.FIELD,
        egress=Egress.PROXY if "proxy" in parameters else Egress.LOCAL,
        country="KZ",
        network="AS64496",
        is_lone=True,
        parameters=parameters,
        health=VantageHealth.UNKNOWN,
        health_at=None,
    )
    opened = local_sessions(
        resolver="10.0.0.1",
        independent_resolver="9.9.9.9",
        doh_url="https://9.9.9.9/dns-query",
        concurrency=20,
        starts_per_second=100,
    )
    return opened(plan)


def test_without_a_word_of_its_own_a_vantage_looks_as_the_settings_say() -> None:
    """The network's resolver, an independent one, and one over HTTPS."""
    session = session_of()
    assert session.resolvers == (("10.0.0.1", 53),)
    assert session.independent_resolver == ("9.9.9.9", 53)
    assert session.doh_url == "https://9.9.9.9/dns-query"
    assert session.concurrency == 20


def test_what_a_vantage_names_itself_goes_first() -> None:
    """Each of its resolvers may be another one than the installation's."""
    session = session_of(
        resolver="10.9.9.1",
        independent_resolver="1.1.1.1:5353",
        doh_url="https://1.1.1.1/dns-query",
    )
    assert session.resolvers == (("10.9.9.1", 53),)
    assert session.independent_resolver == ("1.1.1.1", 5353)
    assert session.doh_url == "https://1.1.1.1/dns-query"


@pytest.mark.parametrize("resolver", [None, "10.9.9.1"])
def test_through_a_proxy_nothing_is_asked_on_this_side(resolver: str | None) -> None:
    """Neither the independent resolver nor the one over HTTPS, which would leave by this line."""
    session = session_of(proxy="socks5://127.0.0.1:1080", resolver=resolver)
    assert session.tunnel is not None
    assert (session.independent_resolver, session.doh_url) == (None, None)
    assert session.resolvers == ((resolver or "9.9.9.9", 53),)
