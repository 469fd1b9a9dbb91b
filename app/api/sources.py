# SPDX-License-Identifier: Apache-2.0
"""`/sources`: what reports are read from, and how the last reading went."""

import uuid
from typing import Any

from fastapi import APIRouter, Response

from app.api import answers
from app.api.dependencies import NowDep, ReadingDep, ReportWriter, WritingDep
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.intake import NewSourceBody
from app.api.strict import StrictRoute
from app.services import sources
from app.services.sources import NewSource
from app.storage import reports
from app.storage.reports import Source

router = APIRouter(prefix="/sources", tags=["reports"], route_class=StrictRoute)


def _view(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "address": source.address,
        "mapping": source.mapping,
        "trust": source.trust,
        "licence": source.licence,
        "interval_seconds": source.interval_seconds,
        "is_paused": source.is_paused,
        "last_run_at": source.last_run_at,
        "last_error": source.last_error,
        "last_counts": source.last_counts,
        "failures_in_a_row": source.failures_in_a_row,
        "next_due_at": source.next_due_at if source.address else None,
        "created_at": source.created_at,
    }


@router.get("", responses=responses(401, 403))
def list_sources(session: ReadingDep, _caller: ReportWriter) -> Response:
    """Every source, by name."""
    return answers.rows(None, [_view(one) for one in reports.list_sources(session)])


@router.post("", status_code=201, responses=responses(401, 403, 409, 422))
def add_source(
    body: NewSourceBody, session: WritingDep, caller: ReportWriter, now: NowDep, once: OnceDep
) -> Response:
    """Describe a source; it is read when the workers come round next."""

    def act() -> Response:
        source = sources.add_source(session, NewSource(**body.model_dump()), now=now, viewer=caller)
        return answers.item(_view(source), status=201, location=f"/api/v1/sources/{source.id}")

    return once(act)


@router.get("/{source_id}", responses=responses(401, 403, 404))
def read_source(source_id: uuid.UUID, session: ReadingDep, _caller: ReportWriter) -> Response:
    """One source."""
    return answers.item(_view(reports.get_source(session, source_id)))


@router.post("/{source_id}:pause", responses=responses(401, 403, 404))
def pause_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Stop reading it; what it gave stays."""
    return answers.item(_view(sources.pause_source(session, source_id, viewer=caller, now=now)))


@router.post("/{source_id}:resume", responses=responses(401, 403, 404))
def resume_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Read it again, from now on."""
    return answers.item(_view(sources.resume_source(session, source_id, viewer=caller, now=now)))


@router.post("/{source_id}:run", responses=responses(401, 403, 404, 409))
def run_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Make it due now; a worker reads it when it comes round."""
    return answers.item(_view(sources.run_source(session, source_id, viewer=caller, now=now)))
