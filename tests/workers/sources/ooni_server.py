# SPDX-License-Identifier: Apache-2.0
"""A small OONI API on loopback: lists in pages, measurements one by one, and its bad days on demand."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.workers.receiver import Heard, reply

Fault = Callable[[Heard], bytes | Iterator[bytes]]
HOST = "api.ooni.test"


def too_many(retry_after: str | None) -> Fault:
    """Say that too many questions were asked."""
    headers = [("Retry-After", retry_after)] if retry_after is not None else []
    return lambda _: reply("429 Too Many Requests", b'{"error":"slow down"}', headers)


def status(line: str, body: bytes = b"") -> Fault:
    """Answer with this status line."""
    return lambda _: reply(line, body)


def body(text: bytes) -> Fault:
    """Answer 200 with this."""
    return lambda _: reply(body=text)


def cut(_: Heard) -> bytes:
    """Promise more than comes."""
    return b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"results": ['


def slow(seconds: float) -> Fault:
    """Say nothing for a while."""

    def answer(_: Heard) -> bytes:
        time.sleep(seconds)
        return reply(body=b"{}")

    return answer


@dataclass
class OoniServer:
    """Measurements by their uid, and what goes wrong next: faults are used up one by one."""

    measurements: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)  # (part of a path, what happens)
    next_host: str = ""  # where the next page is said to be, if not here
    asked: list[tuple[float, str]] = field(default_factory=list)

    def add(self, uid: str, values: dict[str, Any]) -> None:
        """Publish a measurement."""
        self.measurements[uid] = values

    def count(self, part: str) -> int:
        """How often something was asked for."""
        return sum(part in path for _, path in self.asked)

    def __call__(self, heard: Heard) -> bytes | Iterator[bytes]:
        self.asked.append((time.monotonic(), heard.path))
        for number, (part, fault) in enumerate(self.faults):
            if part in heard.path:
                del self.faults[number]
                return fault(heard)
        asked = urlsplit(heard.path)
        query = {name: one[0] for name, one in parse_qs(asked.query).items()}
        if asked.path == "/api/v1/measurements":
            return self._list(heard, query)
        if asked.path == "/api/v1/raw_measurement":
            return self._raw(query)
        return reply("404 Not Found", b'{"error":"no such endpoint"}')

    def _list(self, heard: Heard, query: dict[str, str]) -> bytes:
        since, until = (
            datetime.fromisoformat(query[name]).replace(tzinfo=UTC) for name in ("since", "until")
        )
        rows = [
            self._row(uid, one)
            for uid, one in self.measurements.items()
            if since
            <= datetime.fromisoformat(one["measurement_start_time"]).replace(tzinfo=UTC)
            < until
            and one["probe_cc"] == query["probe_cc"]
            and (query.get("domain") is None or urlsplit(one["input"]).hostname == query["domain"])
            and (query.get("anomaly") != "true" or one["test_keys"].get("blocking"))
        ]
        offset, limit = int(query.get("offset", 0)), int(query["limit"])
        following = None
        if offset + limit < len(rows):
            host = self.next_host or f"http://{heard.headers['host']}"
            more = urlencode({**query, "offset": offset + limit})
            following = f"{host}/api/v1/measurements?{more}"
        page = {
            "metadata": {"count": -1, "limit": limit, "offset": offset, "next_url": following},
            "results": rows[offset : offset + limit],
        }
        return reply(body=json.dumps(page).encode())

    def _row(self, uid: str, one: dict[str, Any]) -> dict[str, Any]:
        names = ("input", "measurement_start_time", "probe_asn", "probe_cc", "report_id")
        return {name: one[name] for name in names} | {"measurement_uid": uid, "anomaly": False}

    def _raw(self, query: dict[str, str]) -> bytes:
        found = self.measurements.get(query.get("measurement_uid", ""))
        if found is None:
            # The real one says so under status 200 as well.
            return reply(body=b'{"error":"Measurement not found"}')
        return reply(body=json.dumps(found).encode())
