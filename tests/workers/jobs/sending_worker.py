# SPDX-License-Identifier: Apache-2.0
"""A worker process of its own, for tests that kill it: `sending_worker.py DATABASE_URL PORT NOW`."""

import sys
from datetime import datetime

from app.storage.database import Sessions, make_engine
from tests.workers.receiver import Receiver
from workers.jobs.context import JobContext
from workers.jobs.delivering import deliver_due


def main(database_url: str, port: str, now: str) -> None:
    """Deliver what is due at an instant, to a receiver on loopback."""
    at = datetime.fromisoformat(now)
    engine = make_engine(database_url)
    context = JobContext(
        sessions=Sessions(engine),
        now=lambda: at,
        worker=f"process-{now}",
        address="http://qalam.example",
        outbound=Receiver(port=int(port)).policy(),
    )
    deliver_due(context)
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
