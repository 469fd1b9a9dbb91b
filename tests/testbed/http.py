# SPDX-License-Identifier: Apache-2.0
"""What the web servers of the testbed say: pages, block pages, refusals, and hostile answers.

A page is a coroutine that writes a response, or whatever it writes instead of one.
"""

import asyncio
import base64
import gzip
import math
import random
from collections.abc import Awaitable, Callable

from tests.testbed.tcp import hold, reset

Page = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]

BLOCK_PAGE_HTML = (
    "<html><head><title>Access denied</title></head><body>"
    "<h1>Access to this resource is restricted by decision of a court.</h1></body></html>"
)


class Request:
    """A request head as it came."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        self.head = head
        self.reader = reader
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = (lines[0] + "  ").split(" ", 2)
        pairs = (line.partition(":") for line in lines[1:] if line)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def host(self) -> str:
        """The Host header without its port."""
        return self.headers.get("host", "").partition(":")[0].lower()


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read a request's head."""
    return Request(await reader.readuntil(b"\r\n\r\n"), reader)


def response(
    body: bytes | str, *, status: str = "200 OK", headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """Write a whole response, with its length."""
    content = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(content)}"]
    if not any(name.lower() == "content-type" for name, _ in headers):
        head.append("Content-Type: text/html; charset=utf-8")
    head += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(head) + "\r\n\r\n").encode() + content


def raw(data: bytes) -> Page:
    """Say exactly this and close."""

    async def page(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return page


def news(title: str, *, paragraphs: int = 40) -> Page:
    """An ordinary front page, gzipped for whoever takes it."""
    text = "".join(
        f"<p>{title}: story {number}, with its sources.</p>" for number in range(paragraphs)
    )
    html = f"<html><head><title>{title}</title></head><body>{text}</body></html>".encode()
    server = (("Server", "testbed"), ("X-Newsroom", "testbed"))

    async def page(request: Request, writer: asyncio.StreamWriter) -> None:
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = (*server, ("Content-Encoding", "gzip"))
            writer.write(response(gzip.compress(html), headers=headers))
        else:
            writer.write(response(html, headers=server))
        await writer.drain()

    return page


def photo(title: str, *, kilobytes: int = 34) -> Page:
    """A page with a picture in it, which no compression makes shorter, in small TLS records."""
    picture = base64.b64encode(random.Random(title).randbytes(kilobytes * 768)).decode()
    html = f"<html><head><title>{title}</title></head><body><img src=data:{picture}></body></html>"
    headers = (("Server", "testbed"), ("X-Newsroom", "testbed"))
    return slowly(response(html, headers=headers), bytes_per_second=math.inf)


def slowly(page: bytes, *, bytes_per_second: float) -> Page:
    """A server that sends piece by piece, and no faster than this, to whoever asks."""
    piece = 1024

    async def serve(_: Request, writer: asyncio.StreamWriter) -> None:
        for start in range(0, len(page), piece):
            writer.write(page[start : start + piece])
            await writer.drain()
            await asyncio.sleep(piece / bytes_per_second)

    return serve


def to_country(source: str, theirs: Page, others: Page) -> Page:
    """Say one thing to those who come from an address, and another to the rest of the world."""

    async def page(request: Request, writer: asyncio.StreamWriter) -> None:
        is_theirs = writer.get_extra_info("peername")[0] == source
        await (theirs if is_theirs else others)(request, writer)

    return page


def upgrading(host: str) -> Page:
    """A site that sends whoever asks in cleartext on to its encrypted self."""
    upgrade, page = redirect(f"https://{host}/", status="301 Moved Permanently"), news(host)

    async def serve(request: Request, writer: asyncio.StreamWriter) -> None:
        is_secure = writer.get_extra_info("ssl_object") is not None
        await (page if is_secure else upgrade)(request, writer)

    return serve


def saying(status: str, html: str) -> Page:
    """A short page with a status: "403 Forbidden"."""
    return raw(response(html, status=status))


def block_page() -> Page:
    """A block page, shown as if it were the site."""
    return raw(response(BLOCK_PAGE_HTML, status="200 OK"))


def legal_451() -> Page:
    """An honest refusal for legal reasons (RFC 7725)."""
    link = (("Link", '<https://authority.example/>; rel="blocked-by"'),)
    html = "<html><head><title>451 Unavailable For Legal Reasons</title></head></html>"
    return raw(response(html, status="451 Unavailable For Legal Reasons", headers=link))


def challenge_403() -> Page:
    """A content network asking the visitor to prove being human."""
    html = "<html><head><title>Just a moment...</title></head><body>cf-challenge</body></html>"
    headers = (("Server", "cloudflare"), ("CF-Mitigated", "challenge"))
    return raw(response(html, status="403 Forbidden", headers=headers))


def redirect(location: str, *, status: str = "302 Found", cookie: str | None = None) -> Page:
    """Send the visitor elsewhere."""
    headers = (("Location", location), *((("Set-Cookie", cookie),) if cookie else ()))
    return raw(response("", status=status, headers=headers))


def truncated() -> Page:
    """Promise more than comes, then close."""
    return raw(response("x" * 1000)[:-400])


def drip(data: bytes, *, every_s: float) -> Page:
    """Say one byte at a time."""

    async def page(_: Request, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(every_s)

    return page


def endless(*, chunk: bytes = b"x" * 65_536) -> Page:
    """A body without an end."""

    async def page(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()

    return page


def gzip_bomb(inflated_bytes: int) -> Page:
    """A small body that inflates a thousandfold."""
    body = gzip.compress(bytes(inflated_bytes))
    return raw(response(body, headers=(("Content-Encoding", "gzip"),)))


def header_flood() -> Page:
    """A head that never ends."""

    async def page(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-Flood: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    return page


def silence() -> Page:
    """Take the request and never answer."""

    async def page(request: Request, _: asyncio.StreamWriter) -> None:
        await hold(request.reader)

    return page


def torn() -> Page:
    """Take the request and tear the connection down."""

    async def page(_: Request, writer: asyncio.StreamWriter) -> None:
        reset(writer)

    return page
