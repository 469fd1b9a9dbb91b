# SPDX-License-Identifier: Apache-2.0
"""Dates of sources in the words of a briefing's language: 'in summer 2013', «летом 2013 года».

Each language's file lists the forms it needs; here they are put together. What a date means is
decided in app/domain/record/dates.py, and only what that reads is said here.
"""

import re
from datetime import date

from app.domain.record import dates
from app.services.briefing_texts import Texts

_PART = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d\d|XX))?(?:-(\d\d|XX))?([?~%])?", re.ASCII)
_FIRST_SEASON = 21
# Open, or not known: either says no date.
_NO_DATE = ("..", "")


def plain(texts: Texts, text: str) -> str:
    """Say a date by itself: 'summer 2013', «лето 2013 года»."""
    return _said(texts, text, "plain")


def when(texts: Texts, text: str) -> str:
    """Say when something happened: 'in summer 2013', «летом 2013 года»."""
    return _said(texts, text, "when")


def last(texts: Texts, text: str) -> str:
    """Say the end of a date in the form that follows 'by' in a sentence of the language."""
    forms: dict[str, str] = texts.files["dates"]["forms"]
    return _part(texts, text.partition("/")[2] or text, forms.get("until", "plain"))


def is_open(text: str) -> bool:
    """Whether a date only says by when: nothing is known of its start."""
    return text.partition("/")[0] in _NO_DATE and "/" in text


def is_vague(text: str) -> bool:
    """Whether a date is a stretch of time within which something happened, or open."""
    return "/" in text


def day(texts: Texts, at: date) -> str:
    """Say a day."""
    return plain(texts, at.isoformat())


def _said(texts: Texts, text: str, form: str) -> str:
    dates.parse(text)
    if "/" not in text:
        return _part(texts, text, form)
    start, _, end = text.partition("/")
    table: dict[str, str] = texts.files["dates"]["interval"]
    forms: dict[str, str] = texts.files["dates"]["forms"]
    fields = {}
    for name, wanted in forms.items():
        part = end if name in ("to", "until") else start
        fields[name] = "" if part in _NO_DATE else _part(texts, part, wanted)
    kind = "until" if start in _NO_DATE else "since" if end in _NO_DATE else ""
    key = form if not kind else kind if form == "plain" else f"{kind}_{form}"
    said = table[key].format(**fields)
    # It ended, and nobody knows when: not the same as going on.
    return table["ended"].format(date=said) if end == "" else said


def _part(texts: Texts, text: str, form: str) -> str:
    shape = _PART.fullmatch(text)
    assert shape is not None, "a date of the record was read before"
    year, month, day_of_month, mark = shape.groups()
    said = _plain(texts, year, month, day_of_month, form)
    marks: dict[str, str] = texts.files["dates"]["marks"]
    return marks[mark].format(date=said) if mark else said


def _plain(texts: Texts, year: str, month: str | None, day: str | None, form: str) -> str:
    table = texts.files["dates"]
    fields: dict[str, object] = {"year": int(year.replace("X", "0"))}
    if year.endswith("XX"):
        return f"{year.replace('X', '0')}–{year.replace('X', '9')}"
    if year.endswith("X"):
        unit = "decade"
    elif month is None or month == "XX":
        unit = "year"
    else:
        number = int(month)
        unit = "season" if number >= _FIRST_SEASON else "month"
        place = number - _FIRST_SEASON if unit == "season" else number - 1
        fields |= {
            name: names[place]
            for name, names in table.items()
            if name.startswith(f"{unit}_") and isinstance(names, list)
        }
    if day is not None and day != "XX":
        unit, fields = "day", {**fields, "day": int(day)}
    forms: dict[str, str] = table[unit]
    return forms.get(form, forms["plain"]).format(**fields)
