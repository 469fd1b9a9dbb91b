# SPDX-License-Identifier: Apache-2.0
"""One line of a file of measurements, read: what was measured, from which network, with what controls.

Pure reading, no database. A line of ours is read by its extension, so that nothing is lost; a line
of an OONI probe is translated. Whatever is wrong with a line is an InvalidInput with its reason.
"""

import base64
import binascii
import dataclasses
import hashlib
import ipaddress
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.ooni.model import OoniMeasurement
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.ooni.translating import to_measurement
from app.domain.blocking.verdict import Control, Verdict
from app.errors import InvalidInput
from app.services import interchange_extension as extension
from app.services.interchange_vantages import LAST_ASN

_COUNTRY = re.compile(r"[A-Z]{2}")
_ASN = re.compile(r"AS([0-9]{1,10})")
_HIDDEN_COUNTRY = "ZZ"
_LONGEST_NAME = 200
_YEARS = range(2000, 9000)  # those of no measurement lead out of what a database holds


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One measurement of others (or of ours, come back), ready to be judged and kept."""

    measurement: Measurement
    controls: tuple[Control, ...]
    vantage_healthy: bool
    country: str | None
    asn: int | None
    network_name: str | None
    source: str  # "ooni" or "qalam": how its vantages are named
    # Of ours: what its exporter's rules said, and the marks they found.
    verdict: Verdict | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    # Which networks announced its addresses then, as the file says; None where it says nothing.
    networks: PrefixTable | None = None

    @property
    def vantage(self) -> str:
        """The code of the vantage it was measured from; one for each network."""
        return f"{self.source}-{(self.country or 'zz').lower()}-as{self.asn or 0}"


def read_line(line: bytes) -> Taken:
    """Read one measurement. Raises InvalidInput with a sentence for a line that cannot be taken."""
    try:
        values = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidInput("not JSON") from None
    if not isinstance(values, dict):
        raise InvalidInput("not a JSON object")
    if values.get("test_name") not in ("web_connectivity", None):
        raise InvalidInput("not a web_connectivity measurement")
    test_keys = values.get("test_keys")
    if not isinstance(test_keys, dict):
        raise InvalidInput("the measurement has no test_keys")
    carried = extension.read(test_keys)
    return _of_others(values) if carried is None else _of_ours(values, test_keys, carried)


def _of_ours(
    values: Mapping[str, Any], test_keys: Mapping[str, Any], carried: extension.Carried
) -> Taken:
    measurement = carried.observations
    if values.get("input") != measurement.url:
        raise InvalidInput("input and x_qalam are not about the same address")
    _check([measurement, *(one.observations for one in carried.controls)])
    bodies = {**_standard_bodies(test_keys), **carried.bodies}
    return Taken(
        measurement=extension.with_bodies(measurement, bodies.get),
        controls=tuple(
            dataclasses.replace(one, network=_name(one.network))
            for one in carried.as_controls(bodies)
        ),
        vantage_healthy=carried.vantage_healthy,
        country=_country(carried.country),
        asn=_asn(f"AS{carried.asn or 0}"),
        network_name=_name(carried.network_name),
        source="qalam",
        verdict=carried.verdict,
        fingerprints=carried.fingerprints,
        networks=_table(carried.networks),
    )


def _of_others(values: Mapping[str, Any]) -> Taken:
    ooni = read_ooni(values)
    if ooni.started_at is None:
        raise InvalidInput("the measurement does not say when it was made")
    measurement, controls = to_measurement(ooni)
    asn = ooni.probe_asn
    return Taken(
        measurement=measurement,
        controls=controls,
        vantage_healthy=True,
        country=ooni.country,
        asn=asn if asn is not None and asn <= LAST_ASN else None,
        network_name=_name(ooni.probe_network_name),
        source="ooni",
        networks=_table(_announced(ooni)) or None,
    )


def _announced(ooni: OoniMeasurement) -> Iterator[tuple[str, int, str]]:
    """Return the networks of addresses, as the probe and the helper found them."""
    for query in ooni.queries:
        yield from ((answer.address, answer.asn, "") for answer in query.answers if answer.address)
    if ooni.control is not None:
        yield from ((address, asn, "") for address, asn in ooni.control.asns.items())


def _table(rows: Iterable[tuple[str, int, str]]) -> PrefixTable:
    known = [row for row in rows if 0 < row[1] <= LAST_ASN and _is_address(row[0])]
    return PrefixTable(known)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _name(text: str | None) -> str | None:
    """Return a network's name as it can be stored and shown; None for none."""
    shown = "".join(one if one.isprintable() else " " for one in (text or "")[:_LONGEST_NAME])
    return shown.strip() or None


def _check(measurements: Sequence[Measurement]) -> None:
    if any(one.started_at.tzinfo is None for one in measurements):
        raise InvalidInput("a time in x_qalam has no time zone")
    if any(one.started_at.year not in _YEARS for one in measurements):
        raise InvalidInput("a time in x_qalam is none at which anybody measured")
    try:
        uids = {uuid.UUID(one.uid) for one in measurements}
    except ValueError:
        raise InvalidInput("a uid in x_qalam is not a UUID") from None
    if len(uids) != len(measurements):
        raise InvalidInput("two measurements in x_qalam have the same uid")


def _standard_bodies(test_keys: Mapping[str, Any]) -> dict[str, bytes]:
    """Return bodies and certificates of the standard keys, by hash; what is unreadable is not there."""
    found = {}
    for data in _standard_bytes(test_keys):
        found[hashlib.sha256(data).hexdigest()] = data
    return found


def _standard_bytes(test_keys: Mapping[str, Any]) -> Iterator[bytes]:
    for request in _dicts(test_keys.get("requests")):
        response = request.get("response")
        if isinstance(response, dict):
            yield from _bytes(response.get("body"))
    for handshake in _dicts(test_keys.get("tls_handshakes")):
        for certificate in _dicts(handshake.get("peer_certificates")):
            yield from _bytes(certificate)


def _dicts(values: object) -> Iterator[dict[str, Any]]:
    if isinstance(values, list):
        yield from (one for one in values if isinstance(one, dict))


def _bytes(value: object) -> Iterator[bytes]:
    if isinstance(value, str):
        yield value.encode()
    elif isinstance(value, dict) and isinstance(data := value.get("data"), str):
        try:
            yield base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            return


def _country(text: object) -> str | None:
    if text is None or text == _HIDDEN_COUNTRY:
        return None
    if not isinstance(text, str) or not _COUNTRY.fullmatch(text):
        raise InvalidInput("probe_cc is not two letters such as KZ")
    return text


def _asn(text: object) -> int | None:
    found = _ASN.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[1]) > LAST_ASN:
        raise InvalidInput("probe_asn is not one such as AS9198")
    return int(found[1]) or None
