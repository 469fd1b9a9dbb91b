# SPDX-License-Identifier: Apache-2.0
"""Rules that need no control: worthless rounds, what TLS proves, known block pages.

Part of the ordered table in `rules.py`, whose docstring says how ids and order are kept.
"""

from app.domain.blocking.evidence import Evidence
from app.domain.blocking.failures import Kind
from app.domain.blocking.interference import THROTTLED
from app.domain.blocking.reading import Outcome
from app.domain.blocking.rule import Rule
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState


def _dns_mark(e: Evidence) -> bool:
    return any(hit.at_dns for hit in e.confirming) and not e.same_page


def _page_mark(e: Evidence, *, redirected: bool) -> bool:
    return not e.same_page and any(
        hit.redirects is redirected for hit in e.confirming if not hit.at_dns
    )


def _foreign_mark(e: Evidence, *, redirected: bool) -> bool:
    return (
        e.controls.contradict
        and not e.same_page
        and any(hit.redirects is redirected for hit in e.accusing if not hit.at_dns)
    )


WORTHLESS = (
    Rule(
        id="prober_fault",
        when=lambda e: e.prober_fault is not None,
        state=VerdictState.INSUFFICIENT,
        sentence="The prober distrusts itself in this round, so the round is no evidence.",
    ),
    Rule(
        id="nothing_measured",
        when=lambda e: e.field.outcome is Outcome.NOTHING and not e.confirming,
        state=VerdictState.INSUFFICIENT,
        sentence="The fetch was not carried to an end: there is neither a page nor a failure.",
    ),
    Rule(
        id="local_network_fault",
        when=lambda e: e.failed is not None and e.failed.kind in (Kind.LOCAL, Kind.NO_IPV6),
        state=VerdictState.INSUFFICIENT,
        sentence="The vantage's own line or machine failed, which says nothing about the site.",
    ),
    Rule(
        id="network_login_page",
        when=lambda e: e.field.page is not None and e.field.page.status == 511,
        state=VerdictState.INSUFFICIENT,
        sentence="The vantage's network asks its user to log in first (status 511).",
    ),
    Rule(
        id="tls_sites_own_certificate",
        when=lambda e: e.failed_at(Layer.TLS, Kind.CERTIFICATE) and e.same_certificate,
        state=VerdictState.INSUFFICIENT,
        sentence="The certificate refused here is the one controls accept: the vantage's clock or "
        "list of authorities is wrong.",
    ),
)

NOT_A_FETCH = frozenset(rule.id for rule in WORTHLESS)
"""Ids of the rules that say that nothing was measured: neither success nor failure of the site."""

PROVED_BY_TLS = (
    Rule(
        id="https_refused",
        when=lambda e: e.field.authentic and e.field.refusal is not None,
        state=VerdictState.SERVER_SIDE,
        layer=Layer.HTTP,
        sentence="The site itself, proved by its certificate, turns this visitor away.",
    ),
    Rule(
        id="https_server_error_everywhere",
        when=lambda e: (
            e.field.authentic
            and e.field.outcome is Outcome.SERVER_ERROR
            and e.controls.agree_it_fails
        ),
        state=VerdictState.DOWN,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_FAILURE,
        confidence=Confidence.LIKELY,
        sentence="The site itself answers with a server error, and controls get no page either.",
    ),
    Rule(
        id="https_server_error",
        when=lambda e: e.field.authentic and e.field.outcome is Outcome.SERVER_ERROR,
        state=VerdictState.SERVER_SIDE,
        layer=Layer.HTTP,
        mechanism=Mechanism.HTTP_FAILURE,
        sentence="The site itself, proved by its certificate, answers with a server error.",
    ),
    Rule(
        id="https_genuine_but_throttled",
        when=lambda e: e.field.authentic and e.interference == THROTTLED,
        state=VerdictState.OK,
        sentence="The genuine page came over TLS valid for the name, but far more slowly than for "
        "every control, although the line was quick enough to connect.",
    ),
    Rule(
        id="https_genuine_despite_interference",
        when=lambda e: e.field.authentic and e.interference is not None,
        state=VerdictState.OK,
        sentence="The genuine page came over TLS valid for the name, although somebody interfered.",
    ),
    Rule(
        id="https_genuine",
        when=lambda e: e.field.authentic,
        state=VerdictState.OK,
        sentence="The genuine page came over TLS valid for the name.",
    ),
)

FINGERPRINTS = (
    Rule(
        id="dns_bogon_fingerprint",
        when=lambda e: _dns_mark(e) and e.field.dns_trouble is not None,
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.BOGON,
        confidence=Confidence.CONFIRMED,
        sentence="The resolver answers with a bogus address known to be used for blocking here.",
    ),
    Rule(
        id="dns_blockpage_fingerprint",
        when=_dns_mark,
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.FORGED_ADDRESS,
        confidence=Confidence.CONFIRMED,
        sentence="The resolver answers with the address of a block page known in this country.",
    ),
    Rule(
        id="http_redirect_fingerprint",
        when=lambda e: _page_mark(e, redirected=True),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.REDIRECT_BLOCKPAGE,
        confidence=Confidence.CONFIRMED,
        sentence="The reader is sent on to a block page known in this country.",
    ),
    Rule(
        id="http_blockpage_fingerprint",
        when=lambda e: _page_mark(e, redirected=False),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.BLOCKPAGE,
        confidence=Confidence.CONFIRMED,
        sentence="A block page known in this country is shown instead of the site.",
    ),
    Rule(
        id="http_known_false_alarm",
        when=lambda e: bool(e.exonerating) and e.field.page is not None and not e.same_page,
        state=VerdictState.INSUFFICIENT,
        sentence="The page is one that is known to be mistaken for a block page.",
    ),
    Rule(
        id="http_foreign_redirect_fingerprint",
        when=lambda e: _foreign_mark(e, redirected=True),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.REDIRECT_BLOCKPAGE,
        confidence=Confidence.LIKELY,
        sentence="The reader is sent on to a block page, though it is not known to be this country's.",
    ),
    Rule(
        id="http_foreign_blockpage_fingerprint",
        when=lambda e: _foreign_mark(e, redirected=False),
        state=VerdictState.BLOCKED,
        layer=Layer.HTTP,
        mechanism=Mechanism.BLOCKPAGE,
        confidence=Confidence.LIKELY,
        sentence="A block page is shown, though it is not known to be this country's.",
    ),
)
