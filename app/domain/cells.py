# SPDX-License-Identifier: Apache-2.0
r"""Cells of tables: texts that a spreadsheet would calculate are told apart by one mark, and read back.

A text that begins with = + - @ (also fullwidth, also behind spaces or quotes), or with a TAB, CR or
LF, gets an apostrophe in front (OWASP ASVS 1.2.10). Exactly one comes off again at reading.
"""

import re

MARK = "'"

# Zero-width letters and a byte order mark are skipped too: a spreadsheet shows and skips them.
_CALCULATED = re.compile(
    "[\\s'\"\u200b\u200c\u200d\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
    "|[ '\"\u200b\u200c\u200d\u2060\ufeff]*[\t\r\n]"
)


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet calculates.

    >>> guarded("=1+1"), guarded("10 = ten"), guarded(" @home"), guarded("'=1")
    ("'=1+1", '10 = ten', "' @home", "''=1")
    """
    return MARK + text if _CALCULATED.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text that was guarded; a text that needed no guard keeps its apostrophe.

    >>> unguarded("'=1+1"), unguarded("'s-Gravenhage"), unguarded("''=1")
    ('=1+1', "'s-Gravenhage", "'=1")
    """
    bare = cell.removeprefix(MARK)
    return bare if bare != cell and _CALCULATED.match(bare) else cell
