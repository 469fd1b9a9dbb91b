# SPDX-License-Identifier: Apache-2.0
"""Types by the first bytes, whatever a file is called."""

import pytest

from app.domain.record.file_types import UNKNOWN, sniff


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00????", UNKNOWN),
        (b"%PDF-1.7\n<html>", "application/pdf"),
        (b"  <!DOCTYPE HTML><script>", "text/html"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"PK\x03\x04\x14", "application/zip"),
        ("Сотталды".encode()[:-1], "text/plain"),
        (b"\x00\x01\x02", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_the_first_bytes_say_what_it_is(head: bytes, kind: str) -> None:
    """A document that also is a page counts as what it begins with; text may be cut in a letter."""
    assert sniff(head) == kind
