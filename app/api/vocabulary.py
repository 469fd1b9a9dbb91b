# SPDX-License-Identifier: Apache-2.0
"""`/vocabulary`: every code that is stored or served, with its sentence; made from the code itself."""

import hashlib
import inspect
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app.api import answers
from app.api.strict import StrictRoute
from app.domain import vocabulary
from app.domain.vocabulary import IMPUNITY_APPLICABLE, SUBTYPES, Category, Term

router = APIRouter(prefix="/vocabulary", tags=["vocabulary"], route_class=StrictRoute)


def _terms(kind: type[Term]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for term in kind:
        one: dict[str, Any] = {
            "code": term.value,
            "label": {"en": term.label},
            "sentence": {"en": term.sentence},
        }
        if isinstance(term, Category):
            one["subtypes"] = list(SUBTYPES[term])
            one["impunity_applicable"] = term in IMPUNITY_APPLICABLE
        found.append(one)
    return found


def _all() -> dict[str, Any]:
    kinds = [
        kind
        for _, kind in inspect.getmembers(vocabulary, inspect.isclass)
        if issubclass(kind, Term) and kind is not Term
    ]
    lists = {
        kind.__name__: {"sentence": inspect.getdoc(kind) or "", "terms": _terms(kind)}
        for kind in kinds
    }
    version = hashlib.sha256(msgspec.json.encode(lists)).hexdigest()[:12]
    return {"vocabulary_version": version, "lists": lists}


_VOCABULARY = _all()
_ETAG = f'W/"{_VOCABULARY["vocabulary_version"]}"'


@router.get("")
def get_vocabulary(request: Request) -> Response:
    """Every code with its sentence. The version changes when a code or a sentence does."""
    headers = {"ETag": _ETAG, "Cache-Control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == _ETAG:
        return Response(status_code=304, headers=headers)
    answer = answers.item(_VOCABULARY)
    answer.headers.update(headers)
    return answer
