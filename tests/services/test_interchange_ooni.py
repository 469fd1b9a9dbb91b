# SPDX-License-Identifier: Apache-2.0
"""Measurements of OONI's own probes come in as OONI's, once, with the helper as their control."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from app.domain.blocking.verdict import judge
from app.domain.visibility import Viewer
from app.domain.vocabulary import Egress, Role
from app.errors import InvalidInput
from app.services import interchange
from app.services.interchange import ImportResult
from app.services.interchange_export import Wanted, list_exportable
from app.services.interchange_reading import read_line
from app.services.knowledge import NOTHING
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Vantage
from tests.domain.blocking import see
from tests.domain.blocking.cases import CASES
from tests.domain.blocking.scenes import Case
from tests.exports.carried import exported
from tests.make import NOW

SITE = see.SITE


def _ooni(**more: Any) -> dict[str, Any]:
    """A v0.5 measurement in which the handshake is torn down and the helper reaches the site."""
    endpoint, marks = f"{SITE}:443", {"t0": 0.1, "t": 0.2, "transaction_id": 50001}
    tags = ["depth=0", "fetch_body=true", "classic", "tcptls_experiment"]
    keys = {
        "queries": [
            {
                "answers": [{"answer_type": "A", "ipv4": SITE, "asn": 15133, "ttl": 60}],
                "engine": "getaddrinfo",
                "failure": None,
                "hostname": "news.example",
                "query_type": "ANY",
                "resolver_address": "",
                "t0": 0.0,
                "t": 0.05,
                "tags": ["depth=0", "classic"],
                "transaction_id": 10001,
            }
        ],
        "tcp_connect": [
            {
                "ip": SITE,
                "port": 443,
                "status": {"failure": None, "success": True},
                "tags": tags,
                **marks,
            }
        ],
        "tls_handshakes": [
            {
                "address": endpoint,
                "server_name": "news.example",
                "failure": "connection_reset",
                "no_tls_verify": False,
                "peer_certificates": None,
                "tags": tags,
                **marks,
            }
        ],
        "requests": [],
        "control": {
            "dns": {"failure": None, "addrs": [SITE]},
            "tcp_connect": {endpoint: {"status": True, "failure": None}},
            "tls_handshake": {
                endpoint: {"server_name": "news.example", "status": True, "failure": None}
            },
            "http_request": {
                "body_length": 5000,
                "failure": None,
                "title": "Independent news today",
                "headers": {"X-News-Edge": "1"},
                "status_code": 200,
            },
        },
        "control_failure": None,
        "x_control_request": {"http_request": see.HTTPS},
    }
    values: dict[str, Any] = {
        "input": see.HTTPS,
        "measurement_start_time": "2026-03-01 12:00:00",
        "probe_asn": "AS9198",
        "probe_cc": "KZ",
        "probe_ip": "127.0.0.1",
        "probe_network_name": "JSC Kazakhtelecom",
        "report_id": "20260301T120000Z_webconnectivity_KZ_9198_n1_abc",
        "software_name": "ooniprobe-android",
        "software_version": "4.0.1",
        "test_keys": keys,
        "test_name": "web_connectivity",
        "test_runtime": 2.5,
        "test_version": "0.5.28",
    }
    return values | more


def _take(sessions: Sessions, *measurements: dict[str, Any]) -> ImportResult:
    result = ImportResult()
    with sessions.writing() as session:
        for number, values in enumerate(measurements, start=1):
            interchange.take(
                session,
                read_line(msgspec.json.encode(values)),
                result,
                line=number,
                bodies=None,
                known=NOTHING,
                add_sites=True,
                now=NOW,
            )
    return result


def test_a_probes_measurement_is_kept_as_a_probes(sessions: Sessions) -> None:
    """Its network is an imported vantage, its software the probe's, its verdict by our rules."""
    result = _take(sessions, _ooni())
    with sessions.reading() as session:
        row = session.scalars(
            sa.select(MeasurementRow).where(MeasurementRow.control_of.is_(None))
        ).one()
        vantage = session.get_one(Vantage, row.vantage_id)
        verdict = session.scalars(sa.select(VerdictRow)).one()

    assert (result.new, result.controls) == (1, 1)
    assert (vantage.code, vantage.egress) == ("ooni-kz-as9198", Egress.IMPORTED)
    assert (vantage.country, vantage.asn, vantage.network_name) == (
        "KZ", 9198, "JSC Kazakhtelecom",
    )  # fmt: skip
    assert row.observations["software"] == "ooniprobe-android 4.0.1"
    assert (verdict.state.value, verdict.layer) == ("blocked", "tls")


def test_it_comes_in_once(sessions: Sessions) -> None:
    """The same line again is known; another time of the same report is another measurement."""
    _take(sessions, _ooni())
    again = _take(sessions, _ooni(), _ooni(measurement_start_time="2026-03-01 12:05:00"))

    assert (again.unchanged, again.new) == (1, 1)


def test_it_is_never_exported_as_ours(sessions: Sessions) -> None:
    """OONI publishes what its probes measured; an export of ours leaves it out and says so."""
    _take(sessions, _ooni())
    with sessions.reading() as session:
        page = list_exportable(session, Viewer(role=Role.ADMIN), Wanted(), after=None, limit=10)

    assert (page.found, page.others) == ((), 1)


def test_a_hidden_country_and_network_stay_unknown(sessions: Sessions) -> None:
    """ZZ and AS0 are no country and no network."""
    _take(sessions, _ooni(probe_cc="ZZ", probe_asn="AS0", probe_network_name=""))
    with sessions.reading() as session:
        vantage = session.scalars(sa.select(Vantage).where(Vantage.code.like("ooni-zz%"))).one()

    assert (vantage.code, vantage.country, vantage.asn) == ("ooni-zz-as0", None, None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"measurement_start_time": None}, "when"),
        ({"input": "nonsense"}, "http"),
        ({"test_keys": {"queries": 5}}, "/test_keys/queries"),
        ({"test_keys": {"requests": [5]}}, "/test_keys/requests/0"),
    ],
)
def test_a_measurement_that_is_not_right_says_why(more: dict[str, Any], reason: str) -> None:
    """What an OONI probe would not write is refused with a sentence."""
    with pytest.raises(InvalidInput, match=reason):
        read_line(msgspec.json.encode(_ooni(**more)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_our_files_are_read_without_our_extension_as_well(case: Case) -> None:
    """Whoever drops the extension keeps a measurement that OONI's tools, and we, can read."""
    values = exported(case)
    del values["test_keys"]["x_qalam"]
    taken = read_line(msgspec.json.encode(values))

    assert taken.source == "ooni"
    assert len(taken.measurement.connects) == len(case.seen.connects)
    assert [one.status for one in taken.measurement.exchanges] == [
        one.status for one in case.seen.exchanges
    ]
    assert judge(taken.measurement, taken.controls, case.marks, taken.country).rule


@pytest.mark.parametrize(
    "rule", ["tls_reset", "dns_nxdomain", "tcp_timeout", "http_blockpage_fingerprint"]
)
def test_ordinary_blocks_are_named_alike_without_the_extension(rule: str) -> None:
    """The standard keys alone carry the mechanisms that matter most."""
    cases = [one for one in CASES if one.rule == rule]
    for case in cases:
        values = exported(case)
        del values["test_keys"]["x_qalam"]
        taken = read_line(msgspec.json.encode(values))
        assert judge(taken.measurement, taken.controls, case.marks, taken.country).rule == rule
