# SPDX-License-Identifier: Apache-2.0
"""Measurements in OONI's format (df-000, `web_connectivity`), under our own name.

`software_name` and `test_version` are ours, so that nobody takes a file of ours for an OONI probe's.
The probe's address is in no field. What the format cannot hold goes into `test_keys.x_qalam`
(`app.services.interchange_extension`), with which an import gives the same verdict again.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from app import __version__
from app.domain.blocking.classic.keys import ClassicKeys, classic_keys
from app.domain.blocking.controls import Control
from app.domain.blocking.fingerprints import Fingerprint, match
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.verdict import Verdict
from app.errors import InvalidInput
from app.exports import ooni_control, ooni_steps
from app.exports.scrubbing import Scrubber, scrubber
from app.services import interchange_extension as extension

SOFTWARE = "qalam"
TEST_VERSION = __version__
"""Ours: the way we measure is not OONI's test, whatever the format."""

NO_NETWORKS = PrefixTable(())


class Bodies(Protocol):
    """Where bodies and certificates are kept, by hash."""

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes, or None where they are not kept."""


def to_ooni(
    measurement: Measurement,
    controls: Sequence[Control],
    verdict: Verdict | None,
    *,
    country: str | None,
    asn: int | None,
    network_name: str | None,
    bodies: Bodies,
    vantage_healthy: bool = True,
    networks: PrefixTable = NO_NETWORKS,
    fingerprints: Sequence[Fingerprint] = (),
    own_addresses: Iterable[str] = (),
) -> dict[str, Any]:
    """Return one field measurement with its controls, as a dictionary of JSON values.

    `own_addresses` are the probe's, as far as the caller knows them: they are taken out wherever
    they stand. `fingerprints` are those to look for; the ones found go along as evidence.
    """
    whole = extension.with_bodies(measurement, bodies.get)
    whole_controls = [
        dataclasses.replace(one, measurement=extension.with_bodies(one.measurement, bodies.get))
        for one in controls
    ]
    found = {hit.fingerprint for hit in match(whole, fingerprints)}
    scrub = scrubber(
        [whole, *(one.measurement for one in whole_controls)],
        named=own_addresses,
        asn=asn,
        networks=networks,
    )
    clean = _clean(whole, scrub)
    clean_controls = [
        dataclasses.replace(one, measurement=_clean(one.measurement, scrub))
        for one in whole_controls
    ]
    test_keys = {
        "agent": "redirect",
        "client_resolver": "",
        "retries": None,
        "socksproxy": None,
        **_seen(clean, networks),
        **ooni_control.control_keys(clean, clean_controls, networks),
        extension.KEY: extension.write(
            clean,
            clean_controls,
            verdict if verdict is None else _clean_verdict(verdict, scrub),
            vantage_healthy=vantage_healthy,
            country=country,
            asn=asn,
            network_name=network_name,
            fingerprints=tuple(found),
            networks=_announced(scrub.facts, networks),
            bodies=_only_in_controls(clean, clean_controls),
        ),
    }
    values = _envelope(clean, test_keys, country=country, asn=asn, network_name=network_name)
    test_keys |= _concluded(values)
    return values


def _seen(measurement: Measurement, networks: PrefixTable) -> dict[str, Any]:
    numbers = ooni_steps.numbered(measurement)
    return {
        "queries": ooni_steps.queries(measurement, numbers, networks),
        "tcp_connect": ooni_steps.connects(measurement, numbers),
        "tls_handshakes": ooni_steps.handshakes(measurement, numbers),
        "requests": ooni_steps.requests(measurement, numbers),
        "network_events": [],
        "x_dns_duplicate_responses": ooni_steps.late_replies(measurement, numbers, networks),
    }


def _envelope(
    measurement: Measurement,
    test_keys: dict[str, Any],
    *,
    country: str | None,
    asn: int | None,
    network_name: str | None,
) -> dict[str, Any]:
    started = measurement.started_at.strftime("%Y-%m-%d %H:%M:%S")
    stamp = measurement.started_at.strftime("%Y%m%dT%H%M%SZ")
    mark = hashlib.sha256(measurement.uid.encode()).hexdigest()[:16]
    return {
        "annotations": {"engine_name": SOFTWARE, "engine_version": __version__},
        "data_format_version": "0.2.0",
        "extensions": {"dnst": 0, "httpt": 0, "tcpconnect": 0, "tlshandshake": 0},
        "input": measurement.url,
        "measurement_start_time": started,
        "options": [],
        "probe_asn": f"AS{asn or 0}",
        "probe_cc": country or "ZZ",
        "probe_ip": "127.0.0.1",
        "probe_network_name": network_name or "",
        "report_id": f"{stamp}_webconnectivity_{country or 'ZZ'}_{asn or 0}_n1_{mark}",
        # The network's own resolver would tell where the probe is.
        "resolver_asn": "AS0",
        "resolver_ip": "127.0.0.1",
        "resolver_network_name": "",
        "software_name": SOFTWARE,
        "software_version": __version__,
        "test_helpers": {},
        "test_keys": test_keys,
        "test_name": "web_connectivity",
        "test_runtime": round(measurement.runtime_ms / 1000, 6),
        "test_start_time": started,
        "test_version": TEST_VERSION,
    }


def _concluded(values: dict[str, Any]) -> dict[str, Any]:
    """Return what Web Connectivity would conclude from this very file, in its own keys."""
    try:
        return dataclasses.asdict(classic_keys(read_ooni(values)))
    except InvalidInput:
        # A redirect to an address that nobody can read: OONI's keys say nothing of it, ours do.
        return {one.name: None for one in dataclasses.fields(ClassicKeys)}


def _clean(measurement: Measurement, scrub: Scrubber) -> Measurement:
    """Return a measurement without the probe's address, its vantage's code, and its resolver.

    A body that had to be changed gets the hash of what it is now; its length stays as measured.
    """
    return dataclasses.replace(
        measurement,
        vantage="",
        prober_fault=_text(measurement.prober_fault, scrub),
        lookups=tuple(
            dataclasses.replace(
                one,
                resolver=ooni_steps.public_resolver(one) or "",
                failure=_text(one.failure, scrub),
            )
            for one in measurement.lookups
        ),
        connects=tuple(
            dataclasses.replace(one, failure=_text(one.failure, scrub))
            for one in measurement.connects
        ),
        handshakes=tuple(
            dataclasses.replace(one, failure=_text(one.failure, scrub))
            for one in measurement.handshakes
        ),
        exchanges=tuple(
            dataclasses.replace(
                one,
                url=scrub.text(one.url),
                failure=_text(one.failure, scrub),
                headers=scrub.headers(one.headers),
                title=_text(one.title, scrub),
                location=_text(one.location, scrub),
                location_refused=_text(one.location_refused, scrub),
                **_clean_body(one.body, scrub),
            )
            for one in measurement.exchanges
        ),
    )


def _clean_body(body: bytes | None, scrub: Scrubber) -> dict[str, Any]:
    if body is None:
        return {}
    clean = scrub.body(body)
    if clean == body:
        return {}
    return {"body": clean, "body_sha256": hashlib.sha256(clean).hexdigest()}


def _text(text: str | None, scrub: Scrubber) -> str | None:
    return None if text is None else scrub.text(text)


def _clean_verdict(verdict: Verdict, scrub: Scrubber) -> Verdict:
    return dataclasses.replace(verdict, reasons=tuple(scrub.text(one) for one in verdict.reasons))


def _announced(addresses: Iterable[str], networks: PrefixTable) -> list[tuple[str, int, str]]:
    """Return the network of each address, as far as the table knows it."""
    known = ((address, networks.asn(address)) for address in sorted(addresses))
    return [(address, asn, networks.name(asn) or "") for address, asn in known if asn is not None]


def _only_in_controls(measurement: Measurement, controls: Sequence[Control]) -> dict[str, bytes]:
    """Return what controls carry and the standard keys, which hold the field's only, do not."""
    held = extension.kept_bytes(measurement)
    return {
        sha256: body
        for one in controls
        for sha256, body in extension.kept_bytes(one.measurement).items()
        if sha256 not in held
    }
