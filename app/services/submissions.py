# SPDX-License-Identifier: Apache-2.0
"""Taking in one submission of a form that its server sends here: read, kept, and told what was not.

The same submission twice is one report; a corrected one is its next version.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.intake import kobo
from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found, Rejected
from app.domain.visibility import Viewer
from app.domain.vocabulary import SourceKind
from app.errors import Conflict
from app.services import ingestion
from app.services.checks import wrong
from app.storage import reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a submission: `outcome` is new, changed or unchanged."""

    report_id: uuid.UUID
    external_id: str
    outcome: str
    left_out: tuple[str, ...]


def take_kobo(
    session: Session,
    viewer: Viewer,
    source_id: uuid.UUID,
    fields: Mapping[str, Any],
    *,
    now: datetime,
) -> Taken:
    """Keep one submission of a KoboToolbox form; raises InvalidInput where it says no report."""
    source = reports.get_source(session, source_id)
    if source.kind is not SourceKind.KOBO:
        raise Conflict("this source is no KoboToolbox form: give the id of one whose kind is kobo")
    if source.is_paused:
        raise Conflict("this source is paused: resume it, and send the submission again")
    submission = kobo.read(fields, Given(now=now, mapping=source.mapping))
    account = submission.account
    if isinstance(account, Rejected):
        raise wrong("/", "submission", f"Nothing was kept: {account.reason}.")
    found = Found(accounts=(account,), rejected=(), extent=Extent.PARTIAL)
    result = ingestion.ingest(session, source, found, now=now, viewer=viewer)
    key = account.raw.external_id
    outcome = "new" if result.new else "changed" if result.changed else "unchanged"
    known = reports.known_reports(session, source.id, keys=[key])
    return Taken(
        report_id=known[key].id,
        external_id=key,
        outcome=outcome,
        left_out=submission.left_out,
    )
