# SPDX-License-Identifier: Apache-2.0
"""What was taken in before, by the revisions it left, and the small questions around an import."""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.targets import canonical_url
from app.errors import InvalidInput, RefusedAddress
from app.services.exporting_shapes import Row, SiteRow
from app.services.restoring_parts import TAKEN_IN
from app.storage.database import insert_into
from app.storage.ledger import ChangeCounter, Revision

_REF = re.compile(r"QLM-(\d{4})-(\d+)")
_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Before:
    """What a file said last, and whether anybody has worked on it since."""

    digest: str
    is_touched: bool


def taken_in_before(
    session: Session, kind: str, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Before]:
    """Return what was taken in of these ids last, and whether anybody has changed it since."""
    found: dict[uuid.UUID, Before] = {}
    touched: set[uuid.UUID] = set()
    query = (
        sa.select(Revision.object_id, Revision.action, Revision.changes)
        .where(Revision.object_kind == kind, Revision.object_id.in_(ids))
        .order_by(Revision.at, Revision.number)
    )
    for object_id, action, changes in session.execute(query):
        if action != TAKEN_IN:
            touched.add(object_id)
        digest = changes["taken_in"]["new"] if action == TAKEN_IN else ""
        last = found.get(object_id)
        digest = digest or (last.digest if last else "")
        found[object_id] = Before(digest, object_id in touched)
    return found


def digest_of(row: Row) -> str:
    """Return what tells two versions of a row apart."""
    return hashlib.sha256(msgspec.json.encode(row)).hexdigest()


def chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield some rows at a time, few enough for one question to the database."""
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def host_of(row: SiteRow) -> str:
    """Return the host of a site that may be listed; raises InvalidInput for any other."""
    try:
        target = canonical_url(row.url)
    except RefusedAddress as error:
        raise InvalidInput(f"a site of the file may not be listed: {error.detail}") from None
    if target.url != row.url:
        raise InvalidInput("a site's address is not in its canonical form: export it again")
    return target.host


def count_on(session: Session, refs: Iterable[str]) -> None:
    """Let the numbers of new references begin behind those that came back."""
    last: dict[str, int] = {}
    for year, number in (found.groups() for ref in refs if (found := _REF.fullmatch(ref))):
        last[year] = max(last.get(year, 0), int(number))
    for year, number in last.items():
        row = insert_into(session, ChangeCounter).values(
            tier=f"number:incident-{year}", value=number
        )
        session.execute(
            row.on_conflict_do_update(
                index_elements=[ChangeCounter.tier],
                set_={"value": number},
                where=ChangeCounter.value < number,
            )
        )
