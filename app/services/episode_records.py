# SPDX-License-Identifier: Apache-2.0
"""Episodes on record, mended after a history was folded again: opened, moved, merged, withdrawn.

None is ever deleted: people may have been told of it, and a link to it must lead somewhere.
"""

import uuid
from collections.abc import Hashable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.matching import Matches, Span, match
from app.domain.blocking.replay import Found
from app.domain.vocabulary import Confidence
from app.storage.sites import Episode, SiteState, Vantage

LATE = "Found in measurements that arrived late."
CORRECTED = "Corrected by measurements that arrived late."
WITHDRAWN = "Withdrawn: measurements that arrived late do not show this blocking."


def mend(
    session: Session,
    state: SiteState,
    vantage: Vantage,
    found: Sequence[Found],
    since: datetime,
    *,
    now: datetime,
) -> bool:
    """Make the episodes that lasted at `since` or began after it what was found; whether any changed."""
    kept: dict[Hashable, Episode] = {
        row.id: row
        for row in session.scalars(
            sa.select(Episode).where(
                Episode.site_id == state.site_id,
                Episode.vantage_id == state.vantage_id,
                sa.or_(Episode.until.is_(None), Episode.until > since),
            )
        )
    }
    matches = match(
        [Span(key=number, since=one.since, until=one.until) for number, one in enumerate(found)],
        [
            Span(
                key=row.id,
                since=row.since,
                until=row.until,
                is_withdrawn=row.withdrawn_at is not None,
            )
            for row in kept.values()
        ],
    )
    changed, rows = False, dict[Hashable, Episode]()
    for number, one in enumerate(found):
        known = kept.get(matches.same.get(number))
        if known is None:
            rows[number] = _open(session, state, vantage, one, now=now)
            changed = True
        else:
            rows[number] = known
            changed |= _correct(known, one)
    standing = {row.id for row in rows.values()}
    for row in kept.values():
        if row.id not in standing:
            changed |= _withdraw(row, rows, matches, now=now)
    session.flush()
    return changed


def _open(
    session: Session, state: SiteState, vantage: Vantage, one: Found, *, now: datetime
) -> Episode:
    mechanism = one.mechanism or state.mechanism
    confidence = one.confidence or state.confidence
    assert mechanism is not None
    assert confidence is not None
    row = Episode(
        id=uuid.uuid4(),
        site_id=state.site_id,
        vantage_id=state.vantage_id,
        country=vantage.country,
        asn=vantage.asn,
        layer=one.layer,
        mechanism=mechanism,
        confidence=confidence,
        rule=one.rule or state.rule or "",
        measurement_uid=one.measurement_uid,
        since=one.since,
        until=one.until,
        note=_with_note(one.note, LATE),
        opened_at=now,
        is_late=True,
    )
    session.add(row)
    return row


def _correct(row: Episode, one: Found) -> bool:
    """Move an episode to where it belongs; it keeps its id."""
    before = (row.since, row.until, row.withdrawn_at, row.mechanism)
    row.since, row.until, row.withdrawn_at = one.since, one.until, None
    if one.mechanism is not None and one.confidence is not None and one.rule is not None:
        row.layer, row.mechanism = one.layer, one.mechanism
        row.rule = one.rule
        if row.confidence is not Confidence.CONFIRMED:  # what two networks agreed on stays so
            row.confidence = one.confidence
        row.measurement_uid = one.measurement_uid
    changed = before != (row.since, row.until, row.withdrawn_at, row.mechanism)
    if changed:
        row.note = _with_note(one.note, CORRECTED)
    return changed


def _withdraw(
    row: Episode, rows: dict[Hashable, Episode], matches: Matches, *, now: datetime
) -> bool:
    if row.withdrawn_at is not None:
        return False
    whole = rows.get(matches.part_of.get(row.id))
    row.withdrawn_at, row.until = now, row.until or row.since
    row.note = f"Part of one longer blocking: episode {whole.id}." if whole else WITHDRAWN
    return True


def _with_note(note: str | None, more: str) -> str:
    return f"{note} {more}" if note else more
