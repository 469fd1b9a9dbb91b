# SPDX-License-Identifier: Apache-2.0
"""What leaves in OONI's format is honest, complete, and comes back as it was."""

import base64
import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

import msgspec
import pytest

from app import __version__
from app.domain.blocking.classic.keys import classic_keys
from app.domain.blocking.measurement import DnsAnswer, Engine, Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.verdict import judge
from app.exports.ooni_steps import public_resolver
from app.services.interchange_reading import read_line
from app.storage.measurements import to_observations
from tests.domain.blocking import see
from tests.domain.blocking.cases import CASES
from tests.domain.blocking.scenes import Case
from tests.exports.carried import exported, finished, finished_controls

PLAIN = Case("plain", "https_genuine", see.https_ok(), (see.control(),))


def _keys(seen: Measurement, *controls: Any, **more: Any) -> dict[str, Any]:
    keys: dict[str, Any] = exported(Case("one", "", seen, controls), **more)["test_keys"]
    return keys


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_situation_comes_back_with_its_verdict(case: Case) -> None:
    """Exported and read again, each situation of the rules gives the very same verdict."""
    taken = read_line(msgspec.json.encode(exported(case)))

    assert taken.verdict == case.judged()
    again = judge(
        taken.measurement,
        taken.controls,
        taken.fingerprints,
        taken.country,
        networks=taken.networks,
    )
    assert again == case.judged()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_situation_comes_back_with_its_evidence(case: Case) -> None:
    """All that was seen, here and by every control, is there again; the network's resolver is not."""
    taken = read_line(msgspec.json.encode(exported(case)))
    before = finished(case.seen, case.name)

    assert _facts(taken.measurement) == _facts(before)
    assert [one.body for one in taken.measurement.exchanges] == [
        one.body for one in before.exchanges
    ]
    controls = finished_controls(case.controls, case.name)
    assert [_facts(one.measurement) for one in taken.controls] == [
        _facts(one.measurement) for one in controls
    ]
    assert [(c.vantage_healthy, c.fresh, c.network) for c in taken.controls] == [
        (c.vantage_healthy, c.fresh, c.network) for c in controls
    ]


def _facts(measurement: Measurement) -> dict[str, Any]:
    without = replace(
        measurement,
        vantage="",
        lookups=tuple(
            replace(one, resolver=public_resolver(one) or "") for one in measurement.lookups
        ),
    )
    return to_observations(without)


def test_the_file_says_whose_it_is() -> None:
    """Nobody can take a file of ours for an OONI probe's; the probe's address is a placeholder."""
    values = exported(PLAIN)

    assert (values["software_name"], values["software_version"]) == ("qalam", __version__)
    assert values["test_version"] == __version__
    assert (values["probe_ip"], values["resolver_ip"]) == ("127.0.0.1", "127.0.0.1")
    assert (values["probe_cc"], values["probe_asn"]) == ("KZ", "AS9198")
    assert values["input"] == see.HTTPS


def test_an_unknown_network_is_hidden_as_ooni_hides_it() -> None:
    """A vantage without country and network is ZZ and AS0."""
    values = exported(PLAIN, country=None, asn=None, network_name=None)

    assert (values["probe_cc"], values["probe_asn"]) == ("ZZ", "AS0")


def test_every_field_of_the_format_is_there() -> None:
    """The top level has all that df-000 requires."""
    required = {
        "annotations", "data_format_version", "extensions", "input", "measurement_start_time",
        "options", "probe_asn", "probe_cc", "probe_ip", "probe_network_name", "report_id",
        "resolver_asn", "resolver_ip", "resolver_network_name", "software_name",
        "software_version", "test_helpers", "test_keys", "test_name", "test_runtime",
        "test_start_time", "test_version",
    }  # fmt: skip
    values = exported(PLAIN)

    assert required <= set(values)
    assert values["measurement_start_time"] == "2026-03-01 12:00:00"
    assert values["test_runtime"] == 0.1


