# SPDX-License-Identifier: Apache-2.0
"""What a story of the hostile internet is: a world, what a prober sees in it, and what that means.

`arrange` changes the world; afterwards the field measures `url`. `sees` names, per layer, the
failure of the last attempt in that layer (None: it worked), for the field; the control always
reaches the site, unless `for_everybody` says that the site itself is what is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.blocking.fingerprints import Fingerprint
from app.domain.vocabulary import Layer, Mechanism, VerdictState
from tests.testbed import dns, http
from tests.testbed.middlebox import SniAction
from tests.testbed.net import Testbed

HOST = "news.example"
SECURE = f"https://{HOST}/"
CLEARTEXT = f"http://{HOST}/"
COUNTRY = "KZ"

Arrange = Callable[[Testbed], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The verdict that is right, and what OONI's keys must be for the same measurement."""

    state: VerdictState
    rule: str
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    interference: bool = False
    ooni_blocking: str | bool | None = None
    ooni_accessible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One situation."""

    name: str
    story: str
    arrange: Arrange
    url: str = SECURE
    sees: dict[str, str | None] = field(default_factory=dict)
    for_everybody: bool = False
    independent: bool = False  # the field asks an independent resolver as well
    gateway: bool = False  # the field's only way out is the country's gateway
    marks: Callable[[Testbed], Sequence[Fingerprint]] = lambda _: ()
    # The verdict with one healthy control, and the verdict without any.
    expects: Expected
    alone: Expected

    def vantage(self) -> dict[str, Any]:
        """What is special about the field's session, as arguments of `Testbed.session`."""
        return {"independent": self.independent, "gateway": self.gateway}


# What a prober sees that came so far and no further.
def seen(dns: str | None = None, *further: str | None) -> dict[str, str | None]:
    """`seen(None, None, "connection_reset")`: names and connections worked, the handshake did not."""
    return dict(zip(("dns", "tcp", "tls", "http"), (dns, *further), strict=False))


def seen_cleartext(http: str | None = None) -> dict[str, str | None]:
    """Names and connections worked, and the page came or failed; there is no handshake."""
    return {"dns": None, "tcp": None, "http": http}


WHOLE_PAGE = seen(None, None, None, None)


# What is right.
def genuine(
    layer: Layer | None = None,
    mechanism: Mechanism | None = None,
    rule: str | None = None,
    ooni: tuple[str | bool | None, bool | None] = (False, True),
) -> Expected:
    """The site is reached; with a mechanism, in spite of somebody."""
    despite = "https_genuine" if mechanism is None else "https_genuine_despite_interference"
    return Expected(
        state=VerdictState.OK,
        rule=rule or despite,
        layer=layer,
        mechanism=mechanism,
        interference=mechanism is not None,
        ooni_blocking=ooni[0],
        ooni_accessible=ooni[1],
    )


def blocked(rule: str, layer: Layer, mechanism: Mechanism, ooni: str | bool | None) -> Expected:
    """It fails here alone."""
    return Expected(
        state=VerdictState.BLOCKED,
        rule=rule,
        layer=layer,
        mechanism=mechanism,
        interference=True,
        ooni_blocking=ooni,
        ooni_accessible=None if ooni is None else ooni is False,
    )


def down(
    rule: str,
    layer: Layer,
    mechanism: Mechanism,
    ooni: tuple[str | bool | None, bool | None] = (False, False),
) -> Expected:
    """It fails everywhere."""
    return Expected(
        state=VerdictState.DOWN,
        rule=rule,
        layer=layer,
        mechanism=mechanism,
        ooni_blocking=ooni[0],
        ooni_accessible=ooni[1],
    )


def server_side(
    mechanism: Mechanism, rule: str = "https_refused", ooni: bool | None = False
) -> Expected:
    """The site itself turns the reader away, which OONI counts as reached."""
    return Expected(
        state=VerdictState.SERVER_SIDE,
        rule=rule,
        layer=Layer.HTTP,
        mechanism=mechanism,
        ooni_blocking=ooni,
        ooni_accessible=None if ooni is None else not ooni,
    )


def unsaid(
    rule: str = "no_control_failed",
    layer: Layer | None = None,
    mechanism: Mechanism | None = None,
    *,
    interference: bool = False,
    ooni: tuple[str | bool | None, bool | None] = (None, None),
) -> Expected:
    """Nothing can be said."""
    return Expected(
        state=VerdictState.INSUFFICIENT,
        rule=rule,
        layer=layer,
        mechanism=mechanism,
        interference=interference,
        ooni_blocking=ooni[0],
        ooni_accessible=ooni[1],
    )


# What is done to the world.
def lie(rule: dns.Rule) -> Arrange:
    """Let the network's resolver answer by this rule."""
    return lambda net: net.block_dns(HOST, rule)


def at_the_name(action: SniAction) -> Arrange:
    """Let the censor's machine act once the site's name was sent."""
    return lambda net: net.block_sni(HOST, action)


def in_cleartext(page: http.Page) -> Arrange:
    """Let the censor's machine answer cleartext requests."""
    return lambda net: net.block_http(HOST, page)


def says(page: http.Page) -> Arrange:
    """Let the site itself say this, to everybody."""
    return lambda net: net.change_page(HOST, page)


def says_to_country(page: http.Page) -> Arrange:
    """Let the site itself say this to those who come from the country, and its news to others."""
    return lambda net: net.change_page(
        HOST, http.to_country(net.country_exit, page, http.news(HOST))
    )


def mark(pattern: str, **more: Any) -> Fingerprint:
    """A fingerprint of the country's whole network, found in bodies unless told otherwise."""
    fields: dict[str, Any] = {
        "name": "testbed.mark",
        "scope": "nat",
        "location": "body",
        "pattern_type": "contains",
        "pattern": pattern,
        "expected_countries": frozenset({COUNTRY}),
    }
    return Fingerprint(**(fields | more))
