# SPDX-License-Identifier: Apache-2.0
"""Changing what a case is called, whose it is and which incidents it is of. Its facts stay."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import Conflict, StaleVersion
from app.services import cases, second_person
from app.services.checks import check_country, differences
from app.services.documents import is_told
from app.services.drafts import CaseDraft
from app.storage.cases import Case, get_case, incidents_of

_BEARING = frozenset({"polarity", "incident_ids"})
"""What decides for which incidents a fact counts, and how."""


def edit_case(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    now: datetime,
    reason: str | None = None,
) -> Case:
    """Change what a patch names of a case itself; its facts and parties are never changed so.

    Whose case it is and which incidents it is of stay, once a fact of it was ever verified: levels
    rest on them, and what was known at a past time would be another.
    """
    row = get_case(session, viewer, case_id, for_change=True)
    second_person.check_edit(
        session,
        viewer,
        recorded_by_id=row.recorded_by_id,
        is_public=is_told(row),
        reason=reason,
    )
    if row.version != version:
        raise StaleVersion("somebody has changed this case since: read it again")
    before = incidents_of(session, [case_id])[case_id]
    old = CaseDraft(
        polarity=row.polarity,
        title=row.title,
        country=row.country,
        court=row.court,
        number=row.number,
        incident_ids=before,
    )
    wanted = second_person.merged(msgspec.to_builtins(old), patch, CaseDraft)
    check_country(wanted.country, "/country")
    cases.check_incidents(session, viewer, wanted.incident_ids, known=before)
    changes = differences(msgspec.to_builtins(old), msgspec.to_builtins(wanted))
    if not changes:
        return row
    if not _BEARING.isdisjoint(changes) and any(one.verified_at for one in row.facts):
        raise Conflict(
            "a case of which a fact was verified keeps its polarity and incidents: retract its facts "
            "with a reason and enter them in another case"
        )
    row.polarity, row.title, row.country = wanted.polarity, wanted.title, wanted.country
    row.court, row.number = wanted.court, wanted.number
    row.version, row.updated_at = row.version + 1, now
    cases.join_incidents(session, case_id, wanted.incident_ids)
    cases.record_case(session, viewer, case_id, "edit", now=now, changes=changes, reason=reason)
    cases.conclude_case(session, case_id, now=now, is_seen=True, also=before)
    return row
