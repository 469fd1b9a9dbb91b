# SPDX-License-Identifier: Apache-2.0
"""Publishing what one person entered by another: shared by decisions, patterns, outlets and the like."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Response
from sqlalchemy.orm import Session

from app.api import answers
from app.api.paging import Page
from app.api.traced import traced
from app.domain.visibility import Viewer
from app.errors import QalamError
from app.services import decisions
from app.storage.database import Sessions


def published(
    sessions: Sessions,
    caller: Viewer,
    kind: str,
    object_id: uuid.UUID,
    now: datetime,
    view: Callable[[Session], dict[str, Any]],
) -> Response:
    """Publish something of a kind and show it; a refusal leaves a trace."""

    def act(session: Session) -> Response:
        decisions.publish(session, caller, kind, object_id, now=now)
        return answers.item(view(session))

    def trace(session: Session, refusal: QalamError) -> None:
        decisions.note_refusal(session, caller, kind, object_id, refusal, now=now)

    return traced(sessions, act, trace)


def page_by_id(page: Page, found: list[dict[str, Any]]) -> Response:
    """Answer with a page of rows ordered by id; one row more than the page was asked for."""
    kept = found[: page.limit]
    place = [str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)
