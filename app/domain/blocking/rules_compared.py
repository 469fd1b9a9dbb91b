# SPDX-License-Identifier: Apache-2.0
"""Rules that lay pages and failures beside the controls' own, and what no rule can say.

Part of the ordered table in `rules.py`, whose docstring says how ids and order are kept.
"""

from app.domain.blocking.failures import Kind
from app.domain.blocking.interference import THROTTLED
from app.domain.blocking.rule import Rule
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState

SAME_FOR_CONTROLS = (
    Rule(
        id="refused_to_control_too",
        when=lambda e: e.field.refusal is not None and bool(e.controls.refused),
        state=VerdictState.SERVER_SIDE,
        layer=Layer.HTTP,
        sentence="The site turns this visitor away, and a control as well.",
    ),
    Rule(
        id="http_challenge_without_control",
        when=lambda e: e.field.refusal is Mechanism.CAPTCHA and not e.controls.heard,
        state=VerdictState.SERVER_SIDE,
        layer=Layer.HTTP,
        sentence="A known protection service asks this visitor to prove being human.",
    ),
    Rule(
        id="http_refused_here_only",
        when=lambda e: e.field.refusal is not None,
        state=VerdictState.INSUFFICIENT,
        sentence="A refusal came over cleartext, where the site or somebody between may have said it.",
    ),
    Rule(
        id="dns_same_bogon_at_control",
        when=lambda e: e.failed is not None and e.same_bogon and not e.controls.reached,
        state=VerdictState.DOWN,
        layer=Layer.DNS,
        mechanism=Mechanism.BOGON,
        confidence=Confidence.LIKELY,
        sentence="Controls are given the same bogus address: the site's own name is set up wrongly.",
    ),
    Rule(
        id="fails_everywhere",
        when=lambda e: e.failed is not None and e.controls.agree_it_fails,
        state=VerdictState.DOWN,
        confidence=Confidence.LIKELY,
        sentence="It fails here, and the majority of the healthy controls fail as well.",
    ),
    Rule(
        id="dns_same_bogon_at_some_controls",
        when=lambda e: e.failed is not None and e.same_bogon,
        state=VerdictState.INSUFFICIENT,
        sentence="Some controls are given the same bogus address and some are not: perhaps the site's "
        "own name is set up unevenly.",
    ),
    Rule(
        id="dns_name_collision",
        when=lambda e: e.failed is not None and e.failed.kind is Kind.NAME_COLLISION,
        state=VerdictState.INSUFFICIENT,
        sentence="The answer 127.0.53.53 marks a clash of domain names (ICANN); it is not blocking.",
    ),
    Rule(
        id="http_same_page_but_throttled",
        when=lambda e: e.cleartext_page and e.same_page and e.interference == THROTTLED,
        state=VerdictState.OK,
        sentence="The same page came as to a control, but far more slowly than for every control, "
        "although the line was quick enough to connect.",
    ),
    Rule(
        id="http_same_page_despite_interference",
        when=lambda e: e.cleartext_page and e.same_page and e.interference is not None,
        state=VerdictState.OK,
        sentence="The same page came as to a control, although somebody interfered.",
    ),
    Rule(
        id="http_same_page",
        when=lambda e: e.cleartext_page and e.same_page,
        state=VerdictState.OK,
        sentence="The same page came as to a control.",
    ),
)

