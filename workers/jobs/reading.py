# SPDX-License-Identifier: Apache-2.0
"""Read the intake sources that are due: claim, fetch with nothing open, keep in one transaction each.

A source that fails, hangs or lies costs only itself: hosts are fetched side by side under deadlines,
and sources are kept one by one, all pages of one together. A worker that dies leaves leases that run
out.
"""

from asyncio import run

import structlog

from app.domain.intake.item import Given
from app.domain.record.report import Account, Extent, Found, Rejected, without_repeats
from app.domain.vocabulary import SourceKind
from app.errors import QalamError
from app.services import ingestion, sources
from app.storage import reports
from app.storage.reports import Source
from workers.jobs.context import JobContext
from workers.jobs.fetching import (
    MAX_BYTES,
    Failed,
    Fetched,
    Outcome,
    Postponed,
    asked_wait,
    fetch_all,
)
from workers.outbound import OutboundAnswer
from workers.sources.readers import READERS
from workers.understanding.suggesting import understood

log = structlog.get_logger()

BATCH = 10
OUR_FAULT = "The answer could not be kept; this fault of Qalam's was logged."


def read_due_sources(context: JobContext) -> None:
    """Read every source that is due; harmless beside other workers, for every row is leased."""
    with context.sessions.writing() as session:
        due = sources.claim_due(session, worker=context.worker, now=context.now(), limit=BATCH)
    if not due:
        return
    for source, outcome in zip(due, run(fetch_all(due, context)), strict=True):
        try:
            _keep(context, source, outcome)
        except Exception:  # what one source gave must not keep the others from being kept
            log.exception("source_not_kept", source=str(source.id))
            _keep(context, source, Failed(sentence=OUR_FAULT))


def _keep(context: JobContext, source: Source, fetched: Outcome) -> None:
    outcome = _read(context, source, fetched) if isinstance(fetched, Fetched) else fetched
    with context.sessions.writing() as session:
        held = reports.find_leased(session, source.id, worker=context.worker)
        if held is None:
            # The lease ran out and somebody else has read it, or reads it now.
            log.warning("source_lease_lost", source=str(source.id))
            return
        now = context.now()
        if isinstance(outcome, Postponed):
            sources.postpone_run(held, now=now, wait=outcome.wait)
            return
        if isinstance(outcome, Failed):
            sources.fail_run(held, outcome.sentence, now=now, wait=outcome.wait)
            if outcome.wait is not None:
                sources.spare_host(session, held, now=now, wait=outcome.wait)
            log.warning("source_failed", source=str(held.id), reason=outcome.sentence)
            return
        assert isinstance(fetched, Fetched)
        if outcome is not None:
            result = ingestion.ingest(session, held, outcome, now=now)
            log.info("source_read", source=str(held.id), **result.counts())
        headers = fetched.pages[0].headers
        sources.finish_run(
            held,
            now=now,
            etag=headers.get("etag", held.etag if outcome is None else None),
            last_modified=headers.get(
                "last-modified", held.last_modified if outcome is None else None
            ),
        )


def _read(context: JobContext, source: Source, fetched: Fetched) -> Found | Failed | None:
    """Return what the pages hold; None where nothing has changed since the last reading."""
    if fetched.pages[0].status == 304:
        return None
    read: list[Found] = []
    for page in fetched.pages:
        found = _read_page(context, source, page)
        if isinstance(found, Failed):
            return found
        read.append(found)
    try:
        return understood(_together(source.kind, read, is_finished=fetched.is_finished))
    except Exception:  # what nobody thought of must not stop the others
        log.exception("source_not_understood", source=str(source.id))
        return Failed(sentence=OUR_FAULT)


def _read_page(context: JobContext, source: Source, page: OutboundAnswer) -> Found | Failed:
    if page.status != 200:
        return Failed(
            sentence=f"The address answered {page.status}.",
            wait=asked_wait(page.headers, now=context.now()),
        )
    if not page.is_complete:
        size = MAX_BYTES // (1024 * 1024)
        return Failed(
            sentence=f"The answer breaks off or is over {size} MiB; nothing of it is kept."
        )
    given = Given(
        now=context.now(),
        mapping=source.mapping,
        content_type=page.headers.get("content-type"),
        address=page.url,
    )
    try:
        return READERS[source.kind](page.body, given)
    except QalamError as error:
        return Failed(sentence=f"The answer cannot be read: {error.detail}.")
    except Exception:  # a reader that meets what it was not written for must not stop the others
        log.exception("source_reader_failed", source=str(source.id))
        return Failed(sentence=OUR_FAULT)


def _together(kind: SourceKind, pages: list[Found], *, is_finished: bool) -> Found:
    """Return what all pages of one run say as one reading.

    An API that was read to its last page, without a refused row, gave everything it has: that the
    reader of one page cannot know.
    """
    is_api = len(pages) > 1 or kind is SourceKind.USPFT
    if not is_api:
        return pages[0]
    accounts: list[Account] = [one for page in pages for one in page.accounts]
    kept, repeated = without_repeats(accounts)
    rejected = [
        Rejected(line=one.line, reason=f"page {number}: {one.reason}" if number > 1 else one.reason)
        for number, page in enumerate(pages, start=1)
        for one in page.rejected
    ]
    # An API that suddenly gives nothing at all is more likely ill than empty.
    is_whole = is_finished and bool(kept) and not rejected and not repeated
    return Found(
        accounts=kept,
        rejected=(*rejected, *repeated),
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
        removed=tuple(key for page in pages for key in page.removed),
    )
