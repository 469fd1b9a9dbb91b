# SPDX-License-Identifier: Apache-2.0
"""`Idempotency-Key`: the same POST twice has one effect and one answer.

The record of the answer is written in the transaction of the effect. A second request with the same
key waits for the first (its insert blocks on the unique key), then reads that answer.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request, Response
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.api.dependencies import NowDep, ViewerDep, WritingDep
from app.domain.visibility import Viewer
from app.errors import IdempotencyMismatch, MalformedRequest
from app.storage.access import IdempotencyRecord


async def get_fingerprint(request: Request) -> str:
    """Return what identifies this very request: method, address and body."""
    body = await request.body()
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


class Once:
    """Runs an effect at most once for each caller's Idempotency-Key."""

    def __init__(
        self,
        request: Request,
        session: WritingDep,
        viewer: ViewerDep,
        now: NowDep,
        fingerprint: Annotated[str, Depends(get_fingerprint)],
    ) -> None:
        key = request.headers.get("idempotency-key")
        if key is not None and not (0 < len(key) <= 255 and key.isprintable()):
            raise MalformedRequest("an Idempotency-Key has 1 to 255 printable characters")
        self._key: str | None = key
        self._session: Session = session
        self._viewer: Viewer = viewer
        self._now: datetime = now
        self._fingerprint: str = fingerprint

    def __call__(self, act: Callable[[], Response]) -> Response:
        """Return the answer of `act`, or the one that was given to this key before."""
        if self._key is None or self._viewer.key_id is None:
            return act()
        if not self._claim():
            return self._replay()
        response = act()
        self._session.execute(
            sa.update(IdempotencyRecord)
            .where(*self._where())
            .values(
                status=response.status_code,
                body=bytes(response.body).decode(),
                location=response.headers.get("location"),
            )
        )
        return response

    def _where(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            IdempotencyRecord.key_id == self._viewer.key_id,
            IdempotencyRecord.idempotency_key == self._key,
        )

    def _claim(self) -> bool:
        dialect = self._session.get_bind().dialect.name
        insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
        claimed = self._session.execute(
            insert(IdempotencyRecord)
            .values(
                key_id=self._viewer.key_id,
                idempotency_key=self._key,
                fingerprint=self._fingerprint,
                created_at=self._now,
            )
            .on_conflict_do_nothing()
            .returning(IdempotencyRecord.key_id)
        )
        return claimed.first() is not None

    def _replay(self) -> Response:
        record = self._session.scalars(sa.select(IdempotencyRecord).where(*self._where())).one()
        if record.fingerprint != self._fingerprint:
            raise IdempotencyMismatch(
                "this Idempotency-Key was used for another request: take a new key"
            )
        headers = {"Idempotency-Replayed": "true"}
        if record.location:
            headers["Location"] = record.location
        return Response(
            record.body,
            status_code=record.status or 200,
            media_type="application/json",
            headers=headers,
        )


OnceDep = Annotated[Once, Depends()]
