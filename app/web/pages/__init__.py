# SPDX-License-Identifier: Apache-2.0
"""The pages, one file per noun, gathered into one router; `install` puts them into an application."""

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from app.web import errors
from app.web.pages import (
    alerts,
    briefings,
    countries,
    desk,
    incidents,
    outlets,
    overview,
    people,
    reference,
    sites,
)
from app.web.rendering import STATIC

router = APIRouter(include_in_schema=False)
for _module in (
    overview,
    sites,
    incidents,
    outlets,
    people,
    alerts,
    briefings,
    countries,
    reference,
    desk,
):
    router.include_router(_module.router)


def install(app: FastAPI) -> None:
    """Add pages, static files, and errors a person can read to an application."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.install(app)
    desk.install(app)
