# SPDX-License-Identifier: Apache-2.0
"""What `/judge` reads, shown by a small measurement: names that do not resolve in one network."""

from typing import Any

EXAMPLE: dict[str, Any] = {
    "input": "https://news.example/",
    "measurement_start_time": "2026-11-24 10:00:00",
    "probe_asn": "AS64500",
    "probe_cc": "KZ",
    "test_name": "web_connectivity",
    "test_version": "0.5.28",
    "test_keys": {
        "queries": [
            {
                "engine": "getaddrinfo",
                "hostname": "news.example",
                "query_type": "ANY",
                "failure": "dns_nxdomain_error",
                "answers": None,
                "tags": ["depth=0"],
                "transaction_id": 10001,
            }
        ],
        "tcp_connect": [],
        "tls_handshakes": [],
        "requests": [],
        "control": {
            "dns": {"failure": None, "addrs": ["93.184.216.34"]},
            "tcp_connect": {"93.184.216.34:443": {"status": True, "failure": None}},
            "tls_handshake": {
                "93.184.216.34:443": {
                    "server_name": "news.example",
                    "status": True,
                    "failure": None,
                }
            },
            "http_request": {
                "failure": None,
                "status_code": 200,
                "body_length": 15000,
                "title": "Independent news",
                "headers": {"Content-Type": "text/html"},
            },
        },
        "control_failure": None,
    },
}
