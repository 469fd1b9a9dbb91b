# SPDX-License-Identifier: Apache-2.0
"""Whether the addresses which a resolver gave are the site's: known outside, proved, or neighbours.

Other addresses alone are no sign of anything: large sites answer differently everywhere. What is
gathered here only tells a forged answer from a tampered connection once something else is wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.blocking.controls import Controls, canonical_address
from app.domain.blocking.failures import Failure
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.reading import own, readers_engine
from app.domain.blocking.redirects import is_genuine
from app.domain.vocabulary import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What is known of the addresses the reader's resolver gave."""

    # None of them is one of the site's, as far as controls know them or a certificate proves, nor
    # in the network of one that is.
    foreign: bool
    # The network they share with an address of the site, where no single address is the same.
    # None where there is no table of networks, or none of it holds them: unknown, not foreign.
    neighbour_asn: int | None
    # The field itself reaches an address that is the site's, where its resolver's own does not work.
    site_works_here: bool
    # Controls tried the field's addresses: wrong certificate there, or no connection to any of them.
    disowned: bool
    dead: bool
    tried: bool  # a control connected to one of them


def whereabouts(
    measurement: Measurement,
    controls: Controls,
    home: Sequence[str],
    failure: Failure | None,
    networks: PrefixTable | None,
) -> Whereabouts:
    """Lay the resolver's addresses for `home`, the site's host names, beside the known ones.

    `failure` is what stopped the fetch. A neighbour at which controls meet a wrong certificate is
    foreign all the same: a block page may stand in the network of the site's own host.
    """
    addresses = reader_addresses(measurement, home)
    # A handshake that verified from here proves an address as well as one from a control.
    known = controls.known_addresses | proved_here(measurement)
    unknown = bool(addresses and controls.known_addresses) and not addresses & known
    neighbour_asn = _shared_asn(addresses, known, networks) if unknown else None
    disowned = bool(addresses) and addresses <= controls.disowned_addresses
    return Whereabouts(
        foreign=unknown and (neighbour_asn is None or disowned),
        neighbour_asn=neighbour_asn,
        site_works_here=_works_at(measurement, controls.known_addresses, failure),
        disowned=disowned,
        dead=bool(addresses) and addresses <= controls.dead_addresses,
        tried=any(address in addresses for address, _ in controls.open_endpoints),
    )


def reader_addresses(measurement: Measurement, home: Sequence[str]) -> frozenset[str]:
    """The addresses which the reader's resolver gave for the site's name, at the last hop to it."""
    lookups = [one for one in own(measurement.lookups) if is_genuine(one.hostname, home)]
    engine = readers_engine(lookups)
    last = max((lookup.depth for lookup in lookups if lookup.engine is engine), default=0)
    return frozenset(
        canonical_address(answer.address)
        for lookup in lookups
        if lookup.engine is engine and lookup.depth == last
        for answer in lookup.answers
        if not answer.is_bogon
    )


def proved_here(measurement: Measurement) -> frozenset[str]:
    """Addresses at which a handshake verified from here."""
    return frozenset(
        canonical_address(shake.address)
        for shake in measurement.handshakes
        if shake.failure is None
    )


def _shared_asn(
    addresses: Iterable[str], known: Iterable[str], networks: PrefixTable | None
) -> int | None:
    if not networks:
        return None
    homes = {asn for one in known if (asn := networks.asn(one)) is not None}
    return min((asn for one in addresses if (asn := networks.asn(one)) in homes), default=None)


def _works_at(measurement: Measurement, known: frozenset[str], failing: Failure | None) -> bool:
    """Whether an address of the site works from here, at least as far as where the fetch stopped."""
    shaken = any(
        s.failure is None and canonical_address(s.address) in known for s in measurement.handshakes
    )
    fetched = any(
        e.failure is None and e.status is not None and canonical_address(e.address) in known
        for e in measurement.exchanges
    )
    connected = (failing is not None and failing.layer is Layer.TCP) and any(
        c.failure is None and canonical_address(c.address) in known for c in measurement.connects
    )
    return shaken or fetched or connected
