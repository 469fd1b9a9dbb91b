# SPDX-License-Identifier: Apache-2.0
"""Citations as they are handed in and as they are shown."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.vocabulary import CitationType
from app.errors import FieldError, InvalidInput
from app.services.checks import check_date, wrong
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

FIELDS = (
    "type",
    "title",
    "url",
    "publisher",
    "language",
    "published_on",
    "retrieved_on",
    "independence_group",
    "is_primary",
    "locator",
    "reliability",
)


def cite(
    session: Session,
    draft: CitationDraft | None,
    *,
    now: datetime,
    pointer: str = "/source",
    group: str | None = None,
) -> Citation | None:
    """Keep a citation and return it; None for none. `group` where the draft names none."""
    if draft is None:
        return None
    if not draft.title.strip():
        raise InvalidInput(
            "A source needs a title.",
            errors=(FieldError(pointer=f"{pointer}/title", code="missing", message="Say which."),),
        )
    if draft.published_on is not None:
        check_date(draft.published_on, now, f"{pointer}/published_on")
    if draft.retrieved_on is not None and draft.retrieved_on > now.date():
        raise wrong(f"{pointer}/retrieved_on", "date_in_future", "This day has not come yet.")
    row = Citation(
        id=new_id(),
        type=draft.type,
        title=draft.title,
        url=draft.url,
        publisher=draft.publisher,
        language=draft.language,
        published_on=draft.published_on,
        retrieved_on=draft.retrieved_on,
        independence_group=draft.independence_group or group or str(uuid.uuid4()),
        is_primary=draft.type in PRIMARY_TYPES if draft.is_primary is None else draft.is_primary,
        locator=draft.locator,
        reliability=draft.reliability,
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
    """Return the citations of an incident: those named by id are kept, the others are new.

    A new one without a group shares that of a source with the same address or publisher: two pages
    of one paper are one source until somebody says otherwise.
    """
    by_id = {row.id: row for row in present}
    found: list[Citation] = []
    for index, draft in enumerate(drafts):
        pointer = f"/sources/{index}"
        if draft.id is None:
            group = _shared_group(draft, found)
            row = cite(session, draft, now=now, pointer=pointer, group=group)
            assert row is not None
        elif draft.id in by_id:
            row = by_id[draft.id]
            _check_same(draft, row, pointer)
        else:
            raise InvalidInput(
                "A source is named by an id that is not one of this incident's sources.",
                errors=(
                    FieldError(pointer=f"{pointer}/id", code="unknown", message="Leave it out."),
                ),
            )
        found.append(row)
    return found


def _shared_group(draft: CitationDraft, others: Iterable[Citation]) -> str | None:
    publisher = _folded(draft.publisher)
    for other in others:
        same_page = draft.url is not None and draft.url == other.url
        if same_page or (publisher and publisher == _folded(other.publisher)):
            return other.independence_group
    return None


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _check_same(draft: CitationDraft, row: Citation, pointer: str) -> None:
    """Refuse to seem to change a source that is kept; what was read may be sent back whole."""
    bare = CitationDraft()
    for name in FIELDS:
        sent = getattr(draft, name)
        if sent not in (getattr(bare, name), getattr(row, name)):
            sentence = "A source is not changed: leave `id` out, and it is a new one in its place."
            raise wrong(f"{pointer}/{name}", "kept", sentence)


def citation_view(row: Citation | None, *, full: bool = False) -> dict[str, Any] | None:
    """Show a citation; all of it is public, but for the desk's own judgement of it."""
    if row is None:
        return None
    view = _citation_view(row)
    if full:
        view["reliability"] = row.reliability
    return view


def _citation_view(row: Citation) -> dict[str, Any]:
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
