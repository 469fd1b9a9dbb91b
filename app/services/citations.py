# SPDX-License-Identifier: Apache-2.0
"""Citations as they are handed in and as they are shown."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.vocabulary import CitationType
from app.errors import FieldError, InvalidInput
from app.services.checks import check_date
from app.services.drafts import CitationDraft
from app.storage.citations import Citation
from app.storage.database import new_id

PRIMARY_TYPES = frozenset(
    {
        CitationType.COURT_DOCUMENT,
        CitationType.VICTIM_TESTIMONY,
        CitationType.WITNESS,
        CitationType.MONITOR_OBSERVATION,
        CitationType.MEASUREMENT,
    }
)
"""First-hand sources, where the person who cites does not say otherwise."""


def cite(
    session: Session, draft: CitationDraft | None, *, now: datetime, pointer: str = "/source"
) -> Citation | None:
    """Keep a citation and return it; None for none."""
    if draft is None:
        return None
    if not draft.title.strip():
        raise InvalidInput(
            "A source needs a title.",
            errors=(FieldError(pointer=f"{pointer}/title", code="missing", message="Say which."),),
        )
    if draft.published_on is not None:
        check_date(draft.published_on, now, f"{pointer}/published_on")
    row = Citation(
        id=new_id(),
        type=draft.type,
        title=draft.title,
        url=draft.url,
        publisher=draft.publisher,
        language=draft.language,
        published_on=draft.published_on,
        retrieved_on=draft.retrieved_on,
        independence_group=draft.independence_group or str(uuid.uuid4()),
        is_primary=draft.type in PRIMARY_TYPES if draft.is_primary is None else draft.is_primary,
        locator=draft.locator,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def cite_all(
    session: Session,
    drafts: Iterable[CitationDraft],
    present: Iterable[Citation],
    *,
    now: datetime,
) -> list[Citation]:
    """Return the citations of an incident: those named by id are kept, the others are new."""
    by_id = {row.id: row for row in present}
    found: list[Citation] = []
    for index, draft in enumerate(drafts):
        pointer = f"/sources/{index}"
        if draft.id is None:
            row = cite(session, draft, now=now, pointer=pointer)
            assert row is not None
        elif draft.id in by_id:
            row = by_id[draft.id]
        else:
            raise InvalidInput(
                "A source is named by an id that is not one of this incident's sources.",
                errors=(
                    FieldError(pointer=f"{pointer}/id", code="unknown", message="Leave it out."),
                ),
            )
        found.append(row)
    return found


def citation_view(row: Citation | None) -> dict[str, Any] | None:
    """Show a citation; everything of it is public, for it is published."""
    if row is None:
        return None
    return {
        "id": row.id,
        "type": row.type,
        "title": row.title,
        "url": row.url,
        "publisher": row.publisher,
        "language": row.language,
        "published_on": row.published_on,
        "retrieved_on": row.retrieved_on,
        "independence_group": row.independence_group,
        "is_primary": row.is_primary,
        "locator": row.locator,
    }