def test_requests_stand_newest_first() -> None:
    """The last redirect's answer comes first, as Web Connectivity has it."""
    first = see.fetch(see.HTTP, status=301, location=see.HTTPS, text="")
    keys = _keys(
        see.measured(
            see.lookup(see.SITE),
            see.connect(port=80),
            see.connect(depth=1),
            see.shake(depth=1),
            first,
            see.fetch(depth=1),
            url=see.HTTP,
        )
    )

    assert [one["request"]["url"] for one in keys["requests"]] == [see.HTTPS, see.HTTP]
    assert [one["tags"][0] for one in keys["requests"]] == ["depth=1", "depth=0"]


def test_steps_of_one_endpoint_share_a_transaction() -> None:
    """A connection, its handshake and its request have one id, in the range of TLS endpoints."""
    keys = _keys(see.https_ok())
    ids = {
        one["transaction_id"]
        for name in ("tcp_connect", "tls_handshakes", "requests")
        for one in keys[name]
    }

    assert ids == {50_001}
    assert keys["tcp_connect"][0]["tags"] == [
        "depth=0", "fetch_body=true", "classic", "tcptls_experiment",
    ]  # fmt: skip


def test_a_name_without_an_ipv6_address_is_no_failure() -> None:
    """A machine's resolver answers for both families at once; another one's question stands."""
    absent = {"query_type": "AAAA", "failure": "dns_no_answer"}
    keys = _keys(
        see.measured(
            see.lookup("10.1.1.1"),
            see.lookup(**absent),
            see.lookup(engine=Engine.UDP, resolver="9.9.9.9:53", **absent),
        )
    )

    assert [one["query_type"] for one in keys["queries"]] == ["A", "AAAA"]
    assert [one["engine"] for one in keys["queries"]] == ["getaddrinfo", "udp"]
    assert keys["blocking"] is None


def test_the_two_questions_of_one_lookup_share_a_transaction() -> None:
    """A and AAAA are one lookup; another resolver's is another, in its own range."""
    keys = _keys(
        see.measured(
            see.lookup(see.SITE),
            see.lookup(query_type="AAAA", failure="dns_servfail_error"),
            see.lookup(see.SITE, engine=Engine.UDP, resolver="9.9.9.9:53"),
        )
    )

    assert [one["transaction_id"] for one in keys["queries"]] == [10_001, 10_001, 20_001]
    assert [one["tags"] for one in keys["queries"]] == [
        ["depth=0", "classic"], ["depth=0", "classic"], ["depth=0"],
    ]  # fmt: skip


def test_addresses_handed_over_by_a_control_fetch_nothing() -> None:
    """What was tried because a control knows it is no classic endpoint and fetches no body."""
    seen = see.also_tried(see.https_ok(), see.connect(see.OTHER_EDGE))
    tags = {one["ip"]: one["tags"] for one in _keys(seen)["tcp_connect"]}

    assert "fetch_body=false" in tags[see.OTHER_EDGE]
    assert "classic" not in tags[see.OTHER_EDGE]


def test_a_body_that_is_no_text_goes_in_base64() -> None:
    """Bytes survive; text stays text."""
    keys = _keys(see.http_ok(body=b"\xff\xfe\x00page", body_length=7))

    body = keys["requests"][0]["response"]["body"]
    assert body["format"] == "base64"
    assert base64.b64decode(body["data"]) == b"\xff\xfe\x00page"


def test_a_body_that_was_not_kept_is_not_taken_for_an_empty_one() -> None:
    """Its length must not be compared, so it is marked as cut."""
    keys = _keys(see.https_ok(body=None))
    response = keys["requests"][0]["response"]

    assert (response["body"], response["body_is_truncated"]) == ("", True)


