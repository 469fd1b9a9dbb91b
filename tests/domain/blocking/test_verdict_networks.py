# SPDX-License-Identifier: Apache-2.0
"""Other addresses alone accuse nobody; a table of networks tells neighbours from strangers."""

from dataclasses import replace

import pytest

from app.domain.blocking.measurement import Engine
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see

SAME = PrefixTable([("93.184.216.0/24", 15133, "Edgecast")])
OTHER = PrefixTable([("93.184.216.0/28", 1, ""), ("93.184.216.96/28", 2, "")])
HOSTED = PrefixTable([("93.184.216.0/24", 15133, ""), (f"{see.BLOCKPAGE}/32", 15133, "")])
RESET_AT_EDGE = see.tls_fails(address=see.OTHER_EDGE)


class TestNeighbours:
    """An address in the network of one of the control's."""

    def test_a_neighbour_is_no_stranger(self) -> None:
        """The reset is this network's, and not made less sure by an address nobody else knows."""
        verdict = judge(RESET_AT_EDGE, scenes.REACHES, (), "KZ", SAME)
        assert (verdict.mechanism, verdict.confidence) == (Mechanism.SNI_RESET, Confidence.LIKELY)
        assert any("same network (AS15133)" in reason for reason in verdict.reasons)

    @pytest.mark.parametrize(
        "networks", [None, PrefixTable(()), OTHER, PrefixTable([("1.0.0.0/8", 1, "")])]
    )
    def test_without_a_match_it_stays_unknown(self, networks: PrefixTable | None) -> None:
        """No table, an empty one, another network and none at all are each no match."""
        verdict = judge(RESET_AT_EDGE, scenes.REACHES, (), "KZ", networks)
        assert (verdict.mechanism, verdict.confidence) == (Mechanism.SNI_RESET, Confidence.WEAK)
        assert "None of the resolver's addresses is known to the controls." in verdict.reasons

    def test_a_neighbour_with_a_wrong_certificate_is_not_called_forged(self) -> None:
        """In the site's own network the connection is tampered with more likely than the answer."""
        seen = see.tls_fails("ssl_unknown_authority", see.OTHER_EDGE)
        tried = see.also_tried(seen, *scenes.SITE_WORKS_HERE)
        assert judge(tried, scenes.REACHES, (), "KZ").rule == "dns_forged_certificate"
        assert judge(tried, scenes.REACHES, (), "KZ", SAME).rule == "tls_certificate_mitm"

    def test_a_block_page_in_the_network_of_the_sites_host_is_a_stranger(self) -> None:
        """Controls meet the wrong certificate there too, so it is not the site."""
        verdict = judge(scenes.FORGED_CERTIFICATE, [scenes.DISOWNS_BLOCKPAGE], (), "KZ", HOSTED)
        assert (verdict.layer, verdict.mechanism) == (Layer.DNS, Mechanism.FORGED_ADDRESS)


