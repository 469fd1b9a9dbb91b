# SPDX-License-Identifier: Apache-2.0
"""Errors as `application/problem+json` (RFC 9457), one shape everywhere; nothing sent is echoed."""

import uuid
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.api import tracing
from app.errors import QalamError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

# Sentences of our own: pydantic's would quote what was sent.
_SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field does not exist.",
    "json_invalid": "The body is not valid JSON.",
    "string_too_short": "This text is too short.",
    "string_too_long": "This text is too long.",
    "enum": "This is not one of the known codes; /api/v1/vocabulary lists them.",
    "literal_error": "This is not one of the allowed values.",
    "uuid_parsing": "This is not an identifier.",
    "int_parsing": "This is not a whole number.",
    "int_type": "This is not a whole number.",
    "bool_type": "This is neither true nor false.",
    "string_type": "This is not text.",
    "list_type": "This is not a list.",
    "dict_type": "This is not an object.",
    "model_attributes_type": "This is not an object.",
    "date_from_datetime_parsing": "This is not a date.",
    "greater_than_equal": "This number is too small.",
    "less_than_equal": "This number is too large.",
    "too_short": "This list is too short.",
    "too_long": "This list is too long.",
}

# Codes whose sentence is one of ours and comes with the error itself; it repeats nothing that was sent.
_OURS = frozenset({"country", "date", "unsafe_text"})


class ProblemError(BaseModel):
    """One wrong place: where, which kind, and a sentence."""

    pointer: str
    code: str
    message: str


class Problem(BaseModel):
    """What every error looks like."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[ProblemError] = []


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problem answers for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"model": Problem, "content": content} for status in statuses}


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Build one problem answer."""
    content: dict[str, Any] = {
        "type": f"{request.app.state.settings.address}/docs/problems#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": uuid.uuid4().hex,
        "errors": errors or [],
    }
    return JSONResponse(
        content,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    if location and location[0] == "body":
        return "/" + "/".join(str(part) for part in location[1:])
    return "#" + "/".join(str(part) for part in location)


async def on_qalam_error(request: Request, error: Exception) -> JSONResponse:
    """Turn one of our own errors into its problem."""
    assert isinstance(error, QalamError)
    await tracing.trace(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return problem(
        request,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=[
            {"pointer": one.pointer, "code": one.code, "message": one.message}
            for one in error.errors
        ],
        headers=headers,
    )


async def on_validation_error(request: Request, error: Exception) -> JSONResponse:
    """Name each wrong place of a request, without repeating what was there."""
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "pointer": _pointer(tuple(one["loc"])),
            "code": str(one["type"]),
            "message": str(one["msg"])
            if one["type"] in _OURS
            else _SENTENCES.get(str(one["type"]), "This value is not valid."),
        }
        for one in error.errors()
    ]
    return problem(
        request,
        status=422,
        code="invalid_input",
        title="A value is not valid",
        detail="`errors` names each place; mend these and send it again.",
        errors=errors,
    )


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Give Starlette's own errors (no such route, wrong method) the common shape."""
    assert isinstance(error, HTTPException)
    title = {404: "Not found", 405: "Method not allowed", 413: "Too large"}.get(
        error.status_code, "The request cannot be answered"
    )
    return problem(
        request,
        status=error.status_code,
        code=title.lower().replace(" ", "_"),
        title=title,
        detail=f"{title}: /docs lists what there is.",
        headers=dict(error.headers or {}),
    )


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """Answer a failure of ours: logged with its trace, told without it."""
    log.error("request_failed", path=request.url.path, exc_info=error)
    return problem(
        request,
        status=500,
        code="internal",
        title="Something went wrong here",
        detail="This is a fault of this server and was logged; nothing was stored.",
    )


def install(app: FastAPI) -> None:
    """Make these the only way an error leaves the application."""
    app.add_exception_handler(QalamError, on_qalam_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)
