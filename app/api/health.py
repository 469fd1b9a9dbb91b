# SPDX-License-Identifier: Apache-2.0
"""Is it alive, and is it working? `/healthz` for the process, `/readyz` for what it needs."""

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from app.api import answers
from app.api.dependencies import NowDep, ReadingDep
from app.storage import jobs, migrations

router = APIRouter(tags=["health"])

STALLED_AFTER_SECONDS = 60


@router.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return answers.item({"status": "alive"})


@router.get("/readyz")
def readyz(request: Request, session: ReadingDep, now: NowDep) -> Response:
    """Say whether the database is at the right schema and the workers come round."""
    try:
        revision = session.scalar(sa.text("select version_num from alembic_version"))
        beats = jobs.heartbeats(session)
    except sa.exc.SQLAlchemyError:
        return answers.item({"status": "no_database"}, status=503)
    ages = {name: round((now - at).total_seconds()) for name, at in beats.items()}
    schema_ok = revision == migrations.head()
    stalled = sorted(name for name, age in ages.items() if age > STALLED_AFTER_SECONDS)
    body = {
        "status": "ready" if schema_ok else "wrong_schema",
        "database": {"revision": revision, "expected": migrations.head()},
        # Workers are another process where an organisation runs many; silence is told, not fatal here.
        "workers": {"loops": ages, "stalled": stalled, "probing": request.app.state.settings.probe},
    }
    return answers.item(body, status=200 if schema_ok else 503)
