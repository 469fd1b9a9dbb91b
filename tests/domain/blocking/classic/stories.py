# SPDX-License-Identifier: Apache-2.0
"""OONI measurements written as an OONI probe would write them, for tests of what reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SITE, EDGE, BLOCKPAGE, SHORTENER = "93.184.216.34", "93.184.216.99", "83.224.65.41", "67.199.248.11"
SITE_AS, BLOCKPAGE_AS = 15133, 30722
HOST, HTTPS, HTTP = "www.example.com", "https://www.example.com/", "http://www.example.com/"
PAGE_HEADERS = {"Alt-Svc": "h3=':443'", "Content-Type": "text/html", "Date": "today"}
PAGE = "<html><title>Default Web Page</title>" + "x" * 1496
BLOCKPAGE_HTML = "<html><title>Access Denied</title>" + "x" * 154

Json = dict[str, Any]

NOTHING: Json = {
    "accessible": None,
    "blocking": None,
    "dns_consistency": None,
    "body_length_match": None,
    "body_proportion": 0.0,
    "status_code_match": None,
    "headers_match": None,
    "title_match": None,
    "dns_experiment_failure": None,
    "http_experiment_failure": None,
    "x_dns_flags": 0,
    "x_blocking_flags": 0,
    "x_null_null_flags": 0,
}
SAME: Json = {
    "body_length_match": True,
    "body_proportion": 1.0,
    "status_code_match": True,
    "headers_match": True,
    "title_match": True,
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """A situation, the measurement of it, and the classic keys OONI gives it."""

    name: str
    measured: Json
    keys: Json

    def __str__(self) -> str:
        return self.name


def story(name: str, measured: Json, /, **keys: Any) -> Story:
    """A story; keys that are not given are as of a measurement that saw nothing."""
    return Story(name=name, measured=measured, keys={**NOTHING, **keys})


def ask(
    *addresses: str,
    failure: str | None = None,
    engine: str = "getaddrinfo",
    host: str = HOST,
    kind: str = "",
    depth: int = 0,
    number: int = 0,
    asns: Json | None = None,
) -> Json:
    """One lookup, numbered as the probe numbers them."""
    starts = {"getaddrinfo": 10001, "udp": 20001, "doh": 30001}
    known = {SITE: SITE_AS, EDGE: SITE_AS, BLOCKPAGE: BLOCKPAGE_AS} | (asns or {})
    return {
        "kind": "queries",
        "engine": engine,
        "failure": failure,
        "hostname": host,
        "query_type": kind or ("ANY" if engine == "getaddrinfo" else "A"),
        "resolver_address": "" if engine == "getaddrinfo" else "1.1.1.1:53",
        "answers": [_answer(address, known.get(address, 0)) for address in addresses] or None,
        "tags": [f"depth={depth}"],
        "transaction_id": number or starts.get(engine, 10001) + depth,
    }


def _answer(address: str, asn: int) -> Json:
    field = "ipv6" if ":" in address else "ipv4"
    return {"answer_type": "AAAA" if ":" in address else "A", field: address, "asn": asn}


def tcp(
    address: str = SITE,
    port: int = 443,
    failure: str | None = None,
    *,
    number: int = 50001,
    depth: int = 0,
    fetch: bool = True,
) -> Json:
    """One connect."""
    return {
        "kind": "tcp_connect",
        "ip": address,
        "port": port,
        "status": {"failure": failure, "success": failure is None},
        "tags": _tags(depth, fetch),
        "transaction_id": number,
    }


def tls(
    address: str = SITE,
    failure: str | None = None,
    *,
    name: str = HOST,
    number: int = 50001,
    depth: int = 0,
    fetch: bool = True,
) -> Json:
    """One handshake."""
    return {
        "kind": "tls_handshakes",
        "address": _endpoint(address, 443),
        "server_name": name,
        "failure": failure,
        "no_tls_verify": False,
        "peer_certificates": None,
        "tags": _tags(depth, fetch),
        "transaction_id": number,
    }


def get(
    url: str = HTTPS,
    address: str = SITE,
    failure: str | None = None,
    *,
    code: int = 200,
    body: Any = PAGE,
    headers: Json | None = None,
    truncated: bool = False,
    number: int = 50001,
    depth: int = 0,
) -> Json:
    """One request and its response; a failed one has none."""
    port = 443 if url.startswith("https") else 80
    answered = failure is None
    return {
        "kind": "requests",
        "address": _endpoint(address, port),
        "failure": failure,
        "request": {"method": "GET", "url": url},
        "response": {
            "code": code if answered else 0,
            "body": body if answered else "",
            "body_is_truncated": truncated,
            "headers": (PAGE_HEADERS if headers is None else headers) if answered else {},
        },
        "tags": _tags(depth, fetch=True),
        "transaction_id": number,
    }


def _tags(depth: int, fetch: bool) -> list[str]:
    return [f"depth={depth}", f"fetch_body={'true' if fetch else 'false'}"]


def _endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def helper(
    *addresses: str,
    dns_failure: str | None = None,
    tcp: dict[str, str | None] | None = None,
    tls: dict[str, str | None] | None = None,
    name: str = HOST,
    failure: str | None = None,
    status: int = 200,
    length: int = len(PAGE),
    title: str = "Default Web Page",
    headers: Json | None = None,
    asns: Json | None = None,
) -> Json:
    """The test helper's answer; by default it reached the site at each address it resolved."""
    known = {SITE: SITE_AS, EDGE: SITE_AS, BLOCKPAGE: BLOCKPAGE_AS} | (asns or {})
    failed = failure is not None
    return {
        "dns": {"failure": dns_failure, "addrs": list(addresses)},
        "tcp_connect": {
            place: {"status": text is None, "failure": text} for place, text in (tcp or {}).items()
        },
        "tls_handshake": {
            place: {"server_name": name, "status": text is None, "failure": text}
            for place, text in (tls or {}).items()
        },
        "http_request": {
            "failure": failure,
            "status_code": -1 if failed else status,
            "body_length": -1 if failed else length,
            "title": "" if failed else title,
            "headers": {} if failed else (PAGE_HEADERS if headers is None else headers),
        },
        "ip_info": {address: {"asn": asn, "flags": 11} for address, asn in known.items() if asn},
    }


