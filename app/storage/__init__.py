# SPDX-License-Identifier: Apache-2.0
"""Memory: tables on top, query functions beneath, one file per noun.

Importing this package imports every table, so that `Base.metadata` is complete for Alembic.
"""

from app.storage import (  # noqa: F401 - imported for their tables
    access,
    agents,
    alerts,
    assessments,
    attempts,
    body_references,
    cases,
    citations,
    claims,
    deadlines,
    decisions,
    desk_sessions,
    evidence,
    external_ids,
    history,
    incidents,
    jobs,
    ledger,
    maintenances,
    matching,
    measurements,
    merges,
    network_events,
    networks,
    outbox,
    outlets,
    parties,
    parts,
    pending,
    people,
    recommendations,
    replies,
    reports,
    rollups,
    sealing,
    site_proposals,
    sites,
)
from app.storage.database import Base

metadata = Base.metadata
