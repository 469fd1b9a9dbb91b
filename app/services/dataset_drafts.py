# SPDX-License-Identifier: Apache-2.0
"""A row of a trusted dataset as an incident is handed in, alone or beside what is on record.

Nothing here touches the session; datasets.py keeps what is drafted.
"""

import uuid
from collections.abc import Sequence

import msgspec

from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord
from app.domain.vocabulary import Category, CrimeRole, Motive, TargetKind
from app.services.drafts import (
    CategoryDraft,
    CitationDraft,
    IncidentDraft,
    InvolvementDraft,
    PersonDraft,
    TargetDraft,
)


def new_draft(
    record: DatasetRecord, *, report_id: uuid.UUID, citation_ids: Sequence[uuid.UUID]
) -> IncidentDraft:
    """Return the incident that a row makes by itself."""
    return IncidentDraft(
        title=record.title,
        date=record.date_text,
        country=record.country,
        categories=[CategoryDraft(category=one, subtype=sub) for one, sub in record.kinds],
        targets=[_target(record, None)],
        admin1=record.admin1,
        place=record.place,
        motive=record.motive,
        involvements=_involvements(record, ()),
        sources=[CitationDraft(id=one) for one in citation_ids],
        report_id=report_id,
    )


def revised_draft(present: IncidentDraft, record: DatasetRecord, *, alone: bool) -> IncidentDraft:
    """Return an incident as its dataset has it now; people and slots stay the same ones.

    Where two exports of one organisation speak of it, the full one decides on everything but the
    day: the finer day stands, whichever says it.
    """
    wanted = msgspec.structs.replace(
        present,
        title=record.title,
        date=record.date_text,
        country=record.country,
        categories=[CategoryDraft(category=one, subtype=sub) for one, sub in record.kinds],
        targets=[_target(record, present.targets[0]), *present.targets[1:]],
        admin1=record.admin1,
        place=record.place,
        motive=record.motive,
        involvements=_involvements(record, present.involvements),
    )
    if alone:
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


def _is_open(present: IncidentDraft) -> bool:
    """Whether how somebody was killed is not on record."""
    return all(
        one.subtype in (None, "unknown")
        for one in present.categories
        if one.category is Category.KILLING
    )


def _finer(present: str, said: str) -> str:
    first, second = dates.parse(present), dates.parse(said)
    if not dates.overlaps(second, first.earliest, first.latest):
        return present
    spans = sorted((first, second), key=lambda one: one.latest - one.earliest)
    return spans[0].text


def _target(record: DatasetRecord, present: TargetDraft | None) -> TargetDraft:
    person_id = present.person_id if present is not None else None
    is_named = person_id is not None or record.person_name is not None
    person = None
    if person_id is None and record.person_name is not None:
        person = PersonDraft(name=record.person_name)
    described = TargetDraft(
        kind=TargetKind.PERSON if is_named else TargetKind.GROUP,
        person_id=person_id,
        person=person,
        description=record.described,
        count=None if is_named else 1,
        primary_role=record.primary_role,
        other_roles=list(record.other_roles),
        sex=record.sex,
    )
    if present is None:
        return described
    # What only a person can have assessed stays as it was assessed.
    return msgspec.structs.replace(
        described,
        harm=present.harm,
        flags=present.flags,
        age_group=present.age_group,
        arbitrary=present.arbitrary,
        state_acquiescence=present.state_acquiescence,
        due_diligence_failed=present.due_diligence_failed,
    )


def _involvements(
    record: DatasetRecord, present: Sequence[InvolvementDraft]
) -> list[InvolvementDraft]:
    """Return one unidentified slot for all suspected origins: they are alternatives, not a list."""
    if record.suspected is None:
        return []
    return [
        InvolvementDraft(
            id=present[0].id if present else None,
            crime_role=CrimeRole.EXECUTOR,
            description=f"{record.suspected} (suspected, says the {record.organisation})",
            actor_type=record.suspected_type,
        )
    ]
