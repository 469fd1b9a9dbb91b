# SPDX-License-Identifier: Apache-2.0
"""Which column of a source means what: the mapping as people write it, and what it may say."""

from collections.abc import Iterable, Mapping

from app.domain.countries import COUNTRIES
from app.domain.record.report import FIELDS, constants, is_field
from app.domain.vocabulary import SourceKind
from app.errors import FieldError, InvalidInput

_MAPPED = frozenset({SourceKind.CSV, SourceKind.XLSX, SourceKind.JSON, SourceKind.KOBO})
"""Formats whose columns only a mapping can explain."""


def check_mapping(kind: SourceKind, mapping: Mapping[str, str]) -> None:
    """Refuse a mapping that this format could not be read by."""
    if not all(map(is_field, mapping)):
        listed = ", ".join(sorted(FIELDS))
        raise _wrong_mapping("unknown_field", f"A mapping names only these fields: {listed}.")
    if kind in _MAPPED and "title" not in mapping:
        raise _wrong_mapping("missing", "A table needs a mapping that names its title column.")
    if kind not in _MAPPED and any(not said.startswith("=") for said in mapping.values()):
        sentence = "This format names its own fields; map only constants, such as country to =KZ."
        raise _wrong_mapping("not_a_constant", sentence)
    country = constants(mapping).get("country")
    if country is not None and country not in COUNTRIES:
        raise _wrong_mapping("country", "A country is two capital letters of ISO 3166-1: =KZ.")


def mapping_of(lines: Iterable[str]) -> dict[str, str]:
    """Read a mapping as people write it: `title=Headline`, or `country==KZ` for every row.

    >>> mapping_of(["title=Headline", " country = =KZ"])
    {'title': 'Headline', 'country': '=KZ'}
    """
    pairs = [one.partition("=") for one in lines]
    if any(not name.strip() or not column.strip() for name, _, column in pairs):
        raise _wrong_mapping("line", "A line is field=Column, such as title=Headline.")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _wrong_mapping(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer="/mapping", code=code, message=sentence),)
    )