REACHED = helper(SITE, tcp={f"{SITE}:443": None, f"{SITE}:80": None}, tls={f"{SITE}:443": None})
NO_SUCH_NAME = helper(dns_failure="dns_name_error", failure="dns_lookup_error")


def measured(
    *steps: Json, url: str = HTTPS, control: Json | None = REACHED, control_failure: Any = None
) -> Json:
    """A measurement of these steps; requests are put newest first."""
    keys: Json = {"queries": [], "tcp_connect": [], "tls_handshakes": [], "requests": []}
    for step in steps:
        entry = {name: value for name, value in step.items() if name != "kind"}
        keys[step["kind"]].append(entry)
    keys["requests"].reverse()
    return {
        "input": url,
        "measurement_start_time": "2026-11-24 10:00:00",
        "probe_asn": "AS137",
        "probe_cc": "IT",
        "report_id": "",
        "software_name": "ooniprobe",
        "software_version": "3.21.0",
        "test_name": "web_connectivity",
        "test_version": "0.5.28",
        "test_runtime": 1.5,
        "test_keys": {
            **keys,
            "control": control,
            "control_failure": control_failure,
            "x_control_request": {"http_request": url},
        },
    }


def old(values: Json) -> Json:
    """The same as a probe of v0.4 would have written it: without tags and transaction ids."""
    keys = values["test_keys"]
    lists = ("queries", "tcp_connect", "tls_handshakes", "requests")
    plain = {name: [_untagged(entry) for entry in keys[name]] for name in lists}
    return {**values, "test_version": "0.4.3", "test_keys": {**keys, **plain}}


def _untagged(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name not in ("tags", "transaction_id")}


def names(stories: Iterable[Story]) -> list[str]:
    """Their names, as pytest shows them."""
    return [one.name for one in stories]
