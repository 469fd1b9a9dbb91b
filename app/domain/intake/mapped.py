# SPDX-License-Identifier: Apache-2.0
"""A row of any table under a declarative mapping: what CSV, spreadsheets and JSON have in common.

Formats cut a file into rows of named values; here the mapping says what they mean. Nothing is guessed:
a column that no field names is left over, and a word for a kind that is not translated is kept as the
source's word.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.intake import text
from app.domain.intake.item import (
    MAX_ID,
    MAX_LEFTOVER,
    UNREAD,
    Given,
    reading,
    web_address,
)
from app.domain.intake.names import MAX_NAME, target_of
from app.domain.record.particulars import Kind, Particulars, SaidActor, SaidLink, SaidTarget
from app.domain.record.report import (
    CONSTANT,
    KIND_WORD,
    Account,
    Rejected,
    constants,
    content_key,
    raw_item,
)
from app.domain.vocabulary import SUBTYPES, Category, Precision, TargetKind

MAX_VALUES = 100


def account_of(
    values: Mapping[str, str | None], raw: str, line: int, given: Given
) -> Account | Rejected:
    """Read one row; `raw` is its own text, `values` its cells by the names of their columns."""
    fixed = constants(given.mapping)
    said: dict[str, str | None] = {
        name: values.get(column)
        for name, column in given.mapping.items()
        if not column.startswith(CONSTANT)
    }
    used = set(given.mapping.values())
    others = {name: cell for name, cell in values.items() if name not in used and cell}
    said.update(fixed)
    if "external_id" in said and not said["external_id"]:
        return Rejected(line=line, reason="the row has no id in the column that holds ids")
    result = reading(said, others, given)
    if not result.title:
        return Rejected(line=line, reason="the row has no title")
    key = said.get("external_id") or content_key(
        result.title, said.get("date"), said.get("country"), said.get("url")
    )
    key = key if len(key) <= MAX_ID else content_key(key)
    particulars, unread = _particulars(said, fixed)
    leftovers = dict(result.leftovers)
    if unread:
        leftovers[UNREAD] = {**leftovers.get(UNREAD, {}), **unread}
    result = replace(result, particulars=particulars, leftovers=leftovers)
    return Account(raw=raw_item(key, raw), reading=result, line=line)


def kind_of(code: str) -> Kind | None:
    """Return the category and subtype that `detention/arrest` or `killing` names, if there are such.

    >>> kind_of("detention/arrest")
    (<Category.DETENTION: 'detention'>, 'arrest')
    >>> kind_of("detention/holiday") is None
    True
    """
    name, _, subtype = code.partition("/")
    if name not in set(Category):
        return None
    category = Category(name)
    if subtype and subtype not in SUBTYPES[category]:
        return None
    return category, subtype or None


def _particulars(
    said: Mapping[str, str | None], fixed: Mapping[str, str]
) -> tuple[Particulars, dict[str, str]]:
    separator = fixed.get("separator") or None
    unread: dict[str, str] = {}

    def several(name: str) -> tuple[str, ...]:
        whole = said.get(name)
        parts = [whole] if separator is None or not whole else whole.split(separator)
        cleaned = (text.plain(part or "", limit=MAX_LEFTOVER, one_line=True) for part in parts)
        return tuple(dict.fromkeys(one for one in cleaned if one))[:MAX_VALUES]

    people, outlets = several("person"), several("outlet")
    at = outlets[0] if len(outlets) == 1 and people else None
    targets = [target_of(name, outlet=at) for name in people]
    if at is None:
        targets += [SaidTarget(kind=TargetKind.OUTLET, name=name[:MAX_NAME]) for name in outlets]
    words = several("category")
    kinds = _kinds(words, fixed)
    place = _point(said, unread)
    links = [(one, web_address(one)) for one in several("link")]
    no_links = [one for one, url in links if url is None]
    if no_links:
        unread["link"] = ", ".join(no_links)
    actor = text.plain(said.get("actor") or "", limit=MAX_NAME, one_line=True)
    found = Particulars(
        targets=tuple(one for one in targets if one is not None),
        kinds=tuple(dict.fromkeys(kinds)),
        kind_words=words,
        actors=(SaidActor(words=actor),) if actor else (),
        links=tuple(SaidLink(url=url) for _, url in links if url is not None),
        admin1=_short(said.get("admin1")),
        place=_short(said.get("place")),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        precision=Precision.EXACT if place else None,
        tags=several("tag"),
    )
    return found, unread


def _kinds(words: tuple[str, ...], fixed: Mapping[str, str]) -> list[Kind]:
    translated = {
        name.removeprefix(KIND_WORD).casefold(): code
        for name, code in fixed.items()
        if name.startswith(KIND_WORD)
    }
    codes = [translated.get(word.casefold(), word.casefold()) for word in words]
    return [kind for kind in map(kind_of, codes) if kind is not None]


def _point(said: Mapping[str, str | None], unread: dict[str, str]) -> tuple[float, float] | None:
    given = {name: said.get(name) for name in ("latitude", "longitude")}
    if not any(given.values()):
        return None
    point = text.point(given["latitude"], given["longitude"])
    if point is None:
        unread.update({name: value for name, value in given.items() if value})
    return point


def _short(said: str | None) -> str | None:
    return text.plain(said or "", limit=MAX_NAME, one_line=True) or None
