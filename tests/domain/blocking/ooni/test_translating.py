# SPDX-License-Identifier: Apache-2.0
"""OONI's measurement in our words, and our verdict on it."""

import pytest

from app.domain.blocking.judging import judge_line
from app.domain.blocking.measurement import Engine
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.ooni.translating import to_measurement
from app.domain.vocabulary import VerdictState
from tests.domain.blocking.classic import scenery
from tests.domain.blocking.classic.qa import QA
from tests.domain.blocking.classic.stories import (
    EDGE,
    HTTP,
    HTTPS,
    SITE,
    Json,
    ask,
    get,
    helper,
    measured,
    old,
    tcp,
    tls,
)

STATES = {
    "successWithHTTP": "ok",
    "successWithHTTPS": "ok",
    # The page came all the same, by the independent resolver's answer: interference, not `blocked`.
    "dnsBlockingNXDOMAIN": "ok",
    "dnsBlockingBOGON": "ok",
    "tlsBlockingConnectionResetWithInconsistentDNS": "blocked",
    "tcpBlockingConnectTimeout": "blocked",
    "tlsBlockingConnectionResetWithConsistentDNS": "blocked",
    "httpBlockingConnectionReset": "blocked",
    "cloudflareCAPTCHAWithHTTPS": "server_side",
    "cloudflareCAPTCHAWithHTTP": "insufficient",
    "controlFailureWithSuccessfulHTTPWebsite": "insufficient",
    "controlFailureWithSuccessfulHTTPSWebsite": "ok",
    "websiteDownNXDOMAIN": "down",
    "websiteDownNoAddrs": "down",
    "badSSLWithExpiredCertificate": "down",
}


def verdict(values: Json) -> Json:
    """Our verdict on a measurement."""
    found = judge_line(values, ())["verdict"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("name", "state"), STATES.items())
def test_our_verdict_tells_down_blocked_and_server_side_apart(name: str, state: str) -> None:
    """Situations of OONI's suite, in our states."""
    told = next(one for one in QA if one.name == name)

    assert verdict(told.measured)["state"] == state


def test_the_layers_stay_where_they_were() -> None:
    """Every step keeps its address, time, failure and depth; requests are oldest first."""
    moved = get(HTTP, code=301, headers={"Location": HTTPS}, number=40001)
    values = measured(
        {**ask(SITE), "t0": 0.25, "t": 0.5},
        tcp(port=80, number=40001),
        moved,
        tcp(depth=1),
        tls(depth=1),
        get(depth=1),
        url=HTTP,
    )
    seen, _ = to_measurement(read_ooni(values))

    assert (seen.lookups[0].started_ms, seen.lookups[0].ended_ms) == (250.0, 500.0)
    assert [one.status for one in seen.exchanges] == [301, 200]
    assert [one.over_tls for one in seen.exchanges] == [False, True]
    assert [one.depth for one in seen.exchanges] == [0, 1]
    assert seen.exchanges[0].location == HTTPS
    assert seen.exchanges[1].title == "Default Web Page"
    assert seen.software == "ooniprobe 3.21.0"


def test_an_address_is_known_by_who_answered_it() -> None:
    """The system's answers first; what no lookup gave came from the helper."""
    values = measured(
        ask(SITE, engine="doh"),
        ask(SITE),
        ask(EDGE, engine="udp"),
        tcp(),
        tcp(EDGE),
        tcp("9.9.9.9"),
    )
    seen, _ = to_measurement(read_ooni(values))

    engines = [one.engine for one in seen.connects]
    assert engines == [Engine.SYSTEM, Engine.UDP, Engine.CONTROL]


def test_late_answers_are_kept_beside_the_first() -> None:
    """Further replies to a question are the mark of an injected answer."""
    values = measured(ask("10.0.0.1", engine="udp"))
    late = {name: value for name, value in ask(SITE, engine="udp").items() if name != "kind"}
    values["test_keys"]["x_dns_duplicate_responses"] = [late]
    seen, _ = to_measurement(read_ooni(values))

    assert seen.lookups[0].late_answers == ((SITE,),)


def test_the_helper_is_one_control() -> None:
    """Its names, connects, handshakes and page are a measurement; old failure names are renamed."""
    control = helper(
        SITE,
        tcp={f"{SITE}:443": None, "[2606:2800::1]:443": "connection_refused_error"},
        tls={f"{SITE}:443": None},
    )
    _, (heard,) = to_measurement(read_ooni(measured(control=control)))

    seen = heard.measurement
    assert heard.vantage_healthy
    assert heard.fresh
    assert seen.lookups[0].addresses == (SITE,)
    assert [(one.address, one.failure) for one in seen.connects] == [
        (SITE, None),
        ("2606:2800::1", "connection_refused"),
    ]
    assert [one.engine for one in seen.connects] == [Engine.SYSTEM, Engine.CONTROL]
    assert seen.exchanges[0].status == 200
    assert seen.exchanges[0].body_length == 1533


def test_a_helper_that_failed_is_an_unhealthy_control() -> None:
    """It is there, and says nothing; where nobody asked it there is none."""
    _, failed = to_measurement(read_ooni(measured(control_failure="unknown_failure: all")))
    _, nobody = to_measurement(read_ooni(measured(control=None)))

    assert [one.vantage_healthy for one in failed] == [False]
    assert nobody == ()


def test_the_same_line_has_the_same_id() -> None:
    """Ids are made of the file's words: a second import finds the first."""
    one, _ = to_measurement(read_ooni(measured(ask(SITE))))
    again, _ = to_measurement(read_ooni(measured(ask(SITE))))
    other, _ = to_measurement(read_ooni(measured(ask(SITE), url=HTTP)))

    assert one.uid == again.uid
    assert one.uid != other.uid


def test_a_file_without_tags_keeps_failures_where_they_happened() -> None:
    """A request of v0.4 that never left is no failure of HTTP: the connect's or handshake's is."""
    refused = old(
        measured(ask(SITE), tcp(failure="connection_refused"), get(failure="connection_refused"))
    )
    reset = old(
        measured(ask(SITE), tcp(), tls(failure="connection_reset"), get(failure="connection_reset"))
    )

    assert (verdict(refused)["layer"], verdict(reset)["layer"]) == ("tcp", "tls")


@pytest.mark.parametrize("state", VerdictState)
def test_the_suite_reaches_every_state(state: VerdictState) -> None:
    """Nothing of OONI's suite is without a state, and each state has a situation."""
    assert state.value in {verdict(told.measured)["state"] for told in QA}


def test_interference_on_the_way_is_told_though_the_page_came() -> None:
    """A name fails here while the genuine page is fetched another way: ok, with interference."""
    values = measured(
        ask(failure="dns_nxdomain_error"), ask(SITE, engine="udp"), *scenery.HTTPS_PAGE
    )

    assert verdict(values)["state"] == "ok"
    assert verdict(values)["interference"] is True
