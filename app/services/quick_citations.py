# SPDX-License-Identifier: Apache-2.0
"""Sources of incidents that are made by the thousand: kept without asking the database for each."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.services.citations import PRIMARY_TYPES
from app.services.drafts import CitationDraft
from app.storage.citations import Citation
from app.storage.database import new_id


def quick_citations(
    session: Session, drafts: Iterable[CitationDraft], *, now: datetime
) -> list[Citation]:
    """Add the citations of one incident; several pages of one publisher are one source."""
    groups: dict[str, str] = {}
    found: list[Citation] = []
    for draft in drafts:
        publisher = " ".join((draft.publisher or draft.url or draft.title).casefold().split())
        group = draft.independence_group or groups.get(publisher) or str(uuid.uuid4())
        groups.setdefault(publisher, group)
        row = Citation(
            id=new_id(),
            type=draft.type,
            title=draft.title,
            url=draft.url,
            publisher=draft.publisher,
            language=draft.language,
            published_on=draft.published_on,
            retrieved_on=draft.retrieved_on,
            independence_group=group,
            is_primary=draft.type in PRIMARY_TYPES
            if draft.is_primary is None
            else draft.is_primary,
            locator=draft.locator,
            reliability=draft.reliability,
            created_at=now,
        )
        session.add(row)
        found.append(row)
    return found