BLOCKED_BY_PAGE = (
    Rule(
        id="http_led_nowhere",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.LED_NOWHERE),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.REDIRECT_BLOCKPAGE,
        confidence=Confidence.LIKELY,
        sentence="The reader is sent on, in cleartext, to a place where no public site can be or "
        "nothing answers; no control is sent there.",
    ),
    Rule(
        id="https_redirect_to_nowhere",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.SITE_REDIRECT),
        state=VerdictState.INSUFFICIENT,
        sentence="The site itself, proved by its certificate, sends this visitor to where nothing is.",
    ),
    Rule(
        id="https_redirect_loop",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.SITE_LOOP),
        state=VerdictState.INSUFFICIENT,
        sentence="The site itself, proved by its certificate, sends this visitor round in circles.",
    ),
    Rule(
        id="http_redirect_loop",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.LOOP),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_FAILURE,
        confidence=Confidence.WEAK,
        sentence="The reader is sent round in circles in cleartext, where the site or somebody "
        "between may do it; controls get the page.",
    ),
    Rule(
        id="http_reset",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.RESET),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_RESET,
        confidence=Confidence.LIKELY,
        sentence="The connection is torn down when the page is asked for; controls get the page.",
    ),
    Rule(
        id="http_throttled",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.TIMEOUT) and e.came_in_part and e.throttled,
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.THROTTLED,
        confidence=Confidence.LIKELY,
        sentence="The page begins to come and trickles so slowly that its end never comes in time; "
        "controls have the whole of it many times faster.",
    ),
    Rule(
        id="http_unfinished",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.TIMEOUT) and e.came_in_part,
        state=VerdictState.INSUFFICIENT,
        sentence="The page begins to come and its end does not come in time; the line here may be "
        "too slow for it.",
    ),
    Rule(
        id="http_timeout",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.TIMEOUT),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_TIMEOUT,
        confidence=Confidence.LIKELY,
        sentence="No answer comes when the page is asked for; controls get the page.",
    ),
    Rule(
        id="http_server_error_here_only",
        when=lambda e: e.failed_at(Layer.HTTP, Kind.SERVER_ERROR),
        state=VerdictState.INSUFFICIENT,
        sentence="A server error came over cleartext, where the site or somebody between may have said it.",
    ),
    Rule(
        id="http_failure",
        when=lambda e: e.failed_at(Layer.HTTP),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_FAILURE,
        confidence=Confidence.LIKELY,
        sentence="The answer to the request is broken here, while controls get the page.",
    ),
    Rule(
        id="http_led_elsewhere",
        when=lambda e: e.other_page and e.led_elsewhere,
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.CONTENT_DIFFERENCE,
        confidence=Confidence.WEAK,
        sentence="The reader is sent in cleartext to a host no control is sent to, and gets another page.",
    ),
    Rule(
        id="http_content_difference",
        when=lambda e: e.other_page,
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.CONTENT_DIFFERENCE,
        confidence=Confidence.WEAK,
        sentence="Another page is shown over cleartext than to the controls: neither length, header "
        "names nor title agree.",
    ),
)

CANNOT_SAY = (
    Rule(
        id="no_control_failed",
        when=lambda e: e.failed is not None and not e.controls.given,
        state=VerdictState.INSUFFICIENT,
        sentence="It fails here, and there is no control to compare with.",
    ),
    Rule(
        id="no_control_page",
        when=lambda e: e.cleartext_page and not e.controls.given,
        state=VerdictState.INSUFFICIENT,
        sentence="A page came over cleartext, and there is no control to compare it with.",
    ),
    Rule(
        id="control_refused",
        when=lambda e: bool(e.controls.refused),
        state=VerdictState.INSUFFICIENT,
        sentence="The site turns the control away, so that the control cannot tell.",
    ),
    Rule(
        id="control_unhealthy",
        when=lambda e: e.controls.unhealthy > 0,
        state=VerdictState.INSUFFICIENT,
        sentence="The control's own line is in doubt, so that it cannot tell.",
    ),
    Rule(
        id="control_stale",
        when=lambda e: e.controls.stale > 0,
        state=VerdictState.INSUFFICIENT,
        sentence="The control was not taken within five minutes, so that it cannot tell.",
    ),
    Rule(
        id="not_enough_evidence",
        when=lambda _: True,
        state=VerdictState.INSUFFICIENT,
        sentence="The evidence does not allow a statement.",
    ),
)
