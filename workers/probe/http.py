# SPDX-License-Identifier: Apache-2.0
"""Layer four: one request over one connection, and everything that came back.

h11 reads and frames; this file bounds and records. What can't be read as HTTP is kept as a few
raw bytes: the answer of a middlebox is evidence too.
"""

import asyncio
import re
from collections.abc import Iterable

import h11

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
_HTTP = b"HTTP/"
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
    """One request and the reading of its response; facts accumulate so that none is lost."""

    def __init__(self, connection: Connection, limits: Limits, watch: Stopwatch) -> None:
        self._connection = connection
        self._limits = limits
        self._watch = watch
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.head_bytes)
        self._head = b""
        self._received = 0
        self._body: Body | None = None
        self._closed = False
        self._stopped = False
        self.first_byte_ms: float | None = None
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()

    def ask(self, target: CanonicalUrl, cookie: str) -> None:
        """Send the request."""
        headers = [("Host", target.authority), *BROWSER_HEADERS]
        if cookie:
            headers.append(("Cookie", cookie))
        request = h11.Request(method="GET", target=target.path, headers=headers)
        wire = self._parser.send(request) or b""
        self._parser.send(h11.EndOfMessage())
        self._connection.write(wire)

    async def read(self) -> str | None:
        """Read until the response ends or a bound is met; return the failure, if it is one."""
        try:
            while not self._stopped:
                event = self._parser.next_event()
                if event is h11.NEED_DATA:
                    await self._receive()
                elif isinstance(event, h11.Response):
                    self._take_head(event)
                elif isinstance(event, h11.Data) and self._body is not None:
                    self._body.feed(bytes(event.data))
                    self._stopped = self._body.is_full
                elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
                    return None if self.status is not None else EOF
        except h11.RemoteProtocolError:
            return EOF if self._closed and self._may_be_http() else HTTP_BROKEN
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

    async def _receive(self) -> None:
        data = await self._connection.receive()
        if self.first_byte_ms is None and data:
            self.first_byte_ms = self._watch.ms()
        self._closed = not data
        self._received += len(data)
        if self.status is None:
            self._head += data[: _UNREADABLE_KEPT_BYTES - len(self._head)]
            if not self._may_be_http():
                raise h11.RemoteProtocolError("This is not how HTTP begins.")
        self._parser.receive_data(data)
        if self._received > self._limits.wire_bytes:
            self._stopped = True

    def _may_be_http(self) -> bool:
        """Whether what came so far begins as HTTP; else there is nothing to wait for."""
        return self._head[: len(_HTTP)] == _HTTP[: len(self._head)]

    def _take_head(self, response: h11.Response) -> None:
        self.status = response.status_code
        self.headers = tuple(
            (name.decode("latin-1"), _text(value)) for name, value in response.headers
        )
        self._body = Body(
            content_encoding=",".join(self.values("content-encoding")),
            content_type="".join(self.values("content-type")[:1]),
            limits=self._limits,
        )

    def values(self, name: str) -> list[str]:
        """All values of a response header; `name` in lower case."""
        return [value for key, value in self.headers if key == name]


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
        async with asyncio.timeout_at(watch.until(session.limits.http_s)):
            talk.ask(target, cookies.header_for(target.host))
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
        headers=talk.headers,
        title=content.title if content else None,
        body_length=content.length if content else None,
        body_sha256=content.sha256 if content else None,
        body_truncated=content.truncated if content else False,
        body=content.kept if content else None,
        location=next(iter(talk.values("location")), None),
        depth=depth,
    )


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
