# SPDX-License-Identifier: Apache-2.0
"""Bytes to text, by a list of known names: no stranger chooses a codec for us.

Asked in this order: a byte order mark, the XML declaration, the Content-Type, UTF-8. An unknown
name is read as UTF-8, and what is not a character becomes a replacement character, visibly.
"""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = frozenset(
    {
        "utf-8",
        "us-ascii",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-9",
        "iso-8859-15",
        "koi8-r",
        "koi8-u",
        "ptcp154",
        "kz1048",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "euc-jp",
        "shift_jis",
        "euc-kr",
        "tis-620",
    }
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_IN_HEADER = re.compile(r"charset=[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of a document; nothing about it can make this fail."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _DECLARED.match(body.lstrip()[:300])
    named = declared[1].decode("ascii") if declared else _named(content_type or "")
    return body.decode(named.lower() if named.lower() in _KNOWN else "utf-8", "replace")


def _named(content_type: str) -> str:
    found = _IN_HEADER.search(content_type)
    return found[1] if found else "utf-8"
