# SPDX-License-Identifier: Apache-2.0
"""Kinds of field that bodies share: clean text, dates, countries, sources; and what is refused.

Fields that could identify a source are refused by name until encrypted storage exists for them.
"""

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.domain import texts
from app.domain.countries import COUNTRIES
from app.domain.record import dates
from app.domain.vocabulary import CitationType, Reliability, Term, refuse_retired
from app.errors import FieldError, InvalidInput, RetiredTerm

D = TypeVar("D")

_SEALED = re.compile(
    r"(source|informant|witness|contact|reporter|submitter|monitor|consent)(_.*)?"
    r"|.*_(contact|phone|telephone|email|e_mail)|phone|telephone|email|e_mail|identity|real_name"
)
_SEALED_SENTENCE = (
    "Who a source is and how to reach them is not taken: encrypted storage for it does not exist yet. "
    "Send the report without it, and keep it away from this server."
)


def _no_sealed(value: object, known: frozenset[str], pointer: str = "") -> None:
    """Refuse a name that no body has and that could hold a source's identity, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in known and _SEALED.fullmatch(str(name)):
                raise InvalidInput(
                    _SEALED_SENTENCE,
                    errors=(
                        FieldError(
                            pointer=f"{pointer}/{name}",
                            code="sealed_field",
                            message=_SEALED_SENTENCE,
                        ),
                    ),
                )
            _no_sealed(inner, known, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _no_sealed(inner, known, f"{pointer}/{index}")


def _current(term: Term) -> None:
    try:
        refuse_retired(term)
    except RetiredTerm as error:
        raise PydanticCustomError(error.code, error.detail) from None


class CurrentTerms(BaseModel):
    """What is handed in: a retired term is refused with its successor, wherever a field holds it."""

    @field_validator("*", mode="after")
    @classmethod
    def _in_use(cls, value: object) -> object:
        for term in value if isinstance(value, list | tuple | set | frozenset) else (value,):
            if isinstance(term, Term):
                _current(term)
        return value


class Body(CurrentTerms):
    """A body that takes no field it does not know, least of all a source's identity."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_sealed(cls, data: object) -> object:
        _no_sealed(data, frozenset(cls.model_fields))
        return data

    def to_draft(self, kind: type[D]) -> D:
        """Return what the services take; fields that were not sent keep their defaults."""
        return msgspec.convert(self.model_dump(mode="json", exclude_unset=True), kind)


def _ours(code: str, check: Callable[[str], str]) -> Callable[[str], str]:
    """Turn a rule's refusal into a validation error that knows its own place."""

    def validated(value: str) -> str:
        try:
            return check(value)
        except InvalidInput as error:
            raise PydanticCustomError(code, error.detail) from None

    return validated


def _is_date(value: str) -> str:
    return dates.parse(value).text


def _is_country(value: str) -> str:
    if value not in COUNTRIES:
        raise InvalidInput("This is not a country code of ISO 3166-1, such as KZ.")
    return value


_clean = AfterValidator(_ours("unsafe_text", texts.clean))

Line = Annotated[str, StringConstraints(min_length=1, max_length=300), _clean]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000), _clean]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64), _clean]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
EdtfDate = Annotated[
    str,
    StringConstraints(min_length=1, max_length=dates.MAX_TEXT),
    AfterValidator(_ours("date", _is_date)),
    Field(description="EDTF: 2013, 2013-07, 2013-07-10, a season 2013-22, 2012-10/2012-12."),
]
CountryCode = Annotated[
    str,
    AfterValidator(_ours("country", _is_country)),
    Field(description="ISO 3166-1 alpha-2, in capitals."),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Narrative = Annotated[
    dict[Language, Text], Field(max_length=20, description="One text for each language.")
]


def _opens(url: str) -> str:
    """Refuse an address that no browser could open, such as one with half a bracket for a host."""
    try:
        parts = urlsplit(url)
        # Reading the port is what finds a wrong one.
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise PydanticCustomError("address", "Write a whole web address: https://host/page.")
    return url


WebAddress = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s<>\"]{1,2000}$"), AfterValidator(_opens)
]


class Citation(Body):
    """A published source. Never a person who asked not to be named."""

    id: uuid.UUID | None = Field(None, description="Keeps a source that is there already.")
    type: CitationType = CitationType.NGO_REPORT
    title: Annotated[str, StringConstraints(max_length=300), _clean] = ""
    url: WebAddress | None = None
    publisher: Line | None = None
    language: Language | None = None
    published_on: EdtfDate | None = None
    retrieved_on: date | None = None
    independence_group: Word | None = Field(
        None, description="Sources with the same group count once: five papers repeating an agency."
    )
    is_primary: bool | None = Field(None, description="First-hand; by default as the type says.")
    locator: Line | None = None
    reliability: Reliability | None = Field(
        None, description="The desk's own judgement of the source; not shown to everybody."
    )


def example(body: dict[str, Any]) -> ConfigDict:
    """Return the settings of a body with an example for the reference pages."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})
