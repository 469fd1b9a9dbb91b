# SPDX-License-Identifier: Apache-2.0
"""What a measurement in flight costs in memory: deterministic enough to be held, unlike time."""

import pytest

from bench.memory import IN_FLIGHT, LIMIT_MIB, SITUATIONS, Situation, resident

_HELD = 60


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_five_hundred_in_flight_would_fit(situation: Situation) -> None:
    """What each of sixty adds, five hundred times, stays below the limit with the process itself."""
    before, with_them = resident(situation, in_flight=_HELD)
    each = (with_them - before) / _HELD
    assert before + each * IN_FLIGHT < LIMIT_MIB
