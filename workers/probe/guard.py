# SPDX-License-Identifier: Apache-2.0
"""Which addresses may be contacted, and which redirects may be followed.

Everything that leads to a packet passes here: the answers of every resolver, the addresses a
control was asked to try, and each Location header. A bogon is evidence and never a target; it
was classified where it was heard, so leaving it out here loses nothing.

Nothing here opens a socket.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.domain.blocking.addresses import is_contactable
from app.domain.blocking.measurement import Engine, HttpExchange
from app.domain.blocking.targets import CanonicalUrl, canonical_url, resolve_location
from app.errors import RefusedAddress
from workers.probe.failures import BAD_LOCATION, TOO_MANY_REDIRECTS

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

# With a scheme and no host; joined with a URL it would quietly become that URL's own host.
_WITHOUT_HOST = re.compile(r"https?:(?!//[^/?#])", re.IGNORECASE)

# The page is fetched through the answer a reader of that network gets, if that works at all.
_PREFERENCE = (Engine.SYSTEM, Engine.UDP, Engine.DOH, Engine.CONTROL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that may be contacted, and whose answer it came from."""

    address: str
    port: int  # the URL's; the session's port map applies when the connection is made
    engine: Engine

    @property
    def rank(self) -> int:
        """Its place in the order of preference; 0 is best."""
        return _PREFERENCE.index(self.engine)

    @property
    def may_fetch(self) -> bool:
        """Whether a page may be fetched from it.

        Handed-over addresses are only tried: a control that fetched from the address a censor
        answered with would take the censor's page for the site's.
        """
        return self.engine is not Engine.CONTROL


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """Where a redirect leads: a target to go on with, or why this is the end."""

    location: str
    target: CanonicalUrl | None = None
    refused: str | None = None  # "refused:<reason>"
    failure: str | None = None  # where the redirect itself is broken


def contactable(
    heard: Iterable[tuple[Engine, Sequence[str]]],
    *,
    port: int,
    classify: Callable[[str], str],
    per_family: int,
) -> list[Endpoint]:
    """Return the endpoints packets may go to: each address once, some per family and engine."""
    chosen: dict[str, Endpoint] = {}
    for engine, addresses in heard:
        room = {4: per_family, 6: per_family}
        for address in addresses:
            family = 6 if ":" in address else 4
            if address in chosen or not room[family] or not is_contactable(classify(address)):
                continue
            room[family] -= 1
            chosen[address] = Endpoint(address=address, port=port, engine=engine)
    return sorted(chosen.values(), key=lambda endpoint: endpoint.rank)


def next_hop(
    exchange: HttpExchange,
    target: CanonicalUrl,
    *,
    allow_ports: frozenset[int],
    redirects_left: int,
) -> Hop | None:
    """Return where an exchange leads, or None where it is the final one."""
    if exchange.failure is not None or exchange.status not in REDIRECT_STATUSES:
        return None
    location = exchange.location or ""
    if not location:
        return Hop(location="", failure=BAD_LOCATION)
    if _WITHOUT_HOST.match(location):
        return Hop(location=location, refused="refused:host", failure=BAD_LOCATION)
    try:
        following = canonical_url(resolve_location(target, location), allow_ports=allow_ports)
    except RefusedAddress as refusal:
        broken = BAD_LOCATION if refusal.reason in ("host", "length", "control_character") else None
        return Hop(location=location, refused=f"refused:{refusal.reason}", failure=broken)
    if redirects_left == 0:
        return Hop(
            location=location, refused="refused:too_many_redirects", failure=TOO_MANY_REDIRECTS
        )
    return Hop(location=location, target=following)
