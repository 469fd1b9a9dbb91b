# SPDX-License-Identifier: Apache-2.0
"""Layer four: one request over one connection, and everything that came back.

httptools (llhttp) reads and frames; this file bounds and records. h11 did as well and cost twenty
times as much, a sixth of a whole probe. What can't be read as HTTP is kept as a few
raw bytes: the answer of a middlebox is evidence too.
"""

import re
from collections.abc import Iterable

import httptools

from app.domain.blocking.measurement import HttpExchange
from app.domain.blocking.targets import CanonicalUrl
from workers.probe.body import Body, Content
from workers.probe.failures import EOF, HTTP_BROKEN, failure_of
from workers.probe.guard import Endpoint
from workers.probe.session import Limits, ProbeSession, Stopwatch
from workers.probe.wire import Connection

_ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# An ordinary browser's: a speaking name would mark the volunteer on a watched line, and the
# control must send what the field sends for the pages to be comparable.
BROWSER_HEADERS = (
    ("User-Agent", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_ENGINE}"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"),
    ("Accept-Language", "en-US,en;q=0.9"),
    # Not what browsers send, but one coding is one thing to bound.
    ("Accept-Encoding", "gzip"),
    ("Upgrade-Insecure-Requests", "1"),
)
_UNREADABLE_KEPT_BYTES = 256
_REQUEST_HEADERS = "".join(f"{name}: {value}\r\n" for name, value in BROWSER_HEADERS)
_INTERIM = frozenset({100, 102, 103})
_COOKIE = re.compile(r"\s*([^\s=;,\"]+=[\x21\x23-\x3a\x3c-\x7e ]*)(?:;|$)")


class Cookies:
    """What the sites of one redirect chain set, per host and up to a size."""

    def __init__(self, max_bytes: int) -> None:
        self._room = max_bytes
        self._by_host: dict[str, dict[str, str]] = {}

    def take(self, host: str, set_cookie_values: Iterable[str]) -> None:
        """Keep each readable cookie that still fits; attributes are not looked at."""
        for value in set_cookie_values:
            match = _COOKIE.match(value)
            if match is None or len(match[1]) > self._room:
                continue
            self._room -= len(match[1])
            name = match[1].partition("=")[0]
            self._by_host.setdefault(host, {})[name] = match[1].strip()

    def header_for(self, host: str) -> str:
        """The Cookie header for a host, or ''."""
        return "; ".join(self._by_host.get(host, {}).values())


class Conversation:
    """One request and the reading of its response; facts accumulate so that none is lost.

    The `on_` methods are httptools' callbacks; an exception in one ends the reading as broken.
    """

    def __init__(self, connection: Connection, limits: Limits, watch: Stopwatch) -> None:
        self._connection = connection
        self._limits = limits
        self._watch = watch
        self._parser = httptools.HttpResponseParser(self)
        # Middleboxes write HTTP by hand; what browsers read is read.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_data_after_close=True
        )
        self._head = b""
        self._received = 0
        self._body: Body | None = None
        self._complete = False
        self._stopped = False
        self.first_byte_ms: float | None = None
        self.status: int | None = None
        self.headers: list[tuple[str, str]] = []

    async def ask(self, target: CanonicalUrl, cookie: str) -> None:
        """Send the request."""
        lines = [f"GET {target.path} HTTP/1.1\r\nHost: {target.authority}\r\n", _REQUEST_HEADERS]
        if cookie:
            lines.append(f"Cookie: {cookie}\r\n")
        await self._connection.send("".join((*lines, "\r\n")).encode("ascii"))

    async def read(self) -> str | None:
        """Read until the response ends or a bound is met; return the failure, if it is one."""
        while True:
            data = await self._connection.receive()
            if not data:
                return None if self._ends_with_the_connection() else EOF
            self._count(data)
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserError:
                # What follows a whole response is no part of it.
                return None if self._complete else HTTP_BROKEN
            if self._complete:
                return None
            if self.status is None and self._received > self._limits.head_bytes:
                return HTTP_BROKEN
            if self._received > self._limits.wire_bytes or self._is_full():
                self._stopped = True
                return None

    def content(self) -> Content | None:
        """What was kept of the body, or of whatever came instead of HTTP."""
        if self._body is not None:
            return self._body.finish(stopped=self._stopped)
        if not self._head:
            return None
        raw = Body(content_encoding="", content_type="", limits=self._limits)
        raw.feed(self._head)
        return raw.finish(stopped=self._received > len(self._head))

    def values(self, name: str) -> list[str]:
        """All values of a response header; `name` in lower case."""
        return [value for key, value in self.headers if key == name]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header; trailers behind a body are passed over."""
        if self._body is None:
            self.headers.append((name.decode("latin-1").strip().lower(), _text(value)))

    def on_headers_complete(self) -> None:
        """Take the status, unless it only announces another or belongs to what follows the answer.

        A second response right behind the first would otherwise write over it.
        """
        if self._body is not None:
            return
        status = self._parser.get_status_code()
        if status in _INTERIM:
            self.headers.clear()
            return
        self.status = status
        self._body = Body(
            content_encoding=",".join(self.values("content-encoding")),
            content_type="".join(self.values("content-type")[:1]),
            limits=self._limits,
        )

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if self._body is not None and not self._complete:
            self._body.feed(piece)

    def on_message_complete(self) -> None:
        """Note the end of the response."""
        self._complete = self.status is not None

    def _count(self, data: bytes) -> None:
        if self.first_byte_ms is None:
            self.first_byte_ms = self._watch.ms()
        self._received += len(data)
        if self.status is None:
            self._head += data[: _UNREADABLE_KEPT_BYTES - len(self._head)]

    def _is_full(self) -> bool:
        return self._body is not None and self._body.is_full

    def _ends_with_the_connection(self) -> bool:
        """Whether the response has no length of its own, so that a close ends it properly."""
        if self.status is None or self.values("content-length"):
            return False
        return "chunked" not in ",".join(self.values("transfer-encoding")).lower()


async def exchange(
    connection: Connection,
    endpoint: Endpoint,
    target: CanonicalUrl,
    *,
    cookies: Cookies,
    depth: int,
    session: ProbeSession,
    watch: Stopwatch,
) -> HttpExchange:
    """Ask for the target's page and read the answer; the connection is closed afterwards."""
    started = watch.ms()
    talk = Conversation(connection, session.limits, watch)
    try:
        connection.wait_until(watch.until(session.limits.http_s))
        await talk.ask(target, cookies.header_for(target.host))
        failure = await talk.read()
    except OSError as error:
        failure = failure_of(error)
    finally:
        connection.abort()
    cookies.take(target.host, talk.values("set-cookie"))
    content = talk.content()
    return HttpExchange(
        url=target.url,
        address=endpoint.address,
        port=endpoint.port,
        engine=endpoint.engine,
        over_tls=target.scheme == "https",
        started_ms=started,
        first_byte_ms=talk.first_byte_ms,
        ended_ms=watch.ms(),
        failure=failure,
        status=talk.status,
        headers=tuple(talk.headers),
        title=content.title if content else None,
        body_length=content.length if content else None,
        body_sha256=content.sha256 if content else None,
        body_truncated=content.truncated if content else False,
        wire_length=content.wire_length if content else None,
        body=content.kept if content else None,
        location=next(iter(talk.values("location")), None),
        depth=depth,
    )


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
