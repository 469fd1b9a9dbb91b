# SPDX-License-Identifier: Apache-2.0
"""What a measurement in flight costs in memory: deterministic enough to be held, unlike time."""

import pytest

from bench.memory import IN_FLIGHT, LIMIT_MIB, SITUATIONS, Situation, resident

_FEW, _MORE = 20, 80


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_five_hundred_in_flight_would_fit(situation: Situation) -> None:
    """What each of some dozens adds, five hundred times, stays below the limit with the process itself.

    What the first one adds for all, such as the pages of OpenSSL's own code, is counted once.
    """
    _, with_few = resident(situation, in_flight=_FEW)
    _, with_more = resident(situation, in_flight=_MORE)
    each = (with_more - with_few) / (_MORE - _FEW)
    assert with_more + each * (IN_FLIGHT - _MORE) < LIMIT_MIB
