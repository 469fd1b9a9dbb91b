# SPDX-License-Identifier: Apache-2.0
"""What a verdict puts the blame on, and what it refuses to blame: names, handshakes, pages."""

from dataclasses import replace

import pytest

from app.domain.blocking.measurement import Engine
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see


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
        some = [see.control(see.dns_says("10.1.1.1")), see.control()]
        uneven = judge(see.dns_says("10.1.1.1"), some, (), "KZ")
        assert (uneven.state, uneven.interference) == (VerdictState.INSUFFICIENT, False)

    def test_of_two_failed_questions_the_one_for_ipv4_speaks(self) -> None:
        """AAAA often has no answer; that A was refused is what matters."""
        aaaa = see.lookup(failure="dns_no_answer", query_type="AAAA")
        seen = see.measured(aaaa, see.lookup(failure="dns_servfail_error"))
        assert judge(seen, scenes.REACHES, (), "KZ").failure_class == "dns:lookup_failure"

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

    def test_ipv6_that_fails_only_here_is_no_interference(self) -> None:
        """The control's IPv6 works, ours does not: that is our line."""
        seen = see.https_ok()
        lost = see.connect("2606:2800:220:1::1", "generic_timeout_error")
        outside = replace(seen, connects=(see.connect("2606:2800:220:1::1"), *seen.connects))
        field = replace(seen, connects=(lost, *seen.connects))
        assert not judge(field, [see.control(outside)], (), "KZ").interference

    def test_only_the_urls_own_port_counts(self) -> None:
        """Port 443 open does not make http work, nor a handshake on 443 one on 8443."""
        http = see.measured(
            see.lookup(see.SITE),
            see.connect(),
            see.connect(failure="timed_out", port=80),
            url=see.HTTP,
        )
        assert judge(http, scenes.REACHES_HTTP, (), "KZ").mechanism is Mechanism.TIMEOUT
        reset = see.shake(failure="connection_reset", port=8443)
        other = see.measured(
            see.lookup(see.SITE), see.shake(), reset, url="https://news.example:8443/"
        )
        assert judge(other, (), (), "KZ").failure_class == "tls:reset"

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

    def test_an_address_that_a_control_connected_to_is_not_weak(self) -> None:
        """Known to no control's resolver, yet alive for a control: the reset is this network's."""
        tried = see.control(see.also_tried(see.https_ok(), see.connect(see.OTHER_EDGE)))
        verdict = judge(see.tls_fails(address=see.OTHER_EDGE), [tried], (), "KZ")
        assert (verdict.mechanism, verdict.confidence) == (Mechanism.SNI_RESET, Confidence.LIKELY)

    def test_one_control_that_proves_an_address_outweighs_one_that_cannot(self) -> None:
        """An address is disowned or dead only if no control finds the site there."""
        wrong = see.shake(see.BLOCKPAGE, "ssl_invalid_hostname")
        disowns = see.control(see.also_tried(see.https_ok(), wrong))
        owns = see.control(see.also_tried(see.https_ok(), see.shake(see.BLOCKPAGE)))
        mitm = judge(scenes.FORGED_CERTIFICATE, [disowns, owns], (), "KZ")
        assert mitm.mechanism is Mechanism.CERTIFICATE_MITM
        dead = see.connect(see.BLOCKPAGE, "generic_timeout_error")
        fails = see.control(see.also_tried(see.https_ok(), dead))
        opens = see.control(see.also_tried(see.https_ok(), see.connect(see.BLOCKPAGE)))
        silent = judge(see.tcp_fails(address=see.BLOCKPAGE), [fails, opens], (), "KZ")
        assert silent.mechanism is Mechanism.TIMEOUT

    def test_the_sites_own_certificate_refused_here_is_no_interference(self) -> None:
        """One server sends a chain our list cannot follow, the other a good one."""
        seen = see.https_ok(see.OTHER_EDGE)
        odd = see.shake(see.SITE, "ssl_unknown_authority", chain_sha256=(see.GENUINE_LEAF,))
        verdict = judge(replace(seen, handshakes=(odd, *seen.handshakes)), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

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

    def test_a_handshake_from_here_proves_an_address_no_control_knows(self) -> None:
        """What fails afterwards is not blamed on the address, nor called weak for it."""
        torn = see.fetch(address=see.OTHER_EDGE, status=None, failure="connection_reset")
        edge = see.OTHER_EDGE
        seen = see.measured(see.lookup(edge), see.connect(edge), see.shake(edge), torn)
        verdict = judge(seen, scenes.REACHES, (), "KZ")
        assert (verdict.layer, verdict.mechanism) == (Layer.HTTP, Mechanism.HTTP_RESET)
        assert verdict.confidence is Confidence.LIKELY


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


class TestTextThatIsNoAddress:
    """Whoever answers may send any text as an address, and must not stop the judging by it."""

    @pytest.mark.parametrize("location", ["https://[", "https://x:99999/", "//[v"])
    def test_a_redirect_to_no_address_is_judged(self, location: str) -> None:
        """In the field or at a control, over verified TLS too: a verdict, never an error."""
        page = {"status": 302, "location": location, "location_refused": "refused:host"}
        seen = see.https_ok(**page)
        seen = replace(seen, connects=(*seen.connects, see.connect(failure="reset", depth=1)))
        for field, control in ((seen, see.https_ok()), (see.https_ok(), seen), (seen, seen)):
            verdict = judge(field, [see.control(control)], (), "KZ")
            assert verdict.state is not VerdictState.BLOCKED
