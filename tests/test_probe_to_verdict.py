# SPDX-License-Identifier: Apache-2.0
"""From real packets to a verdict: each story of the hostile internet, measured and judged."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import Mechanism, VerdictState
from tests.testbed import LIMITS, Testbed
from tests.testbed.scenarios import HOST, SCENARIOS, Scenario
from workers.probe import ProbeSession, measure

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HURRIED = replace(LIMITS, dns_s=0.4, tcp_s=0.4, tls_s=0.4, http_s=1.5)

BLOCKED = {
    "dns_nxdomain": Mechanism.NXDOMAIN,
    "dns_servfail": Mechanism.DNS_FAILURE,
    "dns_refused": Mechanism.DNS_FAILURE,
    "dns_empty": Mechanism.DNS_FAILURE,
    "dns_silent": Mechanism.DNS_FAILURE,
    "dns_bogon": Mechanism.BOGON,
    "dns_forged_dead": Mechanism.FORGED_ADDRESS,
    "dns_forged_block_page": Mechanism.FORGED_ADDRESS,
    "dns_forged_block_page_cleartext": Mechanism.CONTENT_DIFFERENCE,
    "dns_injected": Mechanism.FORGED_ADDRESS,
    "address_dropped": Mechanism.TIMEOUT,
    "address_refused": Mechanism.REFUSED,
    "sni_reset": Mechanism.SNI_RESET,
    "sni_dropped": Mechanism.SNI_TIMEOUT,
    "sni_closed": Mechanism.SNI_RESET,
    "tls_alert": Mechanism.TLS_FAILURE,
    "tls_intercepted": Mechanism.CERTIFICATE_MITM,
    "http_block_page": Mechanism.CONTENT_DIFFERENCE,
    "http_redirect_to_block_page": Mechanism.CONTENT_DIFFERENCE,
    "http_reset": Mechanism.HTTP_RESET,
    "http_silent": Mechanism.HTTP_TIMEOUT,
}
DOWN = {
    "down",
    "certificate_wrong_name",
    "certificate_expired",
    "certificate_self_signed",
    "page_truncated",
}
SERVER_SIDE = {"legal_451": Mechanism.LEGAL_451, "challenge_403": Mechanism.CAPTCHA}


async def _measured(session: ProbeSession, url: str, extra: tuple[str, ...] = ()) -> Measurement:
    return await measure(
        url, session=session, vantage="kz-1", started_at=NOON, uid="m-1", extra_addresses=extra
    )


def judged(scenario: Scenario, *, with_control: bool = True) -> Verdict:
    """Measure a story from the field and, at the field's addresses too, from a control."""

    async def told() -> Verdict:
        async with (
            Testbed() as net,
            net.session(limits=HURRIED) as field,
            net.session(role="control", limits=HURRIED) as control,
        ):
            net.site(HOST)
            scenario.arrange(net)
            seen = await _measured(field, scenario.url)
            if not with_control:
                return judge(seen, (), (), "KZ")
            found = tuple({one for lookup in seen.lookups for one in lookup.addresses})
            outside = await _measured(control, scenario.url, found)
            compared = Control(measurement=outside, vantage_healthy=True, fresh=True)
            return judge(seen, [compared], (), "KZ")

    return asyncio.run(told())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_story_is_judged_as_what_it_is(scenario: Scenario) -> None:
    """Blocking by its mechanism, an outage as an outage, a refusal as the site's own."""
    verdict = judged(scenario)
    said = (verdict.state, verdict.mechanism)
    if scenario.name in BLOCKED:
        assert said == (VerdictState.BLOCKED, BLOCKED[scenario.name])
    elif scenario.name in DOWN:
        assert verdict.state is VerdictState.DOWN
        assert not verdict.interference
    elif scenario.name in SERVER_SIDE:
        assert said == (VerdictState.SERVER_SIDE, SERVER_SIDE[scenario.name])
    else:
        assert said == (VerdictState.OK, None)
        assert scenario.name in {"reachable", "throttled"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_without_a_control_no_story_accuses_anybody(scenario: Scenario) -> None:
    """What the site proved by its certificate stands; everything else is left open."""
    verdict = judged(scenario, with_control=False)
    proved = (VerdictState.OK, VerdictState.SERVER_SIDE)
    if scenario.name in BLOCKED or scenario.name in DOWN:
        assert verdict.state is VerdictState.INSUFFICIENT
    else:
        assert verdict.state in proved
