# SPDX-License-Identifier: Apache-2.0
"""What a fingerprint can and cannot do to a verdict."""

from dataclasses import replace

import pytest

from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see


@pytest.mark.parametrize("scope", ["prod", "inst", "vbw", "injb", "prov"])
def test_other_scopes_only_add_a_reason(scope: str) -> None:
    """A filter product's page is named, and decides nothing."""
    mark = see.mark("denied by order", scope=scope)
    verdict = judge(scenes.HTTP_BLOCKPAGE, (), [mark], "KZ")
    assert verdict.state is VerdictState.INSUFFICIENT
    assert any("test.kz_1" in reason for reason in verdict.reasons)


def test_false_alarm_is_evidence_against() -> None:
    """It clears a differing page, and takes 'confirmed' from a fingerprint beside it."""
    alarm = see.mark("Access", name="test.fp", scope="fp", expected_countries=frozenset())
    alone = judge(scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP, [alarm], "KZ")
    assert alone.state is VerdictState.INSUFFICIENT
    both = judge(scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP, [alarm, scenes.BODY_MARK], "KZ")
    assert (both.state, both.confidence) == (VerdictState.BLOCKED, Confidence.LIKELY)


def test_what_the_control_is_shown_too_is_no_block_page() -> None:
    """A site that itself says 'denied by order' is not accused of anything."""
    control = see.control(replace(scenes.HTTP_BLOCKPAGE))
    verdict = judge(scenes.HTTP_BLOCKPAGE, [control], [scenes.BODY_MARK], "KZ")
    assert verdict.state is VerdictState.OK


def test_a_mark_in_the_controls_own_page_is_no_mark() -> None:
    """Even where the pages differ otherwise: the site itself uses these words."""
    other = see.http_ok(text="Denied? No: denied by order, says the minister." + "z" * 9000)
    verdict = judge(scenes.HTTP_BLOCKPAGE, [see.control(other)], [scenes.BODY_MARK], "KZ")
    assert verdict.rule == "http_content_difference"


def test_a_marked_address_that_is_the_sites_own_accuses_nobody() -> None:
    """Block pages move out of hosting addresses, and sites move in."""
    mark = see.mark(see.SITE, location="dns", pattern_type="full")
    verdict = judge(see.tls_fails(), scenes.REACHES, [mark], "KZ")
    assert verdict.rule == "tls_reset_after_hello"
    edge = see.mark(see.OTHER_EDGE, location="dns", pattern_type="full")
    proves = see.control(see.also_tried(see.https_ok(), see.shake(see.OTHER_EDGE)))
    moved = judge(see.tls_fails(address=see.OTHER_EDGE), [proves], [edge], "KZ")
    assert moved.rule == "tls_reset_after_hello"


@pytest.mark.parametrize("answers", [(see.BLOCKPAGE,), ("10.10.34.34",), ()])
def test_a_forged_redirect_to_where_nothing_answers_is_not_the_sites_name(
    answers: tuple[str, ...],
) -> None:
    """What fails is the place the reader was sent to; the blame is on the redirect."""
    sent = see.measured(
        see.lookup(see.SITE),
        see.connect(port=80),
        see.fetch(see.HTTP, status=302, location="http://warning.kz/", text=""),
        see.lookup(*answers, hostname="warning.kz", depth=1),
        *(see.connect(one, "connection_refused", port=80, depth=1) for one in answers),
        url=see.HTTP,
    )
    verdict = judge(sent, scenes.REACHES_HTTP, (), "KZ")
    assert (verdict.layer, verdict.mechanism) == (Layer.HTTP, Mechanism.REDIRECT_BLOCKPAGE)


def test_no_fingerprint_outweighs_a_valid_certificate() -> None:
    """An article that quotes a block page stays an article."""
    page = see.https_ok(text=see.BLOCKPAGE_BODY)
    assert judge(page, (), [scenes.BODY_MARK], "KZ").state is VerdictState.OK


def test_a_certificate_of_the_block_page_proves_nothing() -> None:
    """A cleartext redirect to a block page with valid TLS of its own is still a block page."""
    sent = see.measured(
        see.lookup(see.SITE),
        see.connect(port=80),
        see.fetch(see.HTTP, status=302, location="https://warning.kz/", text=""),
        see.lookup(see.BLOCKPAGE, hostname="warning.kz", depth=1),
        see.connect(see.BLOCKPAGE, depth=1),
        see.shake(see.BLOCKPAGE, server_name="warning.kz", depth=1),
        see.blockpage("https://warning.kz/", address=see.BLOCKPAGE, depth=1),
        url=see.HTTP,
    )
    plain = judge(sent, scenes.REACHES_HTTP, (), "KZ")
    assert (plain.state, plain.rule) == (VerdictState.BLOCKED, "http_led_elsewhere")
    known = judge(sent, (), FingerprintSet([scenes.BODY_MARK]), "KZ")
    assert known.mechanism is Mechanism.REDIRECT_BLOCKPAGE


def test_a_redirect_of_the_site_to_its_own_https_is_proved() -> None:
    """From http to the same name over TLS: nobody between could have written the page."""
    upgraded = see.measured(
        see.lookup(see.SITE),
        see.connect(port=80),
        see.fetch(see.HTTP, status=301, location="https://www.news.example/"),
        see.connect(depth=1),
        see.shake(depth=1, server_name="www.news.example"),
        see.fetch("https://www.news.example/", depth=1),
        url=see.HTTP,
    )
    assert judge(upgraded, (), (), "KZ").rule == "https_genuine"
