# SPDX-License-Identifier: Apache-2.0
"""Whatever a server says is recorded within bounds, and never breaks the prober."""

import asyncio
import gzip
import random

import pytest

from app.domain.blocking.measurement import HttpExchange, Measurement
from tests.testbed import Testbed, http
from tests.testbed.tcp import hold
from tests.workers.probe.world import hurried, in_world, seen
from workers.probe.http import Cookies

HOST = "news.example"
URL = f"https://{HOST}/"
OK = b"HTTP/1.1 200 OK\r\n"


def answered(page: http.Page, *, url: str = URL, **limits: float) -> HttpExchange:
    """The one exchange of a measurement of a site that answers with a page."""

    async def story(net: Testbed) -> Measurement:
        net.site(HOST)
        net.change_page(HOST, page)
        return await seen(net, url, limits=hurried(**limits))

    measured = in_world(story)
    (exchange,) = measured.exchanges
    return exchange


def test_an_ordinary_page_is_recorded_whole() -> None:
    """Status, headers, title, length, hash and times are there, and the body is unpacked."""
    exchange = answered(http.news("Қалам"))
    assert (exchange.status, exchange.failure, exchange.title) == (200, None, "Қалам")
    assert exchange.header("x-newsroom") == "testbed"
    assert exchange.body is not None
    assert b"story 39" in exchange.body
    assert exchange.body_length == len(exchange.body)
    assert exchange.over_tls
    assert exchange.first_byte_ms is not None
    assert exchange.started_ms <= exchange.first_byte_ms <= exchange.ended_ms
    assert not exchange.body_truncated


