# SPDX-License-Identifier: Apache-2.0
"""Strict reading of requests: bodies that mean one thing, and no parameter that means nothing."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Message

from app.errors import FieldError, InvalidInput, MalformedRequest, TooLarge, UnknownField

MAX_BODY = 1024 * 1024


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(
                "a key stands twice in one object of the body: which one is meant?",
                errors=(FieldError(pointer="/", code="duplicate_key", message="A key repeats."),),
            )
        found[name] = value
    return found


def _no_constant(_name: str) -> float:
    raise InvalidInput("NaN and Infinity are not numbers of JSON: send null or a number")


def _check_text(value: object, pointer: str = "") -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise InvalidInput(
                "a text holds a character that cannot be stored (NUL, or half a surrogate pair)",
                errors=(
                    FieldError(pointer=pointer or "/", code="bad_text", message="Bad character."),
                ),
            )
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, pointer or "/")
            _check_text(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_text(inner, f"{pointer}/{index}")


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a body, or raise with a sentence; no value of the body is repeated."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError, ValueError):
        raise MalformedRequest("the body is not JSON that can be read") from None
    _check_text(value)
    return value


def _query_names(dependant: Dependant) -> set[str]:
    names = {field.alias for field in dependant.query_params}
    return names.union(*(_query_names(inner) for inner in dependant.dependencies))


async def _whole_body(request: Request, bound: int) -> bytes:
    """Return the body, refusing it as soon as it is over the bound, whatever its head says."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bound:
            raise TooLarge(f"a body may have {bound} bytes: send less at a time")
    return bytes(body)


class StrictRequest(Request):
    """A request whose JSON was read strictly, before FastAPI could soften our errors."""

    parsed: Any = None

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value
        return self.parsed


class StrictRoute(APIRoute):
    """A route that refuses unknown and repeated query parameters, and loose JSON."""

    max_body = MAX_BODY
    # Where the endpoint takes the body as it comes, and bounds it itself.
    streams = False
    parse = staticmethod(parse_json)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        known = _query_names(self.dependant)

        async def strict(request: Request) -> Response:
            names = [name for name, _ in request.query_params.multi_items()]
            if any(name not in known for name in names):
                listed = ", ".join(sorted(known)) or "none"
                raise UnknownField(f"this address takes no such parameter; it takes: {listed}")
            if len(names) != len(set(names)):
                raise InvalidInput("a query parameter is given twice: separate values with a comma")
            for _, value in request.query_params.multi_items():
                _check_text(value, "#query")
            if self.streams:
                return await handler(request)
            body = await _whole_body(request, self.max_body)

            async def again() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            read = StrictRequest(request.scope, again)
            read.parsed = self.parse(body) if body else None
            response = await handler(read)
            # What dependencies found out (ETag, Link) goes out with whatever answer was made.
            response.headers.update(getattr(request.state, "headers", {}))
            return response

        return strict
