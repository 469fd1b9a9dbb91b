# SPDX-License-Identifier: Apache-2.0
"""Text from strangers made plain: no markup, no scripts, no control characters, bounded.

Everything here runs in time linear in its input, whatever the input is; a parser of HTML is not
needed to leave HTML out. Dates are read in the forms that mean one day only; nothing is guessed.
"""

import html
import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.domain import texts
from app.domain.record import dates
from app.errors import InvalidInput

# Text inside these is not for reading.
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math"})
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "mark", "q", "s", "small", "span"})
_INLINE |= {"strong", "sub", "sup", "u", "wbr"}
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")
# The look behind keeps a long run of `<` from being tried again from each of them.
_OPENS = re.compile(r"(?<!<)<++(?=[a-zA-Z/!?])")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n[ \n]*")
_FIRST_YEAR = 1900
# Entities may be escaped again and again; nobody honest needs more than three rounds.
_ROUNDS = 4
# Control characters, half surrogates, and format characters that nobody sees (bidirectional
# overrides, zero-width spaces, tags). Joiners stay: Persian, Urdu and the scripts of India need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

# fmt: off
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}
# fmt: on
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_NAMED = (
    re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2}) (?P<name>[A-Za-z]{3,9})\.? (?P<year>\d{4})"),
)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")


def plain(text: str, *, limit: int, one_line: bool = False) -> str:
    """Return HTML, or text that pretends not to be, as plain text of at most `limit` characters."""
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        # Nothing to take out: most cells of most tables, at a tenth of the time.
        text = _SPACES.sub(" ", text).strip()
        return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(_ROUNDS):
        # Cleaned each time: a hidden character between `<` and a name would hide the tag.
        stripped = clean(html.unescape(_without_tags(clean(text))))
        if stripped == text:
            break
        text = stripped
    # What still opens a tag was escaped deeper than anybody honest does.
    text = _OPENS.sub("", text)
    text = _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
    if one_line:
        text = text.replace("\n", " ")
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    # A draft made of this can then be edited: the doors refuse what is left out here.
    return texts.leave_out(text)


def clean(text: str) -> str:
    """Return text in NFC without the characters that hide or reverse what is read."""
    return _HIDDEN.sub("", unicodedata.normalize("NFC", text))


def _without_tags(text: str) -> str:
    kept: list[str] = []
    place, last_end = 0, text.rfind(">")
    while (found := _OPENS.search(text, place)) is not None and found.start() < last_end:
        kept.append(text[place : found.start()])
        end, between = _after_tag(text, found.end())
        kept.append(between)
        place = end
    kept.append(text[place:])
    return "".join(kept)


def _after_tag(text: str, start: int) -> tuple[int, str]:
    """Return where reading goes on after the tag that opens before `start`, and what stands for it."""
    if text.startswith("!--", start):
        return _end_of(text, "-->", start), ""
    if text.startswith("![CDATA[", start):
        return start + len("![CDATA["), ""
    name = _TAG_NAME.match(text, start)
    end = _end_of(text, ">", start)
    if name is None:
        return end, ""
    tag = name[1].lower()
    if tag in _SILENT and not name[0].startswith("/"):
        close = re.compile(f"</{re.escape(tag)}", re.IGNORECASE).search(text, end)
        return (_end_of(text, ">", close.end()) if close else len(text)), " "
    return end, "" if tag in _INLINE else "\n"


def _end_of(text: str, mark: str, start: int) -> int:
    place = text.find(mark, start)
    return len(text) if place < 0 else place + len(mark)


def event_date(text: str) -> str | None:
    """Return a day or period as EDTF, or None where the text could mean more than one.

    >>> event_date("April 30, 2018"), event_date("30.04.2018"), event_date("2018-04")
    ('2018-04-30', '2018-04-30', '2018-04')
    >>> event_date("04/05/2018") is None
    True
    """
    said = text.strip()
    instant = _INSTANT.fullmatch(said)
    try:
        return dates.parse(instant[1] if instant else _as_iso(said)).text
    except InvalidInput:
        return None


def _as_iso(said: str) -> str:
    for shape in (_DAY_FIRST, *_NAMED):
        match = shape.fullmatch(said)
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTHS.get(parts["name"][:3].lower(), 0) if "name" in parts else parts["month"]
        return f"{parts['year']}-{int(month):02}-{int(parts['day']):02}"
    return said


def instant(text: str) -> datetime | None:
    """Return the time that a text in RFC 822 or ISO 8601 form names, in UTC; None if it is neither.

    Without a zone it is taken as UTC.
    """
    said = text.strip()[:64]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(said)
            zoned = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
            at = zoned.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        # What programs write for no time at all (year 1), and what a parser makes of a mere number.
        return at if at.year >= _FIRST_YEAR else None
    return None


def point(latitude: str | None, longitude: str | None) -> tuple[float, float] | None:
    """Return degrees as numbers, or None where they are no place on earth.

    0, 0 is what programs write for nothing: nobody reports from there.

    >>> point("37.927404", "41.94197800000006"), point("0", "0"), point("91", "1")
    ((37.927404, 41.941978), None, None)
    """
    try:
        found = round(float(latitude or ""), 6), round(float(longitude or ""), 6)
    except ValueError:
        return None
    is_on_earth = abs(found[0]) <= 90 and abs(found[1]) <= 180
    return found if is_on_earth and found != (0.0, 0.0) else None
