# SPDX-License-Identifier: Apache-2.0
"""`/vocabulary`: every code that is stored or served, with its words in three languages, and what
other systems call the same; made from the code itself.

The language is asked for by name: `Accept-Language` is not read, so that one address has one answer.
"""

import csv
import hashlib
import io
from functools import cache
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from app import labels
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.record import crosswalks
from app.domain.record.crosswalks_row import CrosswalkRow, System
from app.domain.vocabulary import (
    IMPUNITY_APPLICABLE,
    LISTS,
    SUBTYPE_LISTS,
    SUBTYPES,
    VOCABULARY_VERSION,
    Category,
    Term,
)
from app.errors import FieldError, InvalidInput

router = APIRouter(prefix="/vocabulary", tags=["vocabulary"], route_class=StrictRoute)

_COLUMNS = (
    "list", "code", "system", "field", "value", "direction", "iccs", "evidence", "note",
)  # fmt: skip

Language = Annotated[
    str | None,
    Query(description="Labels and sentences in this language only: en, ru or kk."),
]


def _words(term: Term, languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    said = {one: labels.wording(term, one) for one in languages}
    found = {one: wording for one, wording in said.items() if wording is not None}
    return {
        "label": {one: wording.label for one, wording in found.items()},
        "sentence": {one: wording.sentence for one, wording in found.items()},
    }


def _row(row: CrosswalkRow) -> dict[str, Any]:
    told: dict[str, Any] = {
        "field": row.field,
        "value": row.value,
        "direction": row.direction.value,
        "evidence": row.evidence.value,
        "note": row.note or None,
    }
    return told | ({"iccs": list(row.iccs)} if row.iccs else {})


def _crosswalk(term: Term) -> dict[str, Any]:
    """Return what other systems call a term; nothing at all where no system has its list."""
    if not any(crosswalks.of(other) for other in type(term)):
        return {}
    rows = crosswalks.of(term)
    return {
        "crosswalk": {one.value: [_row(row) for row in rows if row.system is one] for one in System}
    }


def _term(term: Term, languages: tuple[str, ...]) -> dict[str, Any]:
    one: dict[str, Any] = {"code": term.value, **_words(term, languages)}
    if term.superseded_by is not None:
        one["superseded_by"] = term.superseded_by
    if isinstance(term, Category):
        kind = SUBTYPE_LISTS.get(term)
        one["subtypes"] = list(SUBTYPES[term])
        one["subtype_list"] = kind.__name__ if kind else None
        one["impunity_applicable"] = term in IMPUNITY_APPLICABLE
    return one | _crosswalk(term)


def _language(code: str) -> dict[str, Any]:
    return {"is_source": code == labels.SOURCE_LANGUAGE, "reviewed": labels.is_reviewed(code)}


def _tag(body: bytes) -> str:
    return f'W/"{VOCABULARY_VERSION}-{hashlib.sha256(body).hexdigest()[:12]}"'


@cache
def _vocabulary(language: str | None) -> tuple[bytes, str]:
    """Return the whole answer in one language or all, and its ETag."""
    languages = labels.LANGUAGES if language is None else (language,)
    lists = {
        kind.__name__: {
            "sentence": kind.__doc__ or "",
            "terms": [_term(term, languages) for term in kind],
        }
        for kind in LISTS
    }
    body = msgspec.json.encode(
        {
            "vocabulary_version": VOCABULARY_VERSION,
            "languages": {one: _language(one) for one in languages},
            "lists": lists,
        }
    )
    return body, _tag(body)


@cache
def _flat() -> tuple[bytes, str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in crosswalks.ROWS:
        name, code = (type(row.term).__name__, row.term.value) if row.term else ("", "")
        writer.writerow(
            (
                name, code, row.system.value, row.field, row.value, row.direction.value,
                "; ".join(row.iccs), row.evidence.value, row.note,
            )
        )  # fmt: skip
    body = text.getvalue().encode()
    return body, _tag(body)


def _answer(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


@router.get("", responses=responses(422))
def get_vocabulary(request: Request, language: Language = None) -> Response:
    """Every code with its label, its sentence and what other systems call it.

    `languages` says which words a native reader has reviewed. English decides what a code means.
    """
    if language is not None and language not in labels.LANGUAGES:
        sentence = f"The vocabulary speaks: {', '.join(labels.LANGUAGES)}."
        raise InvalidInput(
            sentence,
            errors=(FieldError(pointer="#query/language", code="language", message=sentence),),
        )
    body, tag = _vocabulary(language)
    return _answer(request, body, tag, "application/json")


@router.get(
    "/crosswalks.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "One row for each meeting."}},
)
def get_crosswalks(request: Request) -> Response:
    """All crosswalks as one flat table, with words of theirs that nothing of ours meets.

    `direction` says which way a row may be read; `evidence` how their word is known: C from code or
    an exported file, D from a document, M from memory, to be verified.
    """
    body, tag = _flat()
    return _answer(request, body, tag, "text/csv")
