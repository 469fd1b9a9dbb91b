# SPDX-License-Identifier: Apache-2.0
"""Evidence behind the scenes: public copies are made, and every file is hashed again once a day.

Foreign bytes are opened by a bounded child process only. No transaction is open meanwhile.
"""

import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from app.services import evidence_upkeep
from app.services.evidence_upkeep import FileToCheck
from app.storage.evidence_store import EvidenceStore
from workers.copies.refusal import NoCopyError
from workers.copies.sandbox import make_copy
from workers.jobs.context import JobContext

CHECK_EVERY = timedelta(days=1)
COPIES_AT_ONCE = 4
CHECKS_AT_ONCE = 20
CHECKING_SECONDS = 2.0
"""After this time a round checks no more; the next goes on with what was not checked longest."""

KEEP_LEFTOVERS = timedelta(days=1)
"""What is still arriving is never this old."""

log = structlog.get_logger()


def look_after(job: JobContext, store: EvidenceStore) -> None:
    """Make copies that wait, and check a few files."""
    make_copies(job, store)
    check_files(job, store)
    before = (job.now() - KEEP_LEFTOVERS).timestamp()
    if removed := store.remove_leftovers(before=before):
        log.info("evidence_leftovers_removed", files=removed)


def make_copies(job: JobContext, store: EvidenceStore) -> int:
    """Make the public copies that wait; return how many were made."""
    with job.sessions.reading() as session:
        waiting = evidence_upkeep.waiting_copies(session, limit=COPIES_AT_ONCE)
    return sum(_copy(job, store, sha256, media_type) for sha256, media_type in waiting)


def _copy(job: JobContext, store: EvidenceStore, sha256: str, media_type: str) -> bool:
    with TemporaryDirectory(dir=store.workbench()) as folder:
        target = Path(folder) / "copy"
        try:
            make_copy(store.original(sha256), target, media_type)
        except NoCopyError as refusal:
            log.info("evidence_not_copied", sha256=sha256, reason=str(refusal))
            with job.sessions.writing() as session:
                evidence_upkeep.note_no_copy(session, sha256, reason=str(refusal), now=job.now())
            return False
        copy_sha256, size = store.keep_copy(target)
    with job.sessions.writing() as session:
        return evidence_upkeep.note_copy(
            session, sha256, copy_sha256=copy_sha256, size=size, now=job.now()
        )


def check_files(job: JobContext, store: EvidenceStore) -> int:
    """Hash files again that were not hashed for a day; return how many have something new wrong."""
    until = time.monotonic() + CHECKING_SECONDS
    with job.sessions.reading() as session:
        due = evidence_upkeep.due_checks(
            session, before=job.now() - CHECK_EVERY, limit=CHECKS_AT_ONCE
        )
    wrong = 0
    for one in due:
        wrong += _check(job, store, one)
        if time.monotonic() > until:
            break
    return wrong


def _check(job: JobContext, store: EvidenceStore, one: FileToCheck) -> bool:
    fault = evidence_upkeep.fault_of(store, one)
    if fault is not None:
        log.error("evidence_damaged", sha256=one.sha256, fault=fault.value)
    with job.sessions.writing() as session:
        return evidence_upkeep.note_check(session, one.sha256, fault, now=job.now())
