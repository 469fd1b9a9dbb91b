# SPDX-License-Identifier: Apache-2.0
"""Measurements as they are after a probe: with ids, and with bodies under their hashes."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from app.domain.blocking.controls import Control
from app.domain.blocking.measurement import Measurement
from app.exports.ooni import to_ooni
from tests.domain.blocking.scenes import Case


class NoBodies:
    """A store that kept nothing."""

    def get(self, _sha256: str) -> bytes | None:
        """Find nothing."""
        return None


def finished(measurement: Measurement, name: str) -> Measurement:
    """Give a measurement an id made of a name, and each of its bodies its hash."""
    return replace(
        measurement,
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        exchanges=tuple(
            replace(one, body_sha256=hashlib.sha256(one.body).hexdigest()) if one.body else one
            for one in measurement.exchanges
        ),
    )


def finished_controls(controls: Sequence[Control], name: str) -> tuple[Control, ...]:
    """The same for controls."""
    return tuple(
        replace(one, measurement=finished(one.measurement, f"{name} {number}"))
        for number, one in enumerate(controls)
    )


def exported(case: Case, **more: Any) -> dict[str, Any]:
    """A situation in OONI's format, as it is read back from its line."""
    fields: dict[str, Any] = {
        "country": case.country,
        "asn": 9198,
        "network_name": "Kazakhtelecom",
        "bodies": NoBodies(),
        "fingerprints": case.marks,
    }
    values = to_ooni(
        finished(case.seen, case.name),
        finished_controls(case.controls, case.name),
        case.judged(),
        **(fields | more),
    )
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return read
