# SPDX-License-Identifier: Apache-2.0
"""What a verdict puts the blame on, and what it refuses to blame: marks, names, handshakes, pages."""

from dataclasses import replace

import pytest

from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import Engine
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see


class TestFingerprints:
    """What a fingerprint can and can't do."""

    @pytest.mark.parametrize("scope", ["prod", "inst", "vbw", "injb", "prov"])
    def test_other_scopes_only_add_a_reason(self, scope: str) -> None:
        """A filter product's page is named, and decides nothing."""
        mark = see.mark("denied by order", scope=scope)
        verdict = judge(scenes.HTTP_BLOCKPAGE, (), [mark], "KZ")
        assert verdict.state is VerdictState.INSUFFICIENT
        assert any("test.kz_1" in reason for reason in verdict.reasons)

    def test_false_alarm_is_evidence_against(self) -> None:
        """It clears a differing page, and takes 'confirmed' from a fingerprint beside it."""
        alarm = see.mark("Access", name="test.fp", scope="fp", expected_countries=frozenset())
        alone = judge(scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP, [alarm], "KZ")
        assert alone.state is VerdictState.INSUFFICIENT
        both = judge(scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP, [alarm, scenes.BODY_MARK], "KZ")
        assert (both.state, both.confidence) == (VerdictState.BLOCKED, Confidence.LIKELY)

    def test_what_the_control_is_shown_too_is_no_block_page(self) -> None:
        """A site that itself says 'denied by order' is not accused of anything."""
        control = see.control(replace(scenes.HTTP_BLOCKPAGE))
        verdict = judge(scenes.HTTP_BLOCKPAGE, [control], [scenes.BODY_MARK], "KZ")
        assert verdict.state is VerdictState.OK

    def test_no_fingerprint_outweighs_a_valid_certificate(self) -> None:
        """An article that quotes a block page stays an article."""
        page = see.https_ok(text=see.BLOCKPAGE_BODY)
        assert judge(page, (), [scenes.BODY_MARK], "KZ").state is VerdictState.OK

    def test_a_certificate_of_the_block_page_proves_nothing(self) -> None:
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

    def test_a_redirect_of_the_site_to_its_own_https_is_proved(self) -> None:
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


