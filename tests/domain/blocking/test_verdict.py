# SPDX-License-Identifier: Apache-2.0
"""The design's table of situations and states, row by row, and what a verdict carries."""

from dataclasses import replace

import pytest

from app.domain.blocking.rules import NOT_A_FETCH, RULES, RULES_VERSION
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see
from tests.domain.blocking.cases import CASES
from tests.domain.blocking.scenes import Case

RULE = {rule.id: rule for rule in RULES}


class TestDesignTable:
    """Section 4 of the design, in its order."""

    def test_genuine_content_over_valid_tls_is_ok_and_keeps_the_interference(self) -> None:
        """The page came, and that the ISP's resolver lied is kept with layer and mechanism."""
        verdict = judge(scenes.BAD_DNS_GOOD_PAGE, scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
        assert (verdict.layer, verdict.mechanism) == (Layer.DNS, Mechanism.BOGON)
        assert verdict.failure_class is None

    def test_genuine_content_without_trouble_is_ok_without_interference(self) -> None:
        """Nothing is hinted at where nothing was seen."""
        verdict = judge(see.https_ok(), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.interference) == (VerdictState.OK, False)
        assert (verdict.layer, verdict.mechanism, verdict.confidence) == (None, None, None)

    @pytest.mark.parametrize(
        ("page", "mechanism"),
        [
            (scenes.CHALLENGE, Mechanism.CAPTCHA),
            ({"status": 403}, Mechanism.FORBIDDEN),
            ({"status": 503}, Mechanism.FORBIDDEN),
            ({"status": 451}, Mechanism.LEGAL_451),
            (
                {"status": 403, "text": "This content is not available in your country."},
                Mechanism.GEOBLOCKING,
            ),
        ],
    )
    def test_refusal_over_valid_tls_is_server_side(
        self, page: dict[str, object], mechanism: Mechanism
    ) -> None:
        """Whether or not a control gets the page, the certificate shows who refuses."""
        for controls in ((), scenes.REACHES):
            verdict = judge(see.https_ok(**page), controls, (), "KZ")
            assert (verdict.state, verdict.mechanism) == (VerdictState.SERVER_SIDE, mechanism)
            assert verdict.confidence is None
            assert verdict.failure_class == f"http:{mechanism.value}"

    def test_refusal_given_to_the_control_as_well_is_server_side(self) -> None:
        """Over cleartext the control's own refusal shows who refuses."""
        verdict = judge(scenes.HTTP_REFUSAL, [see.control(scenes.HTTP_REFUSAL)], (), "KZ")
        assert (verdict.state, verdict.mechanism) == (
            VerdictState.SERVER_SIDE,
            Mechanism.FORBIDDEN,
        )

    def test_cleartext_refusal_only_here_with_a_fingerprint_is_blocked(self) -> None:
        """A 403 in the field alone accuses where a block page is recognised in it."""
        page = see.http_ok(status=403, text=see.BLOCKPAGE_BODY)
        verdict = judge(page, scenes.REACHES_HTTP, [scenes.BODY_MARK], "KZ")
        assert (verdict.state, verdict.mechanism) == (VerdictState.BLOCKED, Mechanism.BLOCKPAGE)
        assert verdict.confidence is Confidence.CONFIRMED

    def test_cleartext_refusal_only_here_without_a_fingerprint_is_insufficient(self) -> None:
        """A 403 in the field alone may be the server's; the fetch itself worked."""
        verdict = judge(scenes.HTTP_REFUSAL, scenes.REACHES_HTTP, (), "KZ")
        assert (verdict.state, verdict.failure_class) == (VerdictState.INSUFFICIENT, None)

    def test_fails_here_while_a_healthy_control_reaches_it_is_blocked(self) -> None:
        """With layer, mechanism, confidence, and the rule's sentence first among the reasons."""
        verdict = judge(see.tls_fails(), scenes.REACHES, (), "KZ")
        assert (verdict.state, verdict.layer) == (VerdictState.BLOCKED, Layer.TLS)
        assert (verdict.mechanism, verdict.confidence) == (Mechanism.SNI_RESET, Confidence.LIKELY)
        assert (verdict.rule, verdict.rules_version) == ("tls_reset_after_hello", RULES_VERSION)
        assert verdict.reasons[0] == RULE["tls_reset_after_hello"].sentence
        assert "Controls: 1 reach the site." in verdict.reasons
        assert verdict.interference

    def test_fails_everywhere_is_down(self) -> None:
        """Two controls in two networks make it likely, one control weak."""
        two = judge(see.tcp_fails(), scenes.TWO_FAIL, (), "KZ")
        one = judge(see.tcp_fails(), scenes.TWO_FAIL[:1], (), "KZ")
        same_network = judge(see.tcp_fails(), [scenes.TWO_FAIL[0]] * 2, (), "KZ")
        assert (two.state, two.confidence) == (VerdictState.DOWN, Confidence.LIKELY)
        assert (one.state, one.confidence) == (VerdictState.DOWN, Confidence.WEAK)
        assert same_network.confidence is Confidence.WEAK
        assert (two.layer, two.mechanism) == (Layer.TCP, Mechanism.TIMEOUT)
        assert not two.interference

    def test_majority_of_the_controls_decides(self) -> None:
        """Two of three failing is an outage; one of two failing is a weak accusation."""
        fails, reaches = see.control(see.tcp_fails()), see.control()
        down = judge(see.tls_fails(), [fails, fails, reaches], (), "KZ")
        split = judge(see.tls_fails(), [fails, reaches], (), "KZ")
        assert down.state is VerdictState.DOWN
        assert (split.state, split.confidence) == (VerdictState.BLOCKED, Confidence.WEAK)

    @pytest.mark.parametrize(
        "control",
        [
            see.control(vantage_healthy=False),
            see.control(fresh=False),
            see.control(see.https_ok(**scenes.CHALLENGE)),
            see.control(replace(see.https_ok(), prober_fault="no_network")),
        ],
        ids=["unhealthy", "stale", "refused", "prober fault"],
    )
    def test_a_control_that_cannot_tell_leaves_it_open(self, control: object) -> None:
        """The failure is still counted, but accuses nobody."""
        verdict = judge(see.tls_fails(), [control], (), "KZ")  # type: ignore[list-item]
        assert (verdict.state, verdict.confidence) == (VerdictState.INSUFFICIENT, None)
        assert verdict.failure_class == "tls:reset"

    def test_without_any_control_it_says_what_it_can(self) -> None:
        """HTTPS content, a recognised challenge, and a fingerprint of the country; else nothing."""
        assert judge(see.https_ok(), (), (), "KZ").state is VerdictState.OK
        challenge = judge(see.http_ok(**scenes.CHALLENGE), (), (), "KZ")
        assert challenge.state is VerdictState.SERVER_SIDE
        known = judge(scenes.HTTP_BLOCKPAGE, (), [scenes.BODY_MARK], "KZ")
        assert (known.state, known.confidence) == (VerdictState.BLOCKED, Confidence.CONFIRMED)
        abroad = judge(scenes.HTTP_BLOCKPAGE, (), [scenes.BODY_MARK], "TR")
        nowhere = judge(scenes.HTTP_BLOCKPAGE, (), [scenes.BODY_MARK], None)
        assert abroad.state is nowhere.state is VerdictState.INSUFFICIENT
        fails = judge(see.tls_fails(), (), (), "KZ")
        assert (fails.state, fails.failure_class) == (VerdictState.INSUFFICIENT, "tls:reset")
        page = judge(see.http_ok(), (), (), "KZ")
        assert (page.state, page.failure_class) == (VerdictState.INSUFFICIENT, None)

    def test_other_addresses_alone_never_accuse(self) -> None:
        """Content networks answer everywhere differently; HTTPS and cleartext alike."""
        https = judge(see.https_ok(see.OTHER_EDGE), scenes.REACHES, (), "KZ")
        http = judge(see.http_ok(see.OTHER_EDGE), scenes.REACHES_HTTP, (), "KZ")
        assert https.state is http.state is VerdictState.OK
        assert not https.interference
        assert not http.interference


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_verdict_is_whole(case: Case) -> None:
    """State, rule and reasons agree; no accusation without all its parts; judging twice is equal."""
    verdict = case.judged()
    assert verdict == case.judged()
    assert verdict.state is RULE[case.rule].state
    assert verdict.reasons[0] == RULE[case.rule].sentence
    assert len(verdict.reasons) > 1
    if verdict.state is VerdictState.BLOCKED:
        assert None not in (verdict.layer, verdict.mechanism, verdict.confidence)
        assert verdict.failure_class is not None
        assert verdict.interference
    if verdict.state in (VerdictState.OK, VerdictState.INSUFFICIENT):
        assert verdict.confidence is None
    if case.rule in NOT_A_FETCH or verdict.state is VerdictState.OK:
        assert verdict.failure_class is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_block_without_a_contradicting_control_or_a_fingerprint(case: Case) -> None:
    """Take both away and nothing is called blocked or down any more."""
    verdict = judge(case.seen, (), (), case.country)
    assert verdict.state not in (VerdictState.BLOCKED, VerdictState.DOWN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_distrusted_prober_never_accuses(case: Case) -> None:
    """Whatever was seen: with a prober fault it is no evidence."""
    faulty = replace(case.seen, prober_fault="udp_receive_buffer_overflow")
    verdict = judge(faulty, case.controls, case.marks, case.country)
    assert (verdict.state, verdict.interference) == (VerdictState.INSUFFICIENT, False)