def test_certificates_come_from_the_store() -> None:
    """The chain stands in the handshake where its certificates are kept, and nothing where not."""
    der = b"not really a certificate"
    name = hashlib.sha256(der).hexdigest()

    class Store:
        def get(self, sha256: str) -> bytes | None:
            return der if sha256 == name else None

    kept = see.measured(see.lookup(see.SITE), see.connect(), see.shake(chain_sha256=(name,)))
    (shown,) = _keys(kept, bodies=Store())["tls_handshakes"]
    (hidden,) = _keys(kept)["tls_handshakes"]

    assert base64.b64decode(shown["peer_certificates"][0]["data"]) == der
    assert hidden["peer_certificates"] == []


def test_the_control_speaks_as_a_test_helper() -> None:
    """The first healthy control becomes `control`, in the helper's shape."""
    unhealthy = see.control(see.tcp_fails(), vantage_healthy=False)
    networks = PrefixTable([("93.184.216.0/24", 15133, "Edgecast")])
    keys = _keys(see.https_ok(), unhealthy, see.control(), networks=networks)
    control = keys["control"]

    assert control["dns"] == {"failure": None, "addrs": [see.SITE]}
    assert control["tcp_connect"] == {f"{see.SITE}:443": {"status": True, "failure": None}}
    assert control["tls_handshake"][f"{see.SITE}:443"]["server_name"] == "news.example"
    assert control["http_request"]["status_code"] == 200
    assert control["http_request"]["body_length"] == 5000
    assert control["ip_info"] == {see.SITE: {"asn": 15133, "flags": 1 | 2 | 8}}
    assert keys["queries"][0]["answers"][0]["asn"] == 15133
    assert keys["control_failure"] is None


def test_a_control_that_fails_says_so_in_the_helpers_words() -> None:
    """A name that does not exist is `dns_name_error`, and nothing came: -1."""
    control = _keys(see.dns_fails(), see.control(see.dns_fails()))["control"]

    assert control["dns"] == {"failure": "dns_name_error", "addrs": []}
    assert control["http_request"]["failure"] == "dns_lookup_error"
    assert (control["http_request"]["status_code"], control["http_request"]["body_length"]) == (
        -1, -1,
    )  # fmt: skip


def test_a_name_without_addresses_is_no_failure_of_the_helper() -> None:
    """The helper tells "no answer" as a success with no address."""
    control = _keys(see.dns_fails("dns_no_answer"), see.control(see.dns_fails("dns_no_answer")))[
        "control"
    ]

    assert control["dns"] == {"failure": None, "addrs": []}


def test_no_control_asked_is_not_a_control_that_failed() -> None:
    """Without a control nothing failed; with an unhealthy one only, that is said."""
    alone = _keys(see.https_ok())
    unhealthy = _keys(see.https_ok(), see.control(vantage_healthy=False))

    assert (alone["control"], alone["control_failure"]) == (None, None)
    assert unhealthy["control"] is None
    assert unhealthy["control_failure"].startswith("unknown_failure")


@pytest.mark.parametrize(
    ("rule", "blocking", "accessible"),
    [
        ("https_genuine", False, True),
        ("dns_nxdomain", "dns", False),
        ("tcp_timeout", "tcp_ip", False),
        ("tls_reset", "http-failure", False),
        ("http_reset", "http-failure", False),
        ("http_content_difference", "http-diff", False),
        ("fails_everywhere", False, False),
        ("no_control_failed", None, None),
    ],
)
def test_oonis_own_conclusion_stands_beside_ours(
    rule: str, blocking: str | bool | None, accessible: bool | None
) -> None:
    """The classic keys say of each kind of block what Web Connectivity says of it."""
    case = next(one for one in CASES if one.rule == rule)
    keys = exported(case)["test_keys"]

    assert (keys["blocking"], keys["accessible"]) == (blocking, accessible)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_classic_keys_are_those_of_the_very_file(case: Case) -> None:
    """Whoever computes them again from what is in the file gets what is in the file."""
    values = exported(case)
    computed = asdict(classic_keys(read_ooni(values)))

    assert len(computed) == 13
    assert {name: values["test_keys"][name] for name in computed} == computed


