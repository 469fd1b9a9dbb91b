# SPDX-License-Identifier: Apache-2.0
"""A response body under bounds: inflated bit by bit, kept up to a size, hashed, titled.

Whatever a hostile server sends, memory holds at most the kept bytes twice and one step of
inflation. A body that claims gzip and is none is kept as it came.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass

from workers.probe.session import Limits

_STEP_BYTES = 64 * 1024
_GZIP_WINDOW = 31

# Web Connectivity v0.5 takes the first match of this very expression.
_TITLE = re.compile(rb"<title>([^<]{1,512})</title>", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([a-z0-9_-]{1,32})", re.IGNORECASE)
# Only these are looked up: names like 'zip' or 'idna' reach codecs that were never meant for pages.
_CHARSETS = frozenset(
    {
        "utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-9",
        "iso-8859-15", "windows-1250", "windows-1251", "windows-1252", "windows-1254",
        "windows-1255", "windows-1256", "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5",
        "euc-jp", "shift_jis", "euc-kr",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was kept of a body."""

    kept: bytes
    length: int  # decoded bytes of what was read
    wire_length: int  # bytes of the body as they came, before inflating
    truncated: bool
    sha256: str  # of the kept bytes
    title: str | None


class Body:
    """Takes a body piece by piece; `is_full` says that no more is wanted."""

    def __init__(self, *, content_encoding: str, content_type: str, limits: Limits) -> None:
        self._content_type = content_type
        self._limits = limits
        self._raw = bytearray()
        self._raw_length = 0
        self._kept = bytearray()
        self._length = 0
        # Only one layer of gzip was asked for; anything else is kept as it came.
        gzipped = content_encoding.strip().lower() in ("gzip", "x-gzip")
        self._inflater = zlib.decompressobj(_GZIP_WINDOW) if gzipped else None
        self.is_full = False

    def feed(self, piece: bytes) -> None:
        """Take the next bytes from the wire."""
        if self.is_full:
            return
        self._raw_length += len(piece)
        self._raw += piece[: self._limits.kept_bytes - len(self._raw)]
        if self._inflater is not None:
            self._inflate(piece)

    def finish(self, *, stopped: bool) -> Content:
        """Close the body; `stopped` says that reading ended before the server did."""
        kept, length = self._kept, self._length
        if self._inflater is None:
            kept, length = self._raw, self._raw_length
        return Content(
            kept=bytes(kept),
            length=length,
            wire_length=self._raw_length,
            truncated=stopped or self.is_full or length > len(kept),
            sha256=hashlib.sha256(kept).hexdigest(),
            title=_title_in(kept, self._content_type),
        )

    def _inflate(self, piece: bytes) -> None:
        inflater = self._inflater
        while inflater is not None and piece and not inflater.eof:
            try:
                inflated = inflater.decompress(piece, _STEP_BYTES)
            except zlib.error:
                self._inflater = None
                return
            piece = inflater.unconsumed_tail
            self._length += len(inflated)
            self._kept += inflated[: self._limits.kept_bytes - len(self._kept)]
            if self._length >= self._limits.inflated_bytes:
                self.is_full = True
                return


def _title_in(kept: bytearray, content_type: str) -> str | None:
    match = _TITLE.search(kept)
    if match is None:
        return None
    return match[1].decode(_charset_of(kept, content_type), "replace")


def _charset_of(kept: bytearray, content_type: str) -> str:
    declared = _CHARSET.search(content_type.encode("latin-1", "replace"))
    match = declared or _CHARSET.search(kept, 0, 1024)
    name = match[1].decode("ascii").lower() if match else "utf-8"
    return name if name in _CHARSETS else "utf-8"
