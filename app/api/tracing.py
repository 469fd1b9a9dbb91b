# SPDX-License-Identifier: Apache-2.0
"""Every refused write of somebody with a key leaves a trace, whichever route it came by.

Called by the error handler: by then the refused transaction is undone, so the trace outlives it.
"""

import uuid

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.errors import QalamError
from app.services import attempts
from app.services.attempts import Tried

log = structlog.get_logger()

_API = "/api/v1"
_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_ALWAYS = frozenset({401, 403})
# A step such as `:verify` is an attempt also where the state or the sources do not admit it.
_OF_STEPS = frozenset({409, 422})


async def trace(request: Request, refusal: QalamError) -> None:
    """Keep who tried what, if it was a write; a trace that fails is logged and refuses nothing else."""
    tried = _tried(request, refusal)
    _, _, secret = request.headers.get("authorization", "").partition(" ")
    if tried is None or not secret:
        return
    try:
        await run_in_threadpool(_keep, request, secret.strip(), tried, refusal)
    except SQLAlchemyError:
        log.exception("attempt_not_kept", route=tried.route)


def _keep(request: Request, secret: str, tried: Tried, refusal: QalamError) -> None:
    with request.app.state.sessions.writing() as session:
        attempts.keep(session, secret, tried, refusal, now=request.app.state.now())


def _tried(request: Request, refusal: QalamError) -> Tried | None:
    route = request.scope.get("route")
    path = getattr(route, "path", "")
    if request.method not in _WRITES or not request.url.path.startswith(_API):
        return None
    # A router that was included knows its routes without the prefix it stands under.
    path = path if path.startswith(_API) else f"{_API}{path}"
    step = path.rpartition("/")[2].partition(":")[2]
    is_step = step not in ("", "preview")
    if refusal.status not in _ALWAYS and not (is_step and refusal.status in _OF_STEPS):
        return None
    kind, object_id = _about(request.path_params)
    return Tried(
        action=getattr(route, "name", "write"),
        method=request.method,
        route=path,
        object_kind=kind,
        object_id=object_id,
    )


def _about(params: dict[str, object]) -> tuple[str | None, uuid.UUID | None]:
    """Return what a write is about: the first thing its address names."""
    for name, value in params.items():
        try:
            return name.removesuffix("_id"), uuid.UUID(str(value))
        except ValueError:
            continue
    return None, None
