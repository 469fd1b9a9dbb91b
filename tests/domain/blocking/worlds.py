# SPDX-License-Identifier: Apache-2.0
"""Measurements, controls and knowledge of any kind, drawn at random for properties of the verdict.

What is drawn need not be possible on a real network: a verdict has to be careful with whatever an
agent, an import or a later prober hands in.
"""

from typing import Any

from hypothesis import strategies as st

from app.domain.blocking.controls import Control
from app.domain.blocking.measurement import Engine, Measurement
from app.domain.blocking.networks import PrefixTable
from tests.domain.blocking import scenes, see
from tests.domain.blocking.cases import CASES

ADDRESSES = (
    see.SITE,
    see.OTHER_EDGE,
    see.BLOCKPAGE,
    "10.10.34.36",
    "127.0.0.1",
    "127.0.53.53",
    "64:ff9b::5db8:d822",
    "2606:2800:220:1::1",
)
DNS_FAILURES = ("dns_nxdomain_error", "dns_no_answer", "generic_timeout_error", "network_down")
FAILURES = (
    "connection_refused",
    "connection_reset",
    "generic_timeout_error",
    "network_unreachable",
    "permission_denied",
    "eof_error",
)
TLS_FAILURES = (*FAILURES, "ssl_unknown_authority", "ssl_invalid_hostname", "ssl_failed_handshake")
PAGES: tuple[dict[str, Any], ...] = (
    {},
    scenes.CHALLENGE,
    {"status": 403, "text": "no", "title": "Forbidden", "headers": ()},
    {"status": 451},
    {"status": 502},
    {"status": 511},
    {"text": see.BLOCKPAGE_BODY, "title": "Access restricted", "headers": ()},
    {"status": 302, "location": "http://warning.kz/", "text": ""},
    {
        "status": 302,
        "location": "http://10.1.1.1/",
        "location_refused": "refused:non_global_literal",
    },
    {"status": 302, "location": "/", "failure": scenes.TOO_MANY_REDIRECTS},
    {"status": None, "failure": "connection_reset", "headers": (), "title": None},
    {"failure": "generic_timeout_error", "wire_length": 9_000, "ended_ms": 15_000.0},
    {"wire_length": 60_000, "ended_ms": 6_080.0},
    {"wire_length": 60_000, "ended_ms": 180.0},
)
CHALLENGE: dict[str, Any] = scenes.CHALLENGE
TURNED_AWAY = (see.https_ok(**CHALLENGE), see.https_ok(status=451), scenes.HTTP_REFUSAL)
MARKS = (
    scenes.BODY_MARK,
    scenes.DNS_MARK,
    scenes.LOCATION_MARK,
    see.mark("denied by order", name="test.fp", scope="fp"),
    see.mark("denied by order", name="test.vbw", scope="vbw"),
    see.mark("denied", name="test.ru", expected_countries=frozenset({"RU"})),
)
NETWORKS = (
    None,
    PrefixTable(()),
    PrefixTable([("93.184.216.0/24", 15133, ""), ("195.175.0.0/16", 9121, "")]),
    PrefixTable([("0.0.0.0/0", 1, "")]),
)

_engines = st.sampled_from((Engine.SYSTEM, Engine.SYSTEM, Engine.UDP, Engine.DOH, Engine.CONTROL))


def _or_none(texts: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(texts))


def measurements() -> st.SearchStrategy[Measurement]:
    """Any measurement of the site's front page, many from situations written by hand."""
    situations = st.sampled_from([case.seen for case in CASES])
    return st.one_of(situations, _strange(), st.sampled_from(TURNED_AWAY))


@st.composite
def _strange(draw: st.DrawFn) -> Measurement:
    url = draw(st.sampled_from((see.HTTPS, see.HTTP)))
    secure = url == see.HTTPS
    port = 443 if secure else 80
    steps: list[object] = []
    for _ in range(draw(st.integers(1, 2))):
        failure = draw(_or_none(DNS_FAILURES))
        given = () if failure else tuple(draw(st.sets(st.sampled_from(ADDRESSES), max_size=2)))
        late = draw(st.sampled_from(((), ((see.BLOCKPAGE,),), ((see.OTHER_EDGE,),))))
        steps.append(see.lookup(*given, failure=failure, engine=draw(_engines), late_answers=late))
    for address in draw(st.lists(st.sampled_from(ADDRESSES[:3]), max_size=2)):
        engine = draw(_engines)
        failure = draw(_or_none(FAILURES))
        steps.append(see.connect(address, failure, port=port, engine=engine))
        if secure and failure is None:
            steps.append(see.shake(address, draw(_or_none(TLS_FAILURES)), engine=engine))
    if draw(st.booleans()):
        address = draw(st.sampled_from(ADDRESSES[:3]))
        page = draw(st.sampled_from(PAGES))
        steps.append(see.fetch(url, address, engine=draw(_engines), **page))
    fault = draw(st.sampled_from((None, None, None, "udp_receive_buffer_overflow")))
    return see.measured(*steps, url=url, prober_fault=fault)


@st.composite
def controls(draw: st.DrawFn) -> Control:
    """A control of any use; half of them reached the site."""
    reached = draw(st.booleans())
    genuine = st.sampled_from((see.https_ok(), see.http_ok(), see.quickly(see.https_ok())))
    return see.control(
        draw(genuine if reached else measurements()),
        vantage_healthy=draw(st.integers(0, 4)) > 0,
        fresh=draw(st.integers(0, 4)) > 0,
        network=draw(st.sampled_from((None, "AS1", "AS2"))),
    )


several_controls = st.lists(controls(), max_size=3)
some_marks = st.lists(st.sampled_from(MARKS), unique=True, max_size=2)
any_networks = st.sampled_from(NETWORKS)
