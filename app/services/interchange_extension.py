# SPDX-License-Identifier: Apache-2.0
"""What OONI's format has no place for: our own evidence, whole, in one object of the test keys.

`test_keys["x_qalam"]` carries everything a verdict of ours needs, so that a file of ours that comes
back gives the same verdict on the same evidence. Bodies which the standard keys hold are not
repeated. Whoever exports scrubs; whoever imports trusts nothing in here: it is read strictly.
"""

import base64
import binascii
import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import Control, Verdict
from app.errors import InvalidInput
from app.storage.measurements import to_observations

KEY = "x_qalam"
VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CarriedControl:
    """A control as it stands in the extension."""

    observations: Measurement
    healthy: bool
    fresh: bool
    network: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The extension, read. `bodies` are kept under the hash of their bytes."""

    version: int
    observations: Measurement
    vantage_healthy: bool
    country: str | None
    asn: int | None
    network_name: str | None
    controls: tuple[CarriedControl, ...] = ()
    # Known marks that were found here: evidence, where the reader's own set lacks them.
    fingerprints: tuple[Fingerprint, ...] = ()
    # Which network announced an address: (address, ASN, name), as far as the exporter knew.
    networks: tuple[tuple[str, int, str], ...] = ()
    verdict: Verdict | None = None
    bodies: dict[str, bytes] = dataclasses.field(default_factory=dict)

    def as_controls(self, bodies: Mapping[str, bytes]) -> tuple[Control, ...]:
        """Return the controls as the rules take them."""
        return tuple(
            Control(
                measurement=with_bodies(one.observations, bodies.get),
                vantage_healthy=one.healthy,
                fresh=one.fresh,
                network=one.network,
            )
            for one in self.controls
        )


def write(
    measurement: Measurement,
    controls: Sequence[Control],
    verdict: Verdict | None,
    *,
    vantage_healthy: bool,
    country: str | None,
    asn: int | None,
    network_name: str | None,
    fingerprints: Sequence[Fingerprint],
    networks: Sequence[tuple[str, int, str]],
    bodies: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return the extension as JSON values; `bodies` are those the standard keys do not hold."""
    return {
        "version": VERSION,
        "observations": to_observations(measurement),
        "vantage_healthy": vantage_healthy,
        "country": country,
        "asn": asn,
        "network_name": network_name,
        "controls": [
            {
                "observations": to_observations(one.measurement),
                "healthy": one.vantage_healthy,
                "fresh": one.fresh,
                "network": one.network,
            }
            for one in controls
        ],
        "fingerprints": msgspec.to_builtins(
            sorted(fingerprints, key=lambda one: (one.location, one.name))
        ),
        "networks": [list(one) for one in networks],
        "verdict": None if verdict is None else msgspec.to_builtins(verdict),
        "bodies": {
            sha256: base64.b64encode(body).decode() for sha256, body in sorted(bodies.items())
        },
    }


def read(test_keys: Mapping[str, Any]) -> Carried | None:
    """Read the extension; None where there is none. Raises InvalidInput for one that is not right."""
    if KEY not in test_keys:
        return None
    values = test_keys[KEY]
    version = values.get("version") if isinstance(values, dict) else None
    if version != VERSION:
        raise InvalidInput(f"{KEY} is not of version {VERSION}, the one this Qalam reads")
    try:
        carried = msgspec.convert(values, Carried)
    except (msgspec.ValidationError, binascii.Error, ValueError) as error:
        raise InvalidInput(f"{KEY} cannot be read: {error}") from None
    for sha256, body in carried.bodies.items():
        if hashlib.sha256(body).hexdigest() != sha256:
            raise InvalidInput(f"{KEY} holds a body that does not have the hash it stands under")
    return carried


def with_bodies(measurement: Measurement, find: Callable[[str], bytes | None]) -> Measurement:
    """Return a measurement with its bodies and certificates, as far as they are kept."""
    return dataclasses.replace(
        measurement,
        handshakes=tuple(
            dataclasses.replace(one, chain=chain)
            if not one.chain and (chain := _chain(one.chain_sha256, find))
            else one
            for one in measurement.handshakes
        ),
        exchanges=tuple(
            dataclasses.replace(one, body=find(one.body_sha256))
            if one.body is None and one.body_sha256
            else one
            for one in measurement.exchanges
        ),
    )


def _chain(hashes: Sequence[str], find: Callable[[str], bytes | None]) -> tuple[bytes, ...]:
    """Return the whole chain, or nothing: half a chain would look like another."""
    found = [find(one) for one in hashes]
    return tuple(one for one in found if one is not None) if None not in found else ()


def kept_bytes(measurement: Measurement) -> dict[str, bytes]:
    """Return the bodies and certificates a measurement carries, by hash."""
    bodies = {
        one.body_sha256: one.body
        for one in measurement.exchanges
        if one.body_sha256 and one.body is not None
    }
    certificates = {
        sha256: der
        for one in measurement.handshakes
        for sha256, der in zip(one.chain_sha256, one.chain, strict=False)
    }
    return {**bodies, **certificates}
