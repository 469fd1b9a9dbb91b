# SPDX-License-Identifier: Apache-2.0
"""From real packets through OONI's format and back: each story of the hostile internet."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from app.domain.blocking.measurement import Engine, Measurement
from app.domain.blocking.verdict import Control, judge
from app.exports.ooni import to_ooni
from app.services.interchange_extension import kept_bytes
from app.services.interchange_reading import read_line
from app.storage.measurements import to_observations
from tests.exports.carried import NoBodies
from tests.testbed import LIMITS, Testbed
from tests.testbed.scenarios import HOST, SCENARIOS, Scenario
from workers.probe import ProbeSession, measure

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HURRIED = replace(LIMITS, dns_s=0.4, tcp_s=0.4, tls_s=0.4, http_s=1.5)


async def _measured(session: ProbeSession, url: str, extra: tuple[str, ...] = ()) -> Measurement:
    return await measure(
        url,
        session=session,
        vantage="kz-1",
        started_at=NOON,
        uid=str(uuid.uuid4()),
        extra_addresses=extra,
    )


async def _seen(scenario: Scenario) -> tuple[Measurement, Control]:
    async with (
        Testbed() as net,
        net.session(limits=HURRIED) as field,
        net.session(role="control", limits=HURRIED) as control,
    ):
        net.site(HOST)
        scenario.arrange(net)
        seen = await _measured(field, scenario.url)
        found = tuple({one for lookup in seen.lookups for one in lookup.addresses})
        outside = await _measured(control, scenario.url, found)
        return seen, Control(measurement=outside, vantage_healthy=True, fresh=True)


def _facts(measurement: Measurement) -> dict[str, object]:
    """All that was seen, but for the resolvers, which on loopback are nobody's to know."""
    hidden = tuple(
        one if one.engine is Engine.DOH else replace(one, resolver="")
        for one in measurement.lookups
    )
    return to_observations(replace(measurement, vantage="", lookups=hidden))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_was_really_seen_comes_back_with_verdict_and_evidence(scenario: Scenario) -> None:
    """Facts, bodies, certificates and the verdict are the same on the other side of the file."""
    seen, control = asyncio.run(_seen(scenario))
    verdict = judge(seen, [control], (), "KZ")
    values = to_ooni(
        seen,
        [control],
        verdict,
        country="KZ",
        asn=9198,
        network_name="Kazakhtelecom",
        bodies=NoBodies(),
    )
    taken = read_line(msgspec.json.encode(values))

    assert _facts(taken.measurement) == _facts(seen)
    assert kept_bytes(taken.measurement) == kept_bytes(seen)
    assert kept_bytes(taken.controls[0].measurement) == kept_bytes(control.measurement)
    again = judge(taken.measurement, taken.controls, (), taken.country, networks=taken.networks)
    assert again == verdict == taken.verdict
