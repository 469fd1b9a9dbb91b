# SPDX-License-Identifier: Apache-2.0
"""What other systems call an incident: a name belongs to one incident only.

Whoever hands the same thing in twice is told where it is, and nothing is entered twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import Conflict, FieldError
from app.services.drafts import ExternalIdDraft
from app.storage.database import new_id
from app.storage.external_ids import ExternalId, incident_with
from app.storage.incidents import Incident, visible_to


def named(
    session: Session,
    row: Incident,
    drafts: Sequence[ExternalIdDraft],
    *,
    viewer: Viewer,
    are_free: bool = False,
) -> list[ExternalId]:
    """Return the external ids a draft gives; those that stay are the same rows.

    `are_free` says that the caller has looked for other incidents that bear them.
    """
    present = {(one.system, one.value): one for one in row.external_ids}
    found: list[ExternalId] = []
    for index, draft in enumerate(drafts):
        one = present.get((draft.system, draft.id))
        if one is None:
            if not are_free:
                _check_free(session, draft, index, viewer=viewer)
            one = ExternalId(id=new_id(), system=draft.system, value=draft.id)
        one.url, one.position = draft.url, index
        found.append(one)
    return found


@contextmanager
def taken_by_nobody_else() -> Iterator[None]:
    """Turn the loser of a race for one name into the answer the next attempt would give."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        if "external_ids" not in str(error.orig):
            raise
        raise _taken("Somebody has just handed in an incident with this external id.", 0) from None


def external_id_views(row: Incident, *, full: bool) -> list[dict[str, Any]]:
    """Show the external ids; to everybody only those that lead to a public page."""
    return [
        {"system": one.system, "id": one.value, "url": one.url}
        for one in row.external_ids
        if full or one.url is not None
    ]


def _check_free(session: Session, draft: ExternalIdDraft, index: int, *, viewer: Viewer) -> None:
    holder = incident_with(session, draft.system, draft.id)
    if holder is None:
        return
    seen = session.scalar(sa.select(Incident.id).where(Incident.id == holder, visible_to(viewer)))
    where = f": /api/v1/incidents/{holder}" if seen else ", which you may not see"
    raise _taken(f"An incident with this external id is on record{where}.", index)


def _taken(sentence: str, index: int) -> Conflict:
    error = FieldError(pointer=f"/external_ids/{index}", code="taken", message=sentence)
    return Conflict(sentence, errors=(error,))
