# SPDX-License-Identifier: Apache-2.0
"""`POST /incidents/{id}/evidence`: the bytes of a file as the body, hashed while they arrive.

`curl --data-binary @order.pdf -H 'Content-Type: application/pdf' '…/evidence?name=order.pdf'`. What is
cut off, too large or not wanted leaves nothing behind. No transaction is open while bytes come.
"""

import errno
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.api import answers, parameters
from app.api.dependencies import IncidentWriter, NowDep, SessionsDep, ViewerDep, WritingDep
from app.api.idempotency import Once
from app.api.problems import responses
from app.api.schemas.fields import Line, Text, WebAddress
from app.api.strict import StrictRoute
from app.domain import texts
from app.errors import FieldError, InvalidInput, MalformedRequest, StorageFull, TooLarge
from app.services import evidence, evidence_reading
from app.services.evidence import EvidenceBytes, EvidenceNote
from app.storage.evidence_store import Arrival, Arrived, EvidenceStore

KEEP_FREE = 256 * 1024**2
"""Bytes of the disk that evidence leaves to the database."""

# What a command line sends where nobody said what the bytes are.
_SAYS_NOTHING = frozenset({"application/x-www-form-urlencoded", "application/octet-stream"})


class StreamRoute(StrictRoute):
    """A route whose endpoint takes the body as it comes."""

    streams = True


router = APIRouter(tags=["evidence"], route_class=StreamRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that has arrived whole, and what its sender called it."""

    arrived: Arrived
    declared_type: str | None
    store: EvidenceStore


def _declared_length(request: Request) -> int | None:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _declared_type(request: Request) -> str | None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()[:100]
    if kind.startswith("multipart/"):
        raise MalformedRequest(
            "send the bytes of the file themselves as the body: curl --data-binary @FILE"
        )
    return None if kind in _SAYS_NOTHING or not kind.isprintable() else kind or None


def _too_large(bound: int) -> TooLarge:
    return TooLarge(
        f"a file may have {bound} bytes here (QALAM_EVIDENCE_MAX_BYTES): send less, or ask whoever "
        "runs this server"
    )


async def _take(request: Request, arrival: Arrival, bound: int) -> Arrived:
    declared = _declared_length(request)
    try:
        async for chunk in request.stream():
            if arrival.size + len(chunk) > bound:
                raise _too_large(bound)
            await run_in_threadpool(arrival.add, chunk)
        if declared is not None and declared != arrival.size:
            raise MalformedRequest("the file ended before all of it had come: send it again")
        return await run_in_threadpool(arrival.end)
    except ClientDisconnect:
        raise MalformedRequest("the file ended before all of it had come: send it again") from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _no_room() from None


def _no_room() -> StorageFull:
    return StorageFull("the disk of this server has no room for this file: nothing was kept")


async def get_upload(
    request: Request,
    sessions: SessionsDep,
    caller: IncidentWriter,
    incident_id: uuid.UUID,
) -> AsyncIterator[Upload]:
    """Take the body in, or refuse it before it comes; whatever is not kept is gone at the end."""
    settings, store = request.app.state.settings, request.app.state.evidence
    kind, declared = _declared_type(request), _declared_length(request)
    bound: int = settings.evidence_max_bytes
    if declared is not None and declared > bound:
        raise _too_large(bound)

    def check() -> None:
        if store.free_bytes() < (declared or 0) + KEEP_FREE:
            raise _no_room()
        with sessions.reading() as session:
            evidence.check_upload(
                session,
                caller,
                incident_id,
                more_bytes=declared or 0,
                quota=settings.evidence_quota_bytes,
            )

    await run_in_threadpool(check)
    with store.arrival() as arrival:
        arrived = await _take(request, arrival, bound)
        if not arrived.size:
            raise InvalidInput("the body is empty: send the bytes of the file")
        yield Upload(arrived=arrived, declared_type=kind, store=store)


UploadDep = Annotated[Upload, Depends(get_upload, scope="function")]


def get_once(
    request: Request, session: WritingDep, viewer: ViewerDep, now: NowDep, upload: UploadDep
) -> Once:
    """Tell requests apart by the hash of the file: its bytes are not read again."""
    head = f"{request.method} {request.url.path}?{request.url.query}\n{upload.arrived.sha256}"
    return Once(request, session, viewer, now, hashlib.sha256(head.encode()).hexdigest())


def _file_name(value: str) -> str:
    """Keep the last part of a name, without what only deceives."""
    return texts.leave_out(value.replace("\\", "/").rpartition("/")[2])[:200]


FileName = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_file_name)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


def get_note(
    upload: UploadDep,
    name: Annotated[FileName | None, Query(description="The file's name; not public.")] = None,
    description: Annotated[Text | None, Query(description="What it shows.")] = None,
    captured_at: Annotated[
        datetime | None, Query(description="When it was taken or saved, with a time zone.")
    ] = None,
    captured_url: Annotated[
        WebAddress | None, Query(description="Where it was saved from.")
    ] = None,
    captured_with: Annotated[Line | None, Query(description="With which tool.")] = None,
    graphic: Annotated[bool, Query(description="It shows violence or its consequences.")] = False,
    source: Annotated[
        uuid.UUID | None, Query(description="The source of this incident that it comes from.")
    ] = None,
    sha256: Annotated[
        Sha256 | None, Query(description="The hash you took: bytes that differ are refused.")
    ] = None,
) -> EvidenceNote:
    """Read what the sender says of the file, from the address: the body is the file."""
    if sha256 is not None and sha256 != upload.arrived.sha256:
        sentence = (
            "What arrived has another SHA-256 than you gave: nothing was kept; send it again."
        )
        error = FieldError(pointer="#query/sha256", code="hash_differs", message=sentence)
        raise InvalidInput(sentence, errors=(error,))
    return EvidenceNote(
        declared_type=upload.declared_type,
        file_name=name or None,
        description=description,
        captured_at=parameters.aware("captured_at", captured_at),
        captured_url=captured_url,
        captured_with=captured_with,
        is_graphic=graphic,
        citation_id=source,
    )


@router.post(
    "/incidents/{incident_id}/evidence",
    status_code=201,
    responses=responses(400, 401, 403, 404, 409, 413, 422, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def add_evidence(
    incident_id: uuid.UUID,
    upload: UploadDep,
    note: Annotated[EvidenceNote, Depends(get_note)],
    session: WritingDep,
    caller: IncidentWriter,
    now: NowDep,
    once: Annotated[Once, Depends(get_once)],
) -> Response:
    """Hand in a file: the body is its bytes. It is public only once somebody else decides so."""
    arrived = upload.arrived

    def act() -> Response:
        # In the store before it is on record: a row without its file would promise what is not there.
        upload.store.keep(arrived)
        found = EvidenceBytes(sha256=arrived.sha256, size=arrived.size, head=arrived.head)
        row = evidence.add_evidence(session, caller, incident_id, found, note, now=now)
        view = evidence_reading.view(session, caller, row.id)
        return answers.item(view, status=201, location=f"/api/v1/evidence/{row.id}")

    return once(act)
