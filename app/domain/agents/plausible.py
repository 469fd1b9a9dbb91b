# SPDX-License-Identifier: Apache-2.0
"""Whether what was handed in can be a measurement at all: its form and its bounds, never its truth.

An agent may be broken or hostile. What passes here can be stored, read again and judged without
an error, and without more work than an honest measurement makes.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from app.domain.agents.protocol import CanaryCount, Item
from app.domain.blocking.measurement import Measurement

MOST_STEPS = 500
"""Of each kind. Eleven hops with every resolver and every address tried make fewer."""

MOST_EXCHANGES = 50

_HASH = re.compile("[0-9a-f]{64}")


def is_plausible(item: Item) -> bool:
    """Whether an item has the form of what an agent can have seen."""
    seen = item.measurement
    return (
        seen.started_at.tzinfo is not None
        and seen.runtime_ms >= 0
        and can_be_counted(item.canaries)
        and max(len(seen.lookups), len(seen.connects), len(seen.handshakes)) <= MOST_STEPS
        and len(seen.exchanges) <= MOST_EXCHANGES
        and all(_HASH.fullmatch(name) for name in _names(seen))
        and all(_is_address(exchange.url) for exchange in seen.exchanges)
    )


def can_be_counted(canaries: CanaryCount) -> bool:
    """Whether no more canaries answered than were asked."""
    return 0 <= canaries.reached <= canaries.asked


def _names(seen: Measurement) -> Iterable[str]:
    """Every name under which something of it is kept."""
    yield from (one.body_sha256 for one in seen.exchanges if one.body_sha256 is not None)
    for handshake in seen.handshakes:
        yield from handshake.chain_sha256


def _is_address(url: str) -> bool:
    """Whether this was an address to fetch from; where a redirect points may be any text."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
