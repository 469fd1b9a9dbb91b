# SPDX-License-Identifier: Apache-2.0
"""Markdown made plain: words stay, marks go. Linear in its input, like the text it hands on."""

import re

from app.domain.intake import text

_IMAGE_OR_LINK = re.compile(
    r"!?\[(?P<words>[^\[\]\n]{0,500})\]\((?P<to>[^()\s]{0,2000})[^()\n]{0,300}\)"
)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"^ {0,3}(?:> ?){1,9}", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)[^\n]*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`([^`\n]{1,1000})`")


def plain(markdown: str, *, limit: int) -> str:
    """Return Markdown, with or without HTML in it, as plain text.

    >>> plain("## Blocked\\n\\n**Six** sites, see [the *data*](https://x.example/a).", limit=100)
    'Blocked\\nSix sites, see the data.'
    """
    said = markdown.replace("\r\n", "\n").replace("\r", "\n")
    said = _IMAGE_OR_LINK.sub(lambda found: found["words"], said)
    for mark in (_FENCE, _RULE, _HEADING, _QUOTE):
        said = mark.sub("", said)
    said = _CODE.sub(r"\1", _STRONG.sub(r"\2", said))
    return text.plain(said, limit=limit)
