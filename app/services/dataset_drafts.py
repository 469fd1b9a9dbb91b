# SPDX-License-Identifier: Apache-2.0
"""A row of a trusted dataset as an incident is handed in, alone or beside what is on record.

Nothing here changes the session; datasets.py keeps what is drafted.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord
from app.domain.vocabulary import Category, Motive, Precision
from app.services import said, same_targets
from app.services.assembling import draft_of
from app.services.drafts import (
    CategoryDraft,
    CitationDraft,
    ExternalIdDraft,
    IncidentDraft,
    InvolvementDraft,
    TargetDraft,
)
from app.services.outlet_names import OutletNames
from app.storage.incidents import Incident


def new_draft(
    record: DatasetRecord,
    outlets: OutletNames,
    *,
    report_id: uuid.UUID,
    citation_ids: Sequence[uuid.UUID],
) -> IncidentDraft:
    """Return the incident that a row makes by itself."""
    return IncidentDraft(
        **_fields(record),
        targets=_targets(record, outlets),
        involvements=_involvements(record, ()),
        sources=[CitationDraft(id=one) for one in citation_ids],
        external_ids=_external_ids(record),
        report_id=report_id,
    )


def revised_draft(
    row: Incident, record: DatasetRecord, outlets: OutletNames, *, alone: bool
) -> IncidentDraft:
    """Return an incident as its dataset has it now; people and slots stay the same ones.

    Where two exports of one organisation speak of it and neither has ids, the full one decides on
    everything but the day: the finer day stands, whichever says it.
    """
    present = draft_of(row)
    fields = _fields(record)
    if same_targets.has_erased(row):
        # A title may hold the name that was erased.
        fields["title"] = present.title
    wanted = msgspec.structs.replace(
        present,
        **fields,
        targets=_targets_now(row, present, record, outlets),
        involvements=_involvements(record, present.involvements),
        sources=[*present.sources, *_new_links(row, record)],
        external_ids=present.external_ids or _external_ids(record),
    )
    if alone or record.external_id is not None:
        return wanted
    date_text = _finer(present.date, record.date_text)
    if record.assesses_impunity:
        return msgspec.structs.replace(wanted, date=date_text)
    is_motive_open = present.motive is Motive.NOT_ASSESSED
    return msgspec.structs.replace(
        present,
        date=date_text,
        motive=record.motive if is_motive_open else present.motive,
        categories=wanted.categories if _is_open(present) else present.categories,
    )


def attached_draft(row: Incident, record: DatasetRecord, outlets: OutletNames) -> IncidentDraft:
    """Return an incident beside another export of its organisation that tells of it too.

    Which of two exports of the same row is newer nobody says: what is on record stands, and only what
    was silent is filled. What either of them changes later is followed.
    """
    if record.external_id is None:
        return revised_draft(row, record, outlets, alone=False)
    present = draft_of(row)
    gaps: dict[str, Any] = {
        "admin1": present.admin1 or record.admin1,
        "place": present.place or record.place,
    }
    if present.latitude is None:
        gaps |= _point(record)
    links = _new_links(row, record)
    return msgspec.structs.replace(present, **gaps, sources=[*present.sources, *links])


def _fields(record: DatasetRecord) -> dict[str, Any]:
    return {
        "title": record.title,
        "date": record.date_text,
        "country": record.country,
        "categories": [CategoryDraft(category=one, subtype=sub) for one, sub in record.kinds],
        "admin1": record.admin1,
        "place": record.place,
        "motive": record.motive,
        **_point(record),
    }


def _point(record: DatasetRecord) -> dict[str, Any]:
    return {
        "latitude": record.latitude,
        "longitude": record.longitude,
        "precision": record.precision or Precision.UNKNOWN,
    }


def _external_ids(record: DatasetRecord) -> list[ExternalIdDraft]:
    if record.external_id is None:
        return []
    system, value = record.external_id
    return [ExternalIdDraft(system=system, id=value, url=record.url)]


def _new_links(row: Incident, record: DatasetRecord) -> list[CitationDraft]:
    """Return the links that are no source yet, as far as there is room for them."""
    cited = {one.url for one in row.citations if one.url is not None}
    room = max(0, said.MAX_LINKS - len(row.citations))
    return said.link_citations(record.links, cited=cited)[:room]


def _targets(record: DatasetRecord, outlets: OutletNames) -> list[TargetDraft]:
    return said.target_drafts(record.targets, country=record.country, outlets=outlets)


def _targets_now(
    row: Incident, present: IncidentDraft, record: DatasetRecord, outlets: OutletNames
) -> list[TargetDraft]:
    wanted = _targets(record, outlets)
    if record.external_id is not None:
        return same_targets.kept_targets(row, present, wanted)
    # A row of one person is about the same one, however the name is written now.
    return [same_targets.as_before(wanted[0], present.targets[0]), *present.targets[1:]]


def _is_open(present: IncidentDraft) -> bool:
    """Whether how somebody was killed is not on record."""
    return all(
        one.subtype in (None, "unknown")
        for one in present.categories
        if one.category is Category.KILLING
    )


def _finer(present: str, told: str) -> str:
    first, second = dates.parse(present), dates.parse(told)
    if not dates.overlaps(second, first.earliest, first.latest):
        return present
    spans = sorted((first, second), key=lambda one: one.latest - one.earliest)
    return spans[0].text


def _involvements(
    record: DatasetRecord, present: Sequence[InvolvementDraft]
) -> list[InvolvementDraft]:
    """Return one unidentified slot for all suspected origins: they are alternatives, not a list."""
    if record.suspected is None:
        return []
    before = present[0] if present else None
    by = f"the {record.organisation}"
    return [said.unidentified(record.suspected, record.suspected_type, by=by, present=before)]
