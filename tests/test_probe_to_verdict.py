# SPDX-License-Identifier: Apache-2.0
"""From real packets to a verdict: each story of the hostile internet, measured, judged, exported."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.rules import RULES
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import Mechanism, VerdictState
from app.exports.ooni import to_ooni
from tests.domain.blocking.cases import CASES
from tests.testbed import LIMITS, Testbed
from tests.testbed.scenarios import COUNTRY, HOST, SCENARIOS, Expected, Scenario
from workers.probe import ProbeSession, Tunnel, measure

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNLISTED = "weather.example"
SILENT = {"dns": "dns_s", "tcp": "tcp_s", "tls": "tls_s", "http": "http_s"}
HURRY_S = 0.5

each_story = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a story: the field's view, the control's, and the field's of an unlisted site."""

    seen: Measurement
    outside: Measurement
    unlisted: Measurement
    offline: Measurement  # the field's, when its only way out is gone
    marks: Sequence[Fingerprint]

    def verdict(self, *controls: Measurement) -> Verdict:
        """Judge the field's measurement."""
        heard = [Control(measurement=one, vantage_healthy=True, fresh=True) for one in controls]
        return judge(self.seen, heard, self.marks, COUNTRY)


async def _measured(session: ProbeSession, url: str, extra: tuple[str, ...] = ()) -> Measurement:
    return await measure(
        url, session=session, vantage="kz-1", started_at=NOON, uid="m-1", extra_addresses=extra
    )


async def _tell(scenario: Scenario) -> Told:
    silent = [layer for layer, name in scenario.sees.items() if name == "generic_timeout_error"]
    limits = replace(LIMITS, **{SILENT[layer]: HURRY_S for layer in silent})  # type: ignore[arg-type]
    async with (
        Testbed() as net,
        net.session(limits=limits, **scenario.vantage()) as field,
        net.session(role="control", limits=limits) as control,
        net.session(limits=limits) as cut_off,
    ):
        net.site(HOST)
        net.site(UNLISTED)
        scenario.arrange(net)
        seen = await _measured(field, scenario.url)
        found = tuple({one for lookup in seen.lookups for one in lookup.addresses})
        cut_off.tunnel = Tunnel("socks5://127.0.0.1:9")
        told = Told(
            seen=seen,
            outside=await _measured(control, scenario.url, found),
            unlisted=await _measured(field, f"https://{UNLISTED}/"),
            offline=await _measured(cut_off, scenario.url),
            marks=scenario.marks(net),
        )
        assert net.sink_hits == 0
        return told


def as_public(measurement: Measurement) -> Measurement:
    """Write the testbed's machines, which live on loopback, with addresses as sites have them.

    OONI's rules look at addresses themselves and have words of their own for loopback.
    """

    def public(address: str) -> str:
        return f"93.184.216.{address.rpartition('.')[2]}"

    def moved(steps: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(step, address=public(step.address)) for step in steps)

    return replace(
        measurement,
        lookups=tuple(
            replace(
                lookup,
                answers=tuple(
                    answer if answer.is_bogon else replace(answer, address=public(answer.address))
                    for answer in lookup.answers
                ),
            )
            for lookup in measurement.lookups
        ),
        connects=moved(measurement.connects),
        handshakes=moved(measurement.handshakes),
        exchanges=moved(measurement.exchanges),
    )


@cache
def told(scenario_name: str) -> Told:
    """Tell a story once, for all that is asked about it."""
    scenario = next(one for one in SCENARIOS if one.name == scenario_name)
    return asyncio.run(_tell(scenario))


def said(verdict: Verdict, ooni: dict[str, Any]) -> Expected:
    """What was concluded, in the form in which stories say what is right."""
    return Expected(
        state=verdict.state,
        rule=verdict.rule,
        layer=verdict.layer,
        mechanism=verdict.mechanism,
        interference=verdict.interference,
        ooni_blocking=ooni["blocking"],
        ooni_accessible=ooni["accessible"],
    )