def test_an_address_nobody_can_read_leaves_the_classic_keys_open() -> None:
    """Such a redirect stops no export; our own evidence is there in full."""
    keys = _keys(see.measured(see.fetch("http://news.example:0/"), url=see.HTTP))

    assert (keys["blocking"], keys["accessible"]) == (None, None)
    assert keys["x_qalam"]["observations"]["exchanges"][0]["url"] == "http://news.example:0/"


def test_the_networks_own_resolver_is_in_no_field() -> None:
    """Its address would tell where the probe is; an independent public one is named."""
    seen = see.measured(
        see.lookup(see.SITE, resolver="95.56.237.24:53"),
        see.lookup(see.SITE, engine=Engine.UDP, resolver="9.9.9.9:53"),
        see.lookup(see.SITE, engine=Engine.UDP, resolver="192.168.7.1:53"),
    )
    text = json.dumps(exported(Case("one", "", seen)))

    assert "95.56.237.24" not in text
    assert "192.168.7.1" not in text
    assert "9.9.9.9:53" in text


def test_the_vantages_code_is_in_no_field() -> None:
    """Its owner named it; the name is nobody else's business."""
    text = json.dumps(exported(replace(PLAIN, seen=replace(see.https_ok(), vantage="aizhan-1"))))

    assert "aizhan-1" not in text


MINE = "95.56.10.20"


@pytest.mark.parametrize(
    "page",
    [
        {"headers": (("X-Client-IP", MINE), ("Content-Type", "text/html"))},
        {"headers": (("X-Debug", f"you are {MINE}"),)},
        {"text": f"<p>Your IP address: <b>{MINE}</b> was logged</p>"},
        {"text": f"<p>Ваш IP-адрес: {MINE}</p>"},
        {"text": f'var q = {{"client_ip":"{MINE}"}}'},
        {"title": f"Blocked for {MINE}"},
        {"status": 302, "location": f"http://block.example/?ip={MINE}&u=x"},
        {"status": None, "failure": f"unknown_failure: read tcp {MINE}:41234: broken"},
    ],
    ids=["header", "other header", "body", "russian", "json", "title", "redirect", "failure"],
)
def test_the_probes_address_is_taken_out_wherever_a_server_echoed_it(page: dict[str, Any]) -> None:
    """With the prefix table, an address of the vantage's own network is nobody's but the probe's."""
    networks = PrefixTable([("95.56.0.0/14", 9198, "Kazakhtelecom")])
    text = json.dumps(exported(Case("one", "", see.http_ok(**page)), networks=networks))

    assert MINE not in text
    assert see.SITE in text


@pytest.mark.parametrize(
    "page",
    [
        {"text": f"Your IP is {MINE}"},
        {"text": f"client_ip={MINE}"},
        {"headers": (("X-Real-IP", MINE),)},
        {"text": f"seen: {MINE}", "named": True},
        {"text": f"<td>Your IP</td>\n<td><b class='x'>{MINE}</b></td>"},
        {"text": f"<dt>IP-адрес:&nbsp;</dt> <dd>{MINE}</dd>"},
        {"text": f"Your IP: ::ffff:{MINE}"},
        {"headers": (("X-Visitor-IP", MINE),)},
        {"status": 302, "location": f"http://block.example/?ip%3D{MINE}"},
    ],
    ids=[
        "your ip",
        "parameter",
        "header",
        "named by the operator",
        "table",
        "list",
        "mapped",
        "header that says so",
        "parameter in a parameter",
    ],
)
def test_without_a_prefix_table_words_and_the_operator_say_which_it_is(
    page: dict[str, Any],
) -> None:
    """What a page calls somebody's IP is taken out, and what the operator names."""
    named = (MINE,) if page.get("named") else ()
    more = {name: value for name, value in page.items() if name != "named"}
    text = json.dumps(exported(Case("one", "", see.http_ok(**more)), own_addresses=named))

    assert MINE not in text


