# SPDX-License-Identifier: Apache-2.0
"""Two networks of a country that agree confirm each other; one line measured twice does not."""

import pytest

from app.domain.blocking.agreement import Standing, agreeing_networks, confirmed
from app.domain.vocabulary import Confidence, SiteCondition, VantageRole


def standing(**other: object) -> Standing:
    """A field vantage in Kazakhstan that holds the site blocked."""
    plain = {
        "country": "KZ",
        "asn": 64512,
        "role": VantageRole.FIELD,
        "condition": SiteCondition.BLOCKED,
    }
    return Standing(**{**plain, **other})  # type: ignore[arg-type]


def test_another_network_of_the_country_confirms() -> None:
    """Likely or weak becomes confirmed, with a reason that names no network."""
    number = agreeing_networks(standing(), [standing(asn=64513)])
    confidence, reason = confirmed(Confidence.WEAK, number)
    assert confidence is Confidence.CONFIRMED
    assert reason == "Another network of the country holds the site blocked as well."
    more = agreeing_networks(standing(), [standing(asn=n) for n in (64513, 64514, 64514)])
    assert confirmed(Confidence.LIKELY, more)[1] == (
        "2 other networks of the country hold the site blocked as well."
    )


@pytest.mark.parametrize(
    "other",
    [
        standing(),
        standing(country="KG", asn=64513),
        standing(asn=64513, condition=SiteCondition.SUSPECT),
        standing(asn=64513, role=VantageRole.CONTROL),
        standing(asn=None),
    ],
)
def test_what_does_not_confirm(other: Standing) -> None:
    """The same network, another country, mere suspicion, a control, a network nobody can name."""
    number = agreeing_networks(standing(), [other])
    assert number == 0
    assert confirmed(Confidence.LIKELY, number) == (Confidence.LIKELY, None)


def test_what_is_not_blocked_here_is_confirmed_by_nobody() -> None:
    """Two blocked networks say nothing of one that reaches the site."""
    here = standing(condition=SiteCondition.REACHABLE)
    assert agreeing_networks(here, [standing(asn=64513), standing(asn=64514)]) == 0
    assert agreeing_networks(standing(country=None), [standing(country=None, asn=64513)]) == 0
