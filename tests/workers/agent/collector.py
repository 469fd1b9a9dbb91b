# SPDX-License-Identifier: Apache-2.0
"""A collector that speaks the agent protocol over real HTTP, and misbehaves as it is told.

Each path has a script: what to answer to the next requests, one after the other; then it behaves.
"""

import contextlib
import gzip
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.domain.agents.protocol import (
    SIGNATURE_HEADER,
    Assignments,
    Batch,
    Enrolled,
    Enrolment,
    Item,
    Poll,
    Receipt,
    Rejected,
    Rejection,
    Urgent,
)
from app.domain.vocabulary import VantageRole
from tests.make import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One scripted answer. `behaves_first` does what was asked, and then answers this instead."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cuts: bool = False
    delay_s: float = 0.0
    behaves_first: bool = False


def problem(status: int, detail: str = "no", **headers: str) -> Reply:
    """An answer in the collector's own voice."""
    return Reply(
        status=status,
        headers={"Content-Type": "application/problem+json", **headers},
        body=msgspec.json.encode({"status": status, "detail": detail, "code": "x"}),
    )


CUT = Reply(cuts=True)
LOST_RECEIPT = Reply(cuts=True, behaves_first=True)


class Collector:
    """The server. Everything it was given is in its attributes."""

    def __init__(self) -> None:
        self.scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.batches: list[Batch] = []
        self.items: dict[str, Item] = {}
        self.bodies: dict[str, bytes] = {}
        self.public_key: bytes | None = None
        self.tokens = {"qlt_good"}
        self.enrolments: list[Enrolment] = []
        self.urgent: tuple[Urgent, ...] = ()
        self.now: Callable[[], datetime] = lambda: NOW
        self.assignments = Assignments(
            version="1",
            valid_until=NOW.replace(day=NOW.day + 7),
            server_time=NOW,
            vantage="kz-1",
            role=VantageRole.FIELD,
            canaries=(),
            items=(),
            rechecks_s=(30, 90, 300),
            health_interval_s=300,
        )
        self.most_items = 10_000
        self.cannot_read: set[str] = set()
        self.rejects: dict[str, Rejection] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, what: str, *replies: Reply) -> None:
        """Let the next requests of one kind be answered so."""
        self.scripts[what].extend(replies)

    def _behave(self, what: str, headers: dict[str, str], body: bytes) -> Reply:
        if what == "control":
            return _json(
                Poll(
                    server_time=self.now(),
                    assignments=self.assignments.version,
                    urgent=self.urgent,
                )
            )
        if what == "assignments":
            etag = f'"{self.assignments.version}"'
            if headers.get("if-none-match") == etag:
                return Reply(status=304, headers={"ETag": etag})
            return _json(self.assignments, ETag=etag)
        if what == "enrol":
            return self._enrol(body)
        assert what == "batches"
        return self._take(headers, body)

    def _enrol(self, body: bytes) -> Reply:
        asked = msgspec.json.decode(body, type=Enrolment, strict=True)
        if asked.token not in self.tokens:
            return problem(403, "The token is wrong, used or expired.")
        self.tokens.remove(asked.token)
        self.enrolments.append(asked)
        self.public_key = asked.public_key
        enrolled = Enrolled(
            agent=uuid.UUID(int=6 + len(self.enrolments)),
            vantage="kz-1",
            role=VantageRole.FIELD,
            country="KZ",
            key=f"qlm_{len(self.enrolments)}",
            server_time=self.now(),
        )
        return replace(_json(enrolled), status=201)

    def _take(self, headers: dict[str, str], body: bytes) -> Reply:
        assert headers["content-encoding"] == "gzip"
        assert self.public_key is not None
        signature = headers[SIGNATURE_HEADER.lower()].removeprefix("ed25519=")
        Ed25519PublicKey.from_public_bytes(self.public_key).verify(
            msgspec.json.decode(f'"{signature}"', type=bytes), body
        )
        batch = msgspec.json.decode(gzip.decompress(body), type=Batch)
        uids = [one.measurement.uid for one in batch.items]
        if len(uids) > self.most_items:
            return problem(413)
        if self.cannot_read & set(uids):
            return problem(422)
        self.batches.append(batch)
        self.bodies |= batch.bodies
        rejected = tuple(
            Rejected(uid=uid, index=index, code=self.rejects[uid])
            for index, uid in enumerate(uids)
            if uid in self.rejects
        )
        good = [one for one in batch.items if one.measurement.uid not in self.rejects]
        new = [one for one in good if one.measurement.uid not in self.items]
        self.items |= {one.measurement.uid: one for one in new}
        return _json(
            Receipt(
                batch=batch.batch,
                server_time=self.now(),
                accepted=len(new),
                duplicate=len(good) - len(new),
                rejected=rejected,
            )
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                what = self.path.rsplit("/", 1)[1]
                collector.asked.append((self.path, headers))
                script = collector.scripts[what]
                reply = script.popleft() if script else None
                if reply is None or reply.behaves_first:
                    usual = collector._behave(what, headers, body)
                    reply = reply or usual
                time.sleep(reply.delay_s)
                self.close_connection = True
                if reply.cuts:
                    return
                self.send_response(reply.status)
                for name, value in {"Connection": "close", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def handle(self) -> None:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    super().handle()

        return Handler


def _json(value: object, **headers: str) -> Reply:
    return Reply(
        headers={"Content-Type": "application/json", **headers}, body=msgspec.json.encode(value)
    )