@pytest.mark.parametrize("inner", ["100.72.13.5", "10.31.7.2", "fd00:31::7"])
def test_an_address_behind_the_providers_gate_is_the_probes_as_well(inner: str) -> None:
    """A provider's block page names the subscriber by the address inside its own network."""
    text = json.dumps(exported(Case("one", "", see.http_ok(text=f"Your IP: {inner}"))))

    assert inner not in text


def test_addresses_that_are_evidence_stay() -> None:
    """A block page in the vantage's own network is what the measurement is about."""
    networks = PrefixTable([("195.175.254.0/24", 9198, "")])
    seen = see.measured(
        see.lookup(see.BLOCKPAGE),
        see.connect(see.BLOCKPAGE, port=80),
        see.blockpage(
            address=see.BLOCKPAGE,
            text=f"served by {see.BLOCKPAGE}",
            status=302,
            location=f"http://{see.BLOCKPAGE}/why",
        ),
        url=see.HTTP,
    )
    (request,) = _keys(seen, networks=networks)["requests"]

    assert request["response"]["body"] == f"served by {see.BLOCKPAGE}"
    assert request["address"] == f"{see.BLOCKPAGE}:80"


def test_a_body_that_was_changed_still_comes_back() -> None:
    """After the address is taken out, the body stands under the hash of what it is now."""
    values = exported(Case("one", "", see.http_ok(text=f"Your IP: {MINE}")))
    taken = read_line(msgspec.json.encode(values))

    assert taken.measurement.exchanges[0].body == b"Your IP: [scrubbed]"
    assert taken.measurement.exchanges[0].body_length == len(f"Your IP: {MINE}")


def test_the_networks_of_the_addresses_travel_along() -> None:
    """Whoever has no table of prefixes, or another, judges with the exporter's knowledge."""
    table = PrefixTable([("93.184.216.0/24", 15133, "Edgecast"), ("10.0.0.0/8", 7, "")])
    taken = read_line(msgspec.json.encode(exported(PLAIN, networks=table)))

    assert taken.networks is not None
    assert (taken.networks.asn(see.SITE), taken.networks.name(15133)) == (15133, "Edgecast")
    assert taken.networks.asn("93.184.216.1") is None


def test_late_answers_stand_where_web_connectivity_has_them() -> None:
    """A second reply to the same question is a duplicate response, of the same transaction."""
    keys = _keys(see.measured(see.lookup(see.BLOCKPAGE, late_answers=((see.SITE,),))))
    (late,) = keys["x_dns_duplicate_responses"]

    assert [one["ipv4"] for one in late["answers"]] == [see.SITE]
    assert late["transaction_id"] == keys["queries"][0]["transaction_id"]


def test_late_answers_and_everything_else_without_a_place_is_in_the_extension() -> None:
    """What OONI's format cannot hold stands in one object of the test keys."""
    late = see.lookup(see.BLOCKPAGE, late_answers=((see.SITE,),))
    keys = _keys(see.measured(late, prober_fault="no_network"), vantage_healthy=False)
    extension = keys["x_qalam"]

    assert extension["observations"]["lookups"][0]["late_answers"] == [[see.SITE]]
    assert extension["observations"]["prober_fault"] == "no_network"
    assert extension["vantage_healthy"] is False


def test_addresses_of_version_6_are_written_in_brackets() -> None:
    """An endpoint of IPv6 is `[address]:port`, and its answer an AAAA."""
    address = "2606:2800:220:1::1"
    answer = DnsAnswer(address=address, address_class="global")
    seen = see.measured(
        see.lookup(query_type="AAAA", answers=(answer,)),
        see.connect(address),
        see.shake(address),
        see.fetch(address=address),
    )
    keys = _keys(seen)

    assert keys["queries"][0]["answers"][0] == {
        "answer_type": "AAAA", "ipv6": address, "ttl": None,
    }  # fmt: skip
    assert keys["tls_handshakes"][0]["address"] == f"[{address}]:443"
