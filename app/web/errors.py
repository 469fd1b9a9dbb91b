# SPDX-License-Identifier: Apache-2.0
"""Errors as pages, for people; whoever calls under `/api`, or asks for JSON, keeps the problems."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import QalamError
from app.web.rendering import page

Handler = Callable[[Request, Exception], Awaitable[Response]]

_SAYS = {
    400: ("This address cannot be read", "Something in it is not what this page takes."),
    403: (
        "Your key may not do that",
        "Or the form came from another site. Nothing was done; the desk says what a key may do.",
    ),
    404: (
        "There is no such page",
        "It may have been withdrawn, or the address may be mistyped. Nothing unpublished is shown.",
    ),
    405: ("This page only reads", "It takes no such request."),
    409: (
        "That is not possible as things stand",
        "Somebody may have been quicker. Nothing was done; look at it as it is now.",
    ),
    410: ("This page is gone", "What it told was merged into another record, or taken back."),
    413: ("This is too much at once", "A form holds half a megabyte. Nothing was done."),
    422: (
        "There is no such choice",
        "A filter in the address is not one this page knows. Without filters it lists everything.",
    ),
    500: (
        "Something went wrong here",
        "This is a fault of this server and was logged. Nothing was changed.",
    ),
}


def wants_page(request: Request) -> bool:
    """Whether a person with a browser asks; scripts that name JSON get problems everywhere."""
    path = request.url.path
    if path.startswith(("/api/", "/static/")) or path in {"/api", "/healthz", "/readyz"}:
        return False
    accepts = request.headers.get("accept", "*/*")
    return "text/html" in accepts or "json" not in accepts


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, QalamError):
        return error.status
    if isinstance(error, RequestValidationError):
        in_path = any(one["loc"][:1] == ("path",) for one in error.errors())
        return 404 if in_path else 422
    return 500


def as_page(request: Request, error: Exception) -> Response:
    """Say what happened in the style of the other pages; nothing sent is repeated."""
    status = _status(error)
    title, text = _SAYS.get(status, _SAYS[500 if status >= 500 else 400])
    now: datetime = request.app.state.now()
    return page(request, "error.html", now=now, twin=None, status=status, title=title, text=text)


def _either(problem: Any) -> Handler:  # noqa: ANN401 - a Starlette handler
    async def handle(request: Request, error: Exception) -> Response:
        answer: Response = await problem(request, error)
        return as_page(request, error) if wants_page(request) else answer

    return handle


def install(app: FastAPI) -> None:
    """Stand in front of the handlers there are: they still log, and still answer programs."""
    for kind in (QalamError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _either(app.exception_handlers[kind]))
