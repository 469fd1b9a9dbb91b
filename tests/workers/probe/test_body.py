# SPDX-License-Identifier: Apache-2.0
"""Bodies are inflated and kept under bounds, whatever they claim."""

import gzip
import hashlib
import tracemalloc
import zlib

import pytest

from workers.probe.body import Body, Content
from workers.probe.session import Limits

LIMITS = Limits(kept_bytes=1000, inflated_bytes=100_000)
HTML = b"<html><head><title>News</title></head></html>"


def read(
    *pieces: bytes,
    encoding: str = "",
    kind: str = "text/html",
    limits: Limits = LIMITS,
    stopped: bool = False,
) -> Content:
    """Feed pieces and finish."""
    body = Body(content_encoding=encoding, content_type=kind, limits=limits)
    for piece in pieces:
        body.feed(piece)
    return body.finish(stopped=stopped)


def test_a_plain_body_is_kept_and_hashed() -> None:
    """What came is what is kept."""
    content = read(HTML[:10], HTML[10:])
    assert (content.kept, content.length, content.truncated) == (HTML, len(HTML), False)
    assert content.sha256 == hashlib.sha256(HTML).hexdigest()
    assert content.title == "News"


def test_gzip_is_inflated_byte_by_byte_as_well() -> None:
    """However a body is cut on the wire, it inflates to the same."""
    packed = gzip.compress(HTML)
    for content in (
        read(packed, encoding="gzip"),
        read(*(bytes((byte,)) for byte in packed), encoding="GZIP "),
    ):
        assert (content.kept, content.length) == (HTML, len(HTML))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip at all", "gzip"),
        (gzip.compress(HTML)[:10] + b"\xff" * 20, "gzip"),
        (gzip.compress(gzip.compress(HTML)), "gzip, gzip"),
        (b"\x1b\x0a\x00\xf8", "br"),
        (zlib.compress(HTML), "deflate"),
    ],
    ids=["plain text", "corrupt", "twice", "brotli", "deflate"],
)
def test_what_is_not_gzip_is_kept_as_it_came(body: bytes, encoding: str) -> None:
    """An undecodable body is evidence in its raw form; nothing raises."""
    assert read(body, encoding=encoding).kept == body


def test_bytes_after_the_end_of_gzip_are_ignored() -> None:
    """Trailing garbage does not spoil a page."""
    assert read(gzip.compress(HTML) + b"garbage", b"more", encoding="gzip").kept == HTML


def test_a_long_body_is_counted_whole_and_kept_in_part() -> None:
    """The length is that of what was read, the hash that of what was kept."""
    content = read(b"x" * 700, b"y" * 700)
    assert (len(content.kept), content.length, content.truncated) == (1000, 1400, True)
    assert content.sha256 == hashlib.sha256(b"x" * 700 + b"y" * 300).hexdigest()


def test_a_body_that_was_cut_says_so() -> None:
    """Where reading stopped early, the body is truncated even if all of it fits."""
    assert read(b"x", stopped=True).truncated
    assert not read(b"x").truncated


def test_a_bomb_stops_at_its_bound_with_little_memory() -> None:
    """60 MB of zeros in 60 kB cost a few steps, not 60 MB."""
    bomb = gzip.compress(bytes(60_000_000), compresslevel=9)
    body = Body(content_encoding="gzip", content_type="", limits=Limits())
    tracemalloc.start()
    try:
        body.feed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    content = body.finish(stopped=False)
    assert body.is_full
    assert content.truncated
    assert content.length <= 10 * 1024 * 1024 + 65_536
    assert len(content.kept) == 512 * 1024
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        ("<title>Жаңалық</title>".encode(), "text/html", "Жаңалық"),
        ("<title>Новости</title>".encode("cp1251"), "text/html; charset=windows-1251", "Новости"),
        ('<meta charset="koi8-r"><title>Новости</title>'.encode("koi8-r"), "text/html", "Новости"),
        (b"<title>x\xff</title>", "text/html; charset=utf-8", "x\ufffd"),
        (b"<title>+AGE-</title>", "text/html; charset=utf-7", "+AGE-"),
        (b"<title>plain</title>", "text/html; charset=zip", "plain"),
        (b"<title>plain</title>", "text/html; charset=idna", "plain"),
        (b"<TITLE>shouted</TITLE>", "", "shouted"),
        (b"<title></title>", "", None),
        (b"<title>" + b"x" * 513 + b"</title>", "", None),
        (b"no title", "", None),
    ],
)
def test_titles_and_the_charsets_that_lie(body: bytes, kind: str, title: str | None) -> None:
    """The title is OONI's, decoded only by charsets that pages are written in."""
    assert read(body, kind=kind).title == title