class TestNames:
    """DNS: what looks like blocking and is not, and the reverse."""

    def test_dns64_is_normal(self) -> None:
        """The site's address in NAT64 dress is the site's address."""
        image = "64:ff9b::5db8:d822"
        assert judge(see.https_ok(image), scenes.REACHES, (), "KZ").state is VerdictState.OK
        reset = judge(see.tls_fails(address=image), scenes.REACHES, (), "KZ")
        assert (reset.layer, reset.mechanism) == (Layer.TLS, Mechanism.SNI_RESET)
        assert reset.confidence is Confidence.LIKELY

    def test_the_same_bogon_at_the_control_is_down(self) -> None:
        """The owner's own mistake is nobody's block."""
        verdict = judge(see.dns_says("10.1.1.1"), [see.control(see.dns_says("10.1.1.1"))], (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.DOWN, False)

    def test_name_collision_is_not_blocking(self) -> None:
        """127.0.53.53 accuses nobody, though a control reaches the site."""
        verdict = judge(see.dns_says("127.0.53.53"), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.INSUFFICIENT, False)

    def test_a_missing_aaaa_is_ordinary(self) -> None:
        """A failed AAAA question beside a good A answer is no trouble at all."""
        seen = see.https_ok()
        aaaa = see.lookup(failure="dns_no_answer", query_type="AAAA")
        verdict = judge(replace(seen, lookups=(aaaa, *seen.lookups)), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

    def test_broken_ipv6_beside_working_ipv4_is_no_fault(self) -> None:
        """Neither a failure nor interference."""
        seen = see.https_ok()
        broken = see.connect("2606:2800:220:1::1", "network_unreachable")
        verdict = judge(replace(seen, connects=(broken, *seen.connects)), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

    def test_doh_failure_says_nothing_about_the_site(self) -> None:
        """Where DNS over HTTPS is blocked the site itself may be fine."""
        seen = see.https_ok()
        doh = see.lookup(failure="connection_reset", engine=Engine.DOH)
        verdict = judge(replace(seen, lookups=(*seen.lookups, doh)), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

    def test_an_injected_answer_is_interference(self) -> None:
        """A second, contradicting reply to one question is kept though the page came."""
        seen = see.https_ok()
        injected = replace(seen.lookups[0], late_answers=((see.BLOCKPAGE,),))
        verdict = judge(replace(seen, lookups=(injected,)), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
        assert verdict.mechanism is Mechanism.FORGED_ADDRESS

    def test_censored_and_down_at_once_is_down_with_interference(self) -> None:
        """An outage does not hide that the name is denied here alone."""
        verdict = judge(see.dns_fails(), scenes.TWO_FAIL, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.DOWN, True)

    def test_a_sinkhole_is_weaker_than_another_bogon(self) -> None:
        """An ad blocker answers with this machine; nobody's ad blocker answers with 10.10.34.35."""
        sinkhole = judge(see.dns_says("0.0.0.0"), scenes.REACHES, (), "KZ")
        bogon = judge(see.dns_says("10.10.34.35"), scenes.REACHES, (), "KZ")
        assert sinkhole.confidence is Confidence.WEAK
        assert bogon.confidence is Confidence.LIKELY


class TestHandshake:
    """Who is to blame when TLS fails."""

    def test_wrong_certificate_at_the_sites_own_address_is_mitm(self) -> None:
        """The address is the control's, so the connection is tampered with."""
        verdict = judge(scenes.MITM, scenes.REACHES, (), "KZ")
        assert (verdict.layer, verdict.mechanism) == (Layer.TLS, Mechanism.CERTIFICATE_MITM)

    def test_wrong_certificate_at_a_strangers_address_is_a_forged_answer(self) -> None:
        """The site's own address works from here, so the resolver lied."""
        seen = see.also_tried(scenes.FORGED_CERTIFICATE, *scenes.SITE_WORKS_HERE)
        verdict = judge(seen, scenes.REACHES, (), "KZ")
        assert (verdict.layer, verdict.mechanism) == (Layer.DNS, Mechanism.FORGED_ADDRESS)

    def test_wrong_certificate_at_an_address_nobody_tried_is_a_weak_mitm(self) -> None:
        """Nothing tells a forged answer from a tampered connection, and the verdict says so."""
        verdict = judge(scenes.FORGED_CERTIFICATE, scenes.REACHES, (), "KZ")
        assert (verdict.layer, verdict.mechanism) == (Layer.TLS, Mechanism.CERTIFICATE_MITM)
        assert verdict.confidence is Confidence.WEAK
        assert "None of the resolver's addresses is known to the controls." in verdict.reasons

    def test_no_sni_claim_without_a_controls_handshake(self) -> None:
        """A reset alone is a reset."""
        verdict = judge(see.tls_fails(), [scenes.NO_TLS_SEEN], (), "KZ")
        assert (verdict.mechanism, verdict.confidence) == (Mechanism.RESET, Confidence.WEAK)

    def test_a_handshake_that_works_at_one_address_is_no_failure(self) -> None:
        """One reset among the site's addresses is interference, not blocking."""
        seen = see.https_ok(see.OTHER_EDGE)
        reset = see.shake(see.SITE, "connection_reset")
        verdict = judge(
            replace(seen, handshakes=(reset, *seen.handshakes)), scenes.REACHES, (), "KZ"
        )
        assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
        assert verdict.mechanism is Mechanism.SNI_RESET


class TestCleartext:
    """Pages that somebody between could have written."""

    @pytest.mark.parametrize(
        "page",
        [
            {"text": "y" * 4000, "title": "Completely changed headline", "headers": ()},
            {"text": "y", "title": "Independent news today", "headers": ()},
            {"text": "y", "title": "Completely changed headline"},
        ],
        ids=["length", "title", "header names"],
    )
    def test_one_agreement_is_enough(self, page: dict[str, object]) -> None:
        """News pages change between two visits."""
        assert judge(see.http_ok(**page), scenes.REACHES_HTTP, (), "KZ").state is VerdictState.OK

    def test_agreeing_in_nothing_is_a_weak_accusation(self) -> None:
        """Another page without a fingerprint may still be a local edition."""
        verdict = judge(scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP, (), "KZ")
        assert (verdict.state, verdict.mechanism) == (
            VerdictState.BLOCKED,
            Mechanism.CONTENT_DIFFERENCE,
        )
        assert verdict.confidence is Confidence.WEAK
        assert verdict.failure_class == "http:content_difference"

    def test_our_own_manners_are_no_failure_of_the_site(self) -> None:
        """A redirect to a port we do not open is not followed, and the site is not 'down' for it."""
        page = {
            "status": 302,
            "location": "https://news.example:8443/",
            "location_refused": "refused:port",
        }
        https = judge(see.https_ok(**page), [see.control(see.https_ok(**page))], (), "KZ")
        http = judge(see.http_ok(**page), [see.control(see.http_ok(**page))], (), "KZ")
        assert https.state is http.state is VerdictState.OK
