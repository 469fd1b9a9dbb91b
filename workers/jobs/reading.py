# SPDX-License-Identifier: Apache-2.0
"""Read the intake sources that are due: claim, fetch with nothing open, keep in one transaction each.

A source that fails, hangs or lies costs only itself: all are fetched side by side under one
deadline each, and kept one by one. A worker that dies leaves leases that run out.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from app.domain.intake.item import Given
from app.domain.record.report import Found
from app.errors import QalamError
from app.services import ingestion, sources
from app.storage import reports
from app.storage.reports import Source
from workers import outbound
from workers.jobs.context import JobContext
from workers.outbound import OutboundAnswer, OutboundFailed
from workers.sources.readers import READERS
from workers.understanding.suggesting import understood

log = structlog.get_logger()

BATCH = 10
DEADLINE_SECONDS = 30.0
MAX_BYTES = 8 * 1024 * 1024
REDIRECTS = 5
OUR_FAULT = "The answer could not be kept; this fault of Qalam's was logged."
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/csv;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a source could not be read, in a sentence; `wait` is what the other side asked for."""

    sentence: str
    wait: timedelta | None = None


def read_due_sources(context: JobContext) -> None:
    """Read every source that is due; harmless beside other workers, for every row is leased."""
    with context.sessions.writing() as session:
        due = sources.claim_due(session, worker=context.worker, now=context.now(), limit=BATCH)
    if not due:
        return
    for source, answer in zip(due, asyncio.run(_fetch_all(due, context)), strict=True):
        try:
            _keep(context, source, answer)
        except Exception:  # what one source gave must not keep the others from being kept
            log.exception("source_not_kept", source=str(source.id))
            _keep(context, source, Failed(sentence=OUR_FAULT))


async def _fetch_all(due: Sequence[Source], context: JobContext) -> list[OutboundAnswer | Failed]:
    return await asyncio.gather(*(_fetch(source, context) for source in due))


async def _fetch(source: Source, context: JobContext) -> OutboundAnswer | Failed:
    headers = {"accept": ACCEPT}
    if source.etag:
        headers["if-none-match"] = source.etag
    if source.last_modified:
        headers["if-modified-since"] = source.last_modified
    try:
        return await outbound.request(
            "GET",
            source.address or "",
            policy=context.outbound,
            deadline=DEADLINE_SECONDS,
            max_bytes=MAX_BYTES,
            headers=headers,
            redirects=REDIRECTS,
        )
    except OutboundFailed as error:
        return Failed(sentence=f"The address gave no answer: {error.detail}.")
    except QalamError as error:
        return Failed(sentence=f"The address is refused: {error.detail}")


def _keep(context: JobContext, source: Source, answer: OutboundAnswer | Failed) -> None:
    outcome = answer if isinstance(answer, Failed) else _read(context, source, answer)
    with context.sessions.writing() as session:
        held = reports.find_leased(session, source.id, worker=context.worker)
        if held is None:
            # The lease ran out and somebody else has read it, or reads it now.
            log.warning("source_lease_lost", source=str(source.id))
            return
        now = context.now()
        if isinstance(outcome, Failed):
            sources.fail_run(held, outcome.sentence, now=now, wait=outcome.wait)
            log.warning("source_failed", source=str(held.id), reason=outcome.sentence)
            return
        assert isinstance(answer, OutboundAnswer)
        if outcome is not None:
            result = ingestion.ingest(session, held, outcome, now=now)
            log.info("source_read", source=str(held.id), **result.counts())
        sources.finish_run(
            held,
            now=now,
            etag=answer.headers.get("etag", held.etag if outcome is None else None),
            last_modified=answer.headers.get(
                "last-modified", held.last_modified if outcome is None else None
            ),
        )


def _read(context: JobContext, source: Source, answer: OutboundAnswer) -> Found | Failed | None:
    """Return what an answer holds; None where nothing has changed since the last reading."""
    if answer.status == 304:
        return None
    if answer.status != 200:
        return Failed(
            sentence=f"The address answered {answer.status}.",
            wait=_asked_wait(answer.headers.get("retry-after", "")),
        )
    if not answer.is_complete:
        size = MAX_BYTES // (1024 * 1024)
        return Failed(
            sentence=f"The answer breaks off or is over {size} MiB; nothing of it is kept."
        )
    given = Given(
        now=context.now(),
        mapping=source.mapping,
        content_type=answer.headers.get("content-type"),
        address=answer.url,
    )
    try:
        return understood(READERS[source.kind](answer.body, given))
    except QalamError as error:
        return Failed(sentence=f"The answer cannot be read: {error.detail}.")
    except Exception:  # a reader that meets what it was not written for must not stop the others
        log.exception("source_reader_failed", source=str(source.id))
        return Failed(sentence=OUR_FAULT)


def _asked_wait(header: str) -> timedelta | None:
    seconds = int(header) if header.isascii() and header.isdigit() and len(header) < 8 else 0
    return timedelta(seconds=seconds) if seconds else None