class TestLedAstray:
    """The network's resolver lies, and an independent one leads to the page all the same."""

    LIED_TO = see.measured(
        see.lookup(see.BLOCKPAGE),
        see.lookup(see.SITE, engine=Engine.UDP),
        see.connect(see.BLOCKPAGE),
        see.connect(engine=Engine.UDP),
        see.shake(see.BLOCKPAGE, "ssl_unknown_authority", chain_sha256=(see.FORGED_LEAF,)),
        see.shake(engine=Engine.UDP),
        see.fetch(engine=Engine.UDP),
    )

    @pytest.mark.parametrize("controls", [(), scenes.REACHES], ids=["alone", "with a control"])
    def test_a_strangers_certificate_at_the_resolvers_address_is_a_lie(
        self, controls: tuple[object, ...]
    ) -> None:
        """Reached, with interference, and the reasons say whom it does not reach."""
        verdict = judge(self.LIED_TO, controls, (), "KZ")  # type: ignore[arg-type]
        assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
        assert (verdict.layer, verdict.mechanism) == (Layer.DNS, Mechanism.FORGED_ADDRESS)
        assert any("Whoever asks the network's resolver does not" in one for one in verdict.reasons)

    def test_an_address_dead_for_the_control_too_is_a_lie(self) -> None:
        """Known to nobody, and nothing there for anybody."""
        dead = see.connect(see.BLOCKPAGE, "connection_refused")
        seen = replace(
            self.LIED_TO,
            connects=(dead, *self.LIED_TO.connects[1:]),
            handshakes=self.LIED_TO.handshakes[1:],
        )
        tried = see.control(see.also_tried(see.https_ok(), dead))
        assert judge(seen, [tried], (), "KZ").mechanism is Mechanism.FORGED_ADDRESS
        alone = judge(seen, (), (), "KZ")
        assert not alone.interference
        assert any("nothing of the site is where it leads" in reason for reason in alone.reasons)

    @pytest.mark.parametrize("failure", ["ssl_invalid_certificate", "connection_reset", None])
    def test_other_trouble_at_one_address_is_no_lie(self, failure: str | None) -> None:
        """A lapsed certificate, a reset or merely a slower way: the site's own or the line's."""
        shakes = (see.shake(see.BLOCKPAGE, failure), *self.LIED_TO.handshakes[1:])
        verdict = judge(replace(self.LIED_TO, handshakes=shakes), (), (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)

    def test_a_denied_name_is_said_plainly(self) -> None:
        """By which failure the resolver keeps its readers away."""
        seen = replace(
            self.LIED_TO,
            lookups=(see.lookup(failure="dns_nxdomain_error"), self.LIED_TO.lookups[1]),
            connects=self.LIED_TO.connects[1:],
            handshakes=self.LIED_TO.handshakes[1:],
        )
        verdict = judge(seen, scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.mechanism) == (VerdictState.OK, Mechanism.NXDOMAIN)
        assert any("(dns_nxdomain_error)" in reason for reason in verdict.reasons)

    def test_a_known_bogus_answer_is_a_bogon(self) -> None:
        """The page came by another resolver, and what the network's said is on record."""
        mark = see.mark("10.10.34.35", location="dns", pattern_type="full")
        verdict = judge(scenes.BAD_DNS_GOOD_PAGE, (), [mark], "KZ")
        assert (verdict.state, verdict.mechanism) == (VerdictState.OK, Mechanism.BOGON)


class TestLateAnswers:
    """A second reply to one question."""

    def test_two_of_the_sites_own_addresses_are_no_injection(self) -> None:
        """A datagram that the network doubled is honestly answered twice."""
        seen = see.https_ok()
        twice = replace(seen.lookups[0], late_answers=((see.OTHER_EDGE,),))
        both = see.control(see.also_tried(see.https_ok(), see.shake(see.OTHER_EDGE)))
        doubled = replace(seen, lookups=(twice,))
        assert not judge(doubled, [both], (), "KZ").interference
        assert judge(doubled, scenes.REACHES, (), "KZ").interference

    def test_a_denial_that_is_contradicted_is_interference(self) -> None:
        """The name was denied, and then the true answer came: the denial was injected."""
        denied = see.lookup(failure="dns_nxdomain_error", late_answers=((see.SITE,),))
        verdict = judge(see.measured(denied), (), (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.INSUFFICIENT, True)


class TestCircles:
    """Redirects without an end."""

    def test_where_a_censors_site_goes_wrong_is_the_redirects_fault(self) -> None:
        """Led away in cleartext to a host with a certificate of its own, which then fails."""
        sent = see.measured(
            see.lookup(see.SITE),
            see.connect(port=80),
            see.fetch(see.HTTP, status=302, location="https://warning.kz/", text=""),
            see.lookup(see.BLOCKPAGE, hostname="warning.kz", depth=1),
            see.connect(see.BLOCKPAGE, depth=1),
            see.shake(see.BLOCKPAGE, server_name="warning.kz", depth=1),
            see.fetch(
                "https://warning.kz/",
                see.BLOCKPAGE,
                status=None,
                failure="connection_reset",
                depth=1,
            ),
            url=see.HTTP,
        )
        verdict = judge(sent, scenes.REACHES_HTTP, (), "KZ")
        assert (verdict.state, verdict.mechanism) == (
            VerdictState.BLOCKED,
            Mechanism.REDIRECT_BLOCKPAGE,
        )

    def test_the_sites_own_circles_accuse_nobody(self) -> None:
        """Over valid TLS the site itself does it; for everybody, it is down."""
        circles = see.paced(
            see.https_ok(status=302, location="/"), failure=scenes.TOO_MANY_REDIRECTS
        )
        assert judge(circles, scenes.REACHES, (), "KZ").state is VerdictState.INSUFFICIENT
        assert judge(circles, [see.control(circles)], (), "KZ").state is VerdictState.DOWN
