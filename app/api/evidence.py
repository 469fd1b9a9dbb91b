# SPDX-License-Identifier: Apache-2.0
"""`/evidence`: what an incident rests on. Everybody gets copies without metadata, staff originals.

Handing a file in is in uploads.py.
"""

import base64
import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import (
    IncidentReader,
    IncidentWriter,
    NowDep,
    ReadingDep,
    SessionsDep,
    ViewerDep,
    WritingDep,
)
from app.api.parameters import IfMatch
from app.api.problems import responses
from app.api.schemas.cases import ReasonBody
from app.api.schemas.evidence import EvidencePatch
from app.api.strict import StrictRoute
from app.api.traced import traced
from app.errors import NotAuthenticated, NotFound, QalamError
from app.services import evidence, evidence_reading
from app.services.drafts import CitationDraft
from app.services.evidence_reading import Taken
from app.storage.evidence_store import EvidenceStore

router = APIRouter(tags=["evidence"], route_class=StrictRoute)


@router.get("/incidents/{incident_id}/evidence", responses=responses(401, 404, 422))
def list_evidence(
    incident_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """The evidence of an incident that you may know of, oldest first."""
    return answers.rows(None, evidence_reading.list_views(session, viewer, incident_id))


@router.get("/evidence/{evidence_id}", responses=responses(401, 404, 422))
def get_evidence(
    evidence_id: uuid.UUID,
    request: Request,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
) -> Response:
    """One piece of evidence: its hash, size and type, and how its public copy stands."""
    view = evidence_reading.view(session, viewer, evidence_id)
    if "version" in view:
        parameters.stamp_version(request, view["version"])
    return answers.item(view)


@router.patch(
    "/evidence/{evidence_id}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428)
)
def edit_evidence(
    evidence_id: uuid.UUID,
    body: EvidencePatch,
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change what is said of it, or decide whether everybody may have its copy."""
    version = parameters.wanted_version(if_match)
    patch = {name: getattr(body, name) for name in body.model_fields_set - {"source"}}
    parameters.aware("captured_at", body.captured_at)
    source = body.source.to_draft(CitationDraft) if body.source is not None else None
    evidence.edit_evidence(
        session, caller, evidence_id, patch, source=source, version=version, now=now
    )
    return answers.item(evidence_reading.view(session, caller, evidence_id))


@router.post("/evidence/{evidence_id}:withdraw", responses=responses(401, 403, 404, 409, 422))
def withdraw_evidence(
    evidence_id: uuid.UUID,
    body: ReasonBody,
    session: WritingDep,
    caller: IncidentReader,
    now: NowDep,
) -> Response:
    """Hide it everywhere at once, with a reason. Its bytes are kept and not handed out any more."""
    evidence.withdraw_evidence(session, caller, evidence_id, reason=body.reason, now=now)
    return answers.item(evidence_reading.view(session, caller, evidence_id))


@router.get("/evidence/{evidence_id}/revisions", responses=responses(401, 403, 404))
def list_revisions(evidence_id: uuid.UUID, session: ReadingDep, viewer: IncidentReader) -> Response:
    """Who did what with it, each reading of the original included; for the desk only."""
    return answers.rows(None, evidence_reading.list_steps(session, viewer, evidence_id))


@router.get(
    "/evidence/{evidence_id}/file",
    responses=responses(401, 403, 404, 410, 422),
    response_class=FileResponse,
)
def read_file(
    evidence_id: uuid.UUID,
    request: Request,
    sessions: SessionsDep,
    viewer: ViewerDep,
    now: NowDep,
    copy: Annotated[
        Literal["public", "original"],
        Query(description="`original`: for staff only, and each reading is on record."),
    ] = "public",
) -> Response:
    """The copy without metadata, as a file to save. `?copy=original` for staff."""
    store: EvidenceStore = request.app.state.evidence
    if copy == "public":
        with sessions.reading() as session:
            return _file(store, evidence_reading.take_copy(session, viewer, evidence_id))
    if viewer.key_id is None:
        raise NotAuthenticated("an original needs an API key: send `Authorization: Bearer qlm_…`")

    def act(session: Session) -> Response:
        taken = evidence_reading.take_original(session, viewer, evidence_id, now=now)
        return _file(store, taken)

    def trace(session: Session, refusal: QalamError) -> None:
        evidence_reading.note_refusal(
            session, viewer, evidence_id, "read_original", refusal, now=now
        )

    return traced(sessions, act, trace)


def _file(store: EvidenceStore, taken: Taken) -> Response:
    find = store.original if taken.is_original else store.public_copy
    path = find(taken.sha256)
    if not path.is_file():
        raise NotFound(
            "the bytes of this file are not in the store: `qalam evidence verify` says more"
        )
    return FileResponse(
        path,
        media_type=taken.media_type,
        filename=taken.name,
        content_disposition_type="attachment",
        headers={
            # Foreign bytes: never shown in place, never guessed at, never run.
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            # A copy that is withdrawn is gone at once: nobody keeps it without asking.
            "Cache-Control": "no-store" if taken.is_original else "no-cache",
            "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(taken.sha256)).decode()}:",
        },
    )