def test_the_request_is_an_ordinary_browsers() -> None:
    """One request line, the site's own Host, gzip only, and nothing that names Qalam."""
    heads: list[bytes] = []

    async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
        heads.append(request.head)
        writer.write(http.response("ok"))

    answered(page, url=f"{URL}%0d%0aX:1?q=%00")
    head = heads[0].decode("ascii")
    assert head.startswith("GET /%0d%0aX:1?q=%00 HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}\r\n" in head
    assert "\r\nAccept-Encoding: gzip\r\n" in head
    assert "Mozilla/5.0" in head
    assert "qalam" not in head.lower()


@pytest.mark.parametrize(
    ("page", "status", "failure"),
    [
        (http.legal_451(), 451, None),
        (http.challenge_403(), 403, None),
        (http.truncated(), 200, "eof_error"),
        (http.torn(), None, "connection_reset"),
        (http.raw(b""), None, "eof_error"),
        (http.raw(OK), None, "eof_error"),
        (http.raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"), None, "http_request_failed"),
        (http.raw(bytes(range(256)) * 4), None, "http_request_failed"),
        (http.raw(OK + b"X" * 5000 + b"\r\n\r\n"), None, "http_request_failed"),
        (http.raw(OK + b"Content-Length: -1\r\n\r\n"), None, "http_request_failed"),
        (
            http.raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            None,
            "http_request_failed",
        ),
        (
            http.raw(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFF\r\nx"),
            200,
            "http_request_failed",
        ),
        (http.raw(OK + b"Transfer-Encoding: gzip\r\n\r\nx"), 200, None),
        (
            http.raw(OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            None,
            "http_request_failed",
        ),
        (http.raw(OK.replace(b"\r", b"") + b"Content-Length: 2\n\nok"), 200, None),
        (http.raw(OK + b"X: a\r\n b\r\nY: \x01\r\nContent-Length: 0\r\n\r\n"), 200, None),
        (http.raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: x\r\n\r\n"), 200, None),
        (http.raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), 200, "eof_error"),
        (http.raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nabc"), 101, None),
        (http.raw(b"HTTP/1.1 100 Continue\r\n\r\n" + http.response("ok")), 200, None),
        (http.raw(b"HTTP/1.0 200 OK\r\n\r\nold"), 200, None),
        (http.raw(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, None),
        (http.raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), 304, None),
    ],
    ids=[
        "451", "403", "truncated", "reset", "closed", "half a head", "ssh", "noise", "no colon",
        "negative length", "two lengths", "endless chunk", "odd coding", "length and chunks",
        "bare LF", "folded", "chunks", "half the chunks", "upgrade", "continue", "HTTP/1.0",
        "204", "304",
    ],
)  # fmt: skip
def test_each_answer_has_its_status_or_failure(
    page: http.Page, status: int | None, failure: str | None
) -> None:
    """Honest refusals, broken framing and things that are no HTTP are told apart."""
    exchange = answered(page)
    assert (exchange.status, exchange.failure) == (status, failure)


def test_an_answer_that_is_no_http_is_kept_in_part() -> None:
    """The first bytes of a middlebox's answer are evidence."""
    exchange = answered(http.raw(b"SSH-2.0-OpenSSH\r\n" + b"x" * 1000))
    assert exchange.body is not None
    assert exchange.body.startswith(b"SSH-2.0")
    assert len(exchange.body) == 256
    assert exchange.body_truncated


@pytest.mark.parametrize(
    "first",
    [
        OK + b"A: 1\r\nContent-Length: 2\r\n\r\nok",
        OK + b"A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
    ids=["length", "chunks"],
)
def test_a_second_response_behind_the_first_changes_nothing(first: bytes) -> None:
    """Whoever appends a response can't write over the status, the headers or the page."""
    second = b"HTTP/1.1 451 X\r\nB: 2\r\nSet-Cookie: c=1\r\nContent-Length: 3\r\n\r\nbad"
    exchange = answered(http.raw(first + second))
    assert (exchange.status, exchange.body, exchange.failure) == (200, b"ok", None)
    assert exchange.header("b") is None
    assert exchange.header("a") == "1"


def test_a_flood_of_interim_answers_is_no_http() -> None:
    """A server that only ever says 'continue' is given up at the bound of a head."""
    exchange = answered(http.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000))
    assert (exchange.status, exchange.failure) == (None, "http_request_failed")


def test_bytes_on_the_wire_are_counted_before_unpacking() -> None:
    """How fast a page came is a matter of the bytes that came, not of what they unpack to."""
    exchange = answered(http.news("x", paragraphs=400))
    assert exchange.wire_length is not None
    assert exchange.body_length is not None
    assert 0 < exchange.wire_length < exchange.body_length / 5
    assert exchange.header("content-length") == str(exchange.wire_length)
    assert exchange.bytes_per_second is not None


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_page_that_stalls_half_way_keeps_what_came(packed: bool) -> None:
    """The failure, the bytes so far and both times are there: the marks of a throttle."""
    html = b"<title>Slow</title>" + random.Random(1).randbytes(40_000)
    body = gzip.compress(html) if packed else html
    kind = (("Content-Encoding", "gzip"),) if packed else ()

    async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(http.response(body, headers=kind)[:-20_000])
        await writer.drain()
        await hold(request.reader)

    exchange = answered(page, http_s=0.5)
    assert (exchange.status, exchange.failure) == (200, "generic_timeout_error")
    assert exchange.title == "Slow"
    assert exchange.wire_length == len(body) - 20_000
    assert exchange.body is not None
    assert html.startswith(exchange.body)
    assert len(exchange.body) > 15_000
    assert exchange.first_byte_ms is not None
    assert exchange.ended_ms - exchange.first_byte_ms > 300
    assert exchange.bytes_per_second is not None
    assert exchange.bytes_per_second < 100_000


@pytest.mark.parametrize(
    "page", [http.silence(), http.torn(), http.raw(b"")], ids=["silence", "reset", "closed"]
)
def test_an_answer_that_never_came_has_no_length_and_no_speed(page: http.Page) -> None:
    """Nothing is unknown, not zero."""
    exchange = answered(page, http_s=0.3)
    assert (exchange.wire_length, exchange.first_byte_ms) == (None, None)
    assert exchange.bytes_per_second is None


def test_more_body_than_promised_is_not_read() -> None:
    """Ten bytes were promised, ten are read; the rest was never part of the answer."""
    exchange = answered(http.raw(OK + b"Content-Length: 10\r\n\r\n" + b"0123456789abcdefghij"))
    assert (exchange.failure, exchange.body) == (None, b"0123456789")


def test_a_page_that_breaks_off_keeps_what_came() -> None:
    """The status, the headers and the first part of a torn page stay in the record."""
    exchange = answered(http.truncated())
    assert exchange.failure == "eof_error"
    assert exchange.body == b"x" * 600
    assert exchange.header("content-length") == "1000"


def test_an_endless_body_is_cut_at_its_bound() -> None:
    """Reading stops at the bound on the wire; that is no failure."""
    exchange = answered(http.endless(), wire_bytes=200_000, kept_bytes=50_000)
    assert (exchange.status, exchange.failure) == (200, None)
    assert exchange.body_truncated
    assert exchange.body is not None
    assert len(exchange.body) == 50_000
    assert exchange.body_length is not None
    assert 50_000 < exchange.body_length < 800_000


def test_a_gzip_bomb_is_cut_at_its_bound() -> None:
    """Inflating stops at the bound; the page counts as truncated."""
    exchange = answered(http.gzip_bomb(30_000_000), inflated_bytes=1_000_000)
    assert (exchange.status, exchange.failure, exchange.body_truncated) == (200, None, True)
    assert exchange.body_length is not None
    assert exchange.body_length < 1_100_000


def test_corrupt_gzip_is_kept_raw() -> None:
    """A page that can't be unpacked is kept as it came."""
    body = gzip.compress(b"page")[:-9] + b"\xff" * 9
    headers = (("Content-Encoding", "gzip"),)
    exchange = answered(http.raw(http.response(body, headers=headers)))
    assert (exchange.failure, exchange.body) == (None, body)


def test_a_flood_of_headers_is_refused() -> None:
    """A head without an end is no HTTP, and costs no memory."""
    exchange = answered(http.header_flood())
    assert (exchange.status, exchange.failure) == (None, "http_request_failed")


def test_many_small_headers_are_read() -> None:
    """A thousand headers within the bound are kept."""
    headers = tuple((f"X-{number}", "y") for number in range(1000))
    assert len(answered(http.raw(http.response("ok", headers=headers))).headers) > 1000


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (http.silence(), None),
        (http.drip(OK + b"X-Slow: " + b"y" * 1000, every_s=0.05), None),
        (http.drip(http.response("z" * 1000), every_s=0.002), 200),
    ],
    ids=["silence", "slow head", "slow body"],
)
def test_slowness_is_bounded_as_a_whole(page: http.Page, status: int | None) -> None:
    """Each byte resets a server's patience, never ours; what came is kept."""
    exchange = answered(page, http_s=0.6)
    assert (exchange.failure, exchange.status) == ("generic_timeout_error", status)
    assert exchange.ended_ms - exchange.started_ms < 2500


def test_cookies_are_given_back_to_the_host_that_set_them() -> None:
    """A site that wants its cookie back before it answers is measured."""

    async def story(net: Testbed) -> Measurement:
        site = net.site(HOST)

        async def page(request: http.Request, writer: asyncio.StreamWriter) -> None:
            if request.headers.get("cookie") == "seen=yes":
                writer.write(http.response("<title>in</title>"))
            else:
                redirect = (("Location", "/"), ("Set-Cookie", "seen=yes; Path=/; HttpOnly"))
                writer.write(http.response("", status="302 Found", headers=redirect))

        site.page = page
        return await seen(net, URL)

    measured = in_world(story)
    assert [exchange.status for exchange in measured.exchanges] == [302, 200]


def test_cookies_are_capped_and_cleaned() -> None:
    """A flood of cookies, or one that would split a header, is not sent."""
    cookies = Cookies(max_bytes=40)
    cookies.take("a.example", ["a=1; Secure", "b=" + "x" * 1000, "c=2\r\nX: y", "d", "e=3"])
    assert cookies.header_for("a.example") == "a=1; e=3"
    assert cookies.header_for("b.example") == ""
    cookies.take("a.example", ["a=2"])
    assert cookies.header_for("a.example") == "a=2; e=3"


def test_cleartext_is_never_called_tls() -> None:
    """A page over http is recorded as such."""
    exchange = answered(http.news("x"), url=f"http://{HOST}/")
    assert (exchange.over_tls, exchange.port, exchange.status) == (False, 80, 200)