def ooni_keys(seen: Measurement, *controls: Measurement) -> dict[str, Any]:
    """OONI's conclusion from the same measurement, as it is exported."""
    heard = [
        Control(measurement=as_public(one), vantage_healthy=True, fresh=True) for one in controls
    ]
    whole = {
        one.body_sha256: one.body
        for each in (seen, *controls)
        for one in each.exchanges
        if one.body
    }
    exported = to_ooni(
        as_public(seen), heard, None, country=COUNTRY, asn=None, network_name=None, bodies=whole
    )
    keys: dict[str, Any] = exported["test_keys"]
    return keys


@each_story
def test_each_story_is_judged_as_what_it_is(scenario: Scenario) -> None:
    """With a healthy control: state, layer, mechanism, rule, interference, and OONI's keys."""
    story = told(scenario.name)
    verdict = story.verdict(story.outside)
    assert said(verdict, ooni_keys(story.seen, story.outside)) == scenario.expects, verdict.reasons


@each_story
def test_each_story_without_a_control_claims_what_can_be_known(scenario: Scenario) -> None:
    """What the site proved stands, a mark of the country accuses; everything else is left open."""
    story = told(scenario.name)
    verdict = story.verdict()
    assert said(verdict, ooni_keys(story.seen)) == scenario.alone, verdict.reasons
    assert verdict.state is not VerdictState.DOWN
    if verdict.state is VerdictState.BLOCKED:
        assert story.marks


@each_story
def test_the_control_and_an_unlisted_site_stay_ok(scenario: Scenario) -> None:
    """A block names one site in one network: nothing beside it is touched."""
    story = told(scenario.name)
    unlisted = judge(story.unlisted, (), story.marks, COUNTRY)
    assert (unlisted.state, unlisted.interference) == (VerdictState.OK, False), unlisted.reasons
    if not scenario.for_everybody and scenario.url.startswith("https"):
        control = judge(story.outside, (), (), None)
        assert (control.state, control.interference) == (VerdictState.OK, False), control.reasons


@each_story
def test_a_site_that_is_down_is_never_called_blocked(scenario: Scenario) -> None:
    """What is wrong with the site itself is nobody's block, with a control and without."""
    story = told(scenario.name)
    if scenario.for_everybody:
        for verdict in (story.verdict(story.outside), story.verdict()):
            assert verdict.state is not VerdictState.BLOCKED
            assert not verdict.interference


@each_story
def test_a_vantage_without_a_network_accuses_nobody(scenario: Scenario) -> None:
    """Its way out is gone: whatever the story, and though the control reaches the site."""
    story = told(scenario.name)
    heard = [Control(measurement=story.outside, vantage_healthy=True, fresh=True)]
    verdict = judge(story.offline, heard, story.marks, COUNTRY)
    assert (verdict.state, verdict.interference) == (VerdictState.INSUFFICIENT, False)
    assert verdict.failure_class is None


@each_story
def test_controls_that_cannot_tell_change_nothing_for_the_worse(scenario: Scenario) -> None:
    """An unhealthy or a stale control accuses nobody whom no control would have accused."""
    story = told(scenario.name)
    alone = story.verdict().state
    for more in ({"vantage_healthy": False}, {"fresh": False}):
        control = Control(
            **({"measurement": story.outside, "vantage_healthy": True, "fresh": True} | more)  # type: ignore[arg-type]
        )
        verdict = judge(story.seen, [control], story.marks, COUNTRY)
        # A challenge in cleartext is only believed where nobody could have been asked.
        assert verdict.state in (alone, VerdictState.INSUFFICIENT)


@pytest.mark.parametrize("mechanism", Mechanism, ids=lambda one: one.value)
def test_every_mechanism_has_a_story(mechanism: Mechanism) -> None:
    """Whatever the vocabulary can name was met by a real prober and named rightly."""
    assert mechanism in {scenario.expects.mechanism for scenario in SCENARIOS}


def test_every_rule_is_reached() -> None:
    """Each row of the table decides a story, or at least a situation written down by hand."""
    told_of = {one.rule for each in SCENARIOS for one in (each.expects, each.alone)}
    assert {rule.id for rule in RULES} == told_of | {case.rule for case in CASES}


def test_stories_have_names_of_their_own() -> None:
    """No story hides another."""
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
