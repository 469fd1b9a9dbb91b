# SPDX-License-Identifier: Apache-2.0
"""Sealing what was committed, and signing the head when the hour is over, whatever happened in it."""

import structlog

from app.services import checkpoints, sealing
from workers.jobs.context import JobContext

log = structlog.get_logger()


def seal(job: JobContext) -> None:
    """Seal batch by batch, each in its own transaction; then sign, if it is time.

    Any number may do this at once: they queue, and make one chain.
    """
    sealed, more = 0, True
    while more:
        with job.sessions.writing() as session:
            count = sealing.seal_batch(session, now=job.now())
        sealed, more = sealed + count, count == sealing.BATCH
    if sealed:
        log.info("sealed", revisions=sealed)
    _sign(job)


def _sign(job: JobContext) -> None:
    if job.signing_keys is None:
        return
    with job.sessions.reading() as session:
        if not checkpoints.checkpoint_due(session, now=job.now(), every=job.checkpoint_every):
            return
    key = job.signing_keys.load()
    with job.sessions.writing() as session:
        checkpoints.keep_checkpoint(session, key, now=job.now(), every=job.checkpoint_every)
