# SPDX-License-Identifier: Apache-2.0
"""The application put together: doors, errors, headers. Nothing is decided here."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import __version__, api, clock
from app.api import conditional, health, problems
from app.policies import alert_policy, session_policy, watch_policy
from app.secret import load_secret
from app.settings import Settings
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.evidence_store import EvidenceStore
from app.web import pages

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


class _Secured:
    """Sets the headers on every answer.

    No `app.middleware("http")`: that one ends an answer whose stream failed as if it were whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, secured)


def create_app(
    settings: Settings, sessions: Sessions, *, now: Callable[[], datetime] = clock.now
) -> FastAPI:
    """Return the whole application over one database; tests hand it their own clock."""
    app = FastAPI(
        title="Qalam",
        version=__version__,
        summary="Media freedom, monitored: what is blocked, who was attacked, what justice did.",
        # FastAPI's own reference pages load scripts from elsewhere; ours is `app/web/pages/reference.py`.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.sessions = sessions
    app.state.now = now
    app.state.watch = watch_policy(settings)
    app.state.alerts = alert_policy(settings)
    app.state.desk = session_policy(settings)
    app.state.bodies = BodyStore(settings.data_dir / "bodies")
    app.state.evidence = EvidenceStore(settings.data_dir / "evidence")
    app.state.secret = load_secret(settings.data_dir, settings.secret_key)
    app.add_middleware(_Secured)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        expose_headers=["ETag", "Link"],
    )
    problems.install(app)
    app.add_exception_handler(conditional.NotModified, conditional.on_not_modified)
    app.include_router(health.router)
    app.include_router(api.router)
    pages.install(app)
    return app
