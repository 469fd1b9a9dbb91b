# SPDX-License-Identifier: Apache-2.0
"""`/sources`: what reports are read from, and how the last reading went."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.dependencies import NowDep, ReadingDep, ReportWriter, WritingDep
from app.api.idempotency import OnceDep
from app.api.parameters import IfMatch
from app.api.problems import responses
from app.api.schemas.intake import NewSourceBody, SourcePatch
from app.api.strict import StrictRoute
from app.domain.vocabulary import SourceKind
from app.services import sources
from app.services.checks import wrong
from app.services.source_views import source_view
from app.services.sources import NewSource
from app.storage import reports

router = APIRouter(prefix="/sources", tags=["reports"], route_class=StrictRoute)


@router.get("", responses=responses(401, 403))
def list_sources(session: ReadingDep, _caller: ReportWriter) -> Response:
    """Every source, by name."""
    return answers.rows(None, [source_view(one) for one in reports.list_sources(session)])


@router.post("", status_code=201, responses=responses(401, 403, 409, 422))
def add_source(
    body: NewSourceBody, session: WritingDep, caller: ReportWriter, now: NowDep, once: OnceDep
) -> Response:
    """Describe a source; it is read when the workers come round next."""
    if body.address is None and body.kind is not SourceKind.KOBO:
        raise wrong("/address", "missing", "Say where it is; only forms (kobo) are sent here.")

    def act() -> Response:
        source = sources.add_source(session, NewSource(**body.model_dump()), now=now, viewer=caller)
        return answers.item(
            source_view(source), status=201, location=f"/api/v1/sources/{source.id}"
        )

    return once(act)


@router.get("/{source_id}", responses=responses(401, 403, 404))
def read_source(source_id: uuid.UUID, session: ReadingDep, _caller: ReportWriter) -> Response:
    """One source."""
    return answers.item(source_view(reports.get_source(session, source_id)))


@router.patch("/{source_id}", responses=responses(401, 403, 404, 412, 422, 428))
def edit_source(
    source_id: uuid.UUID,
    body: SourcePatch,
    session: WritingDep,
    caller: ReportWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change its interval, mapping, trust or licence. `If-Match` says which version you read."""
    version = parameters.wanted_version(if_match)
    patch = body.model_dump(exclude_unset=True)
    source = sources.edit_source(session, source_id, patch, version=version, viewer=caller, now=now)
    return answers.item(source_view(source))


@router.post("/{source_id}:pause", responses=responses(401, 403, 404))
def pause_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Stop reading it; what it gave stays."""
    return answers.item(
        source_view(sources.pause_source(session, source_id, viewer=caller, now=now))
    )


@router.post("/{source_id}:resume", responses=responses(401, 403, 404))
def resume_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Read it again, from now on."""
    return answers.item(
        source_view(sources.resume_source(session, source_id, viewer=caller, now=now))
    )


@router.post("/{source_id}:run", responses=responses(401, 403, 404, 409))
def run_source(
    source_id: uuid.UUID, session: WritingDep, caller: ReportWriter, now: NowDep
) -> Response:
    """Make it due now; a worker reads it when it comes round."""
    return answers.item(source_view(sources.run_source(session, source_id, viewer=caller, now=now)))
