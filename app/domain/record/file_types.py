# SPDX-License-Identifier: Apache-2.0
"""What a file is by its first bytes, whatever its sender calls it; and which have a public copy."""

import re

UNKNOWN = "application/octet-stream"

COPIED = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/tiff": "tiff",
    "application/pdf": "pdf",
}
"""Types of which a copy without metadata is made, and how such a copy's name ends."""

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"WARC/1.", "application/warc"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"qt  ": "video/quicktime", b"heic": "image/heic", b"heix": "image/heic",
           b"mif1": "image/heif", b"avif": "image/avif", b"M4A ": "audio/mp4"}  # fmt: skip
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body|script)", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return the media type that the first bytes show (64 are enough), or `UNKNOWN`."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if _HTML.match(head):
        return "text/html"
    return "text/plain" if head and _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    # The last letter may be cut in the middle.
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)
    return False
