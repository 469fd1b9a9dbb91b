# SPDX-License-Identifier: Apache-2.0
"""`/docs` and `/docs/problems`: the API's reference, made from its own description."""

from fastapi import APIRouter, Request, Response

from app.web.dependencies import NowDep
from app.web.presenters import reference
from app.web.rendering import page

router = APIRouter()


@router.api_route("/docs", methods=["GET", "HEAD"])
def read_reference(request: Request, now: NowDep) -> Response:
    """Every address of the API with its parameters and answers."""
    groups = reference.groups(request.app.openapi())
    return page(request, "reference.html", now=now, twin="/openapi.json", groups=groups)


@router.api_route("/docs/problems", methods=["GET", "HEAD"])
def read_problems(request: Request, now: NowDep) -> Response:
    """Every error, with its code and when it happens; where `type` of a problem leads."""
    return page(request, "problems.html", now=now, twin=None, problems=reference.problems())
