# SPDX-License-Identifier: Apache-2.0
"""Rows of legal cases with their facts and parties, with everything the desk reads."""

import uuid
from collections.abc import Sequence

from app.domain.vocabulary import Stage
from app.services.exporting_rows import outlet_shape, person_shape, source_shape
from app.services.exporting_shapes import CaseRow, FactShape, PartyShape
from app.storage.cases import Case, Fact
from app.storage.parties import Party


def case_row(row: Case, stage: Stage | None, incident_ids: Sequence[uuid.UUID]) -> CaseRow:
    """Return a case as the desk exports it, with every fact, also those withdrawn."""
    return CaseRow(
        id=row.id,
        polarity=row.polarity,
        title=row.title,
        country=row.country,
        court=row.court or None,
        number=row.number or None,
        stage=stage,
        incident_ids=sorted(incident_ids, key=str),
        facts=[_fact(one) for one in sorted(row.facts, key=_entry_key)],
        parties=[_party(one) for one in sorted(row.parties, key=_entry_key)],
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
    )


def _fact(one: Fact) -> FactShape:
    return FactShape(
        id=one.id,
        sequence=one.sequence,
        kind=one.kind,
        date=one.date_text,
        involvement_id=one.involvement_id,
        person=person_shape(one.person) if one.person else None,
        role=one.crime_role,
        detail=one.detail,
        sentence_months=one.sentence_months,
        life=one.is_life,
        fine=one.fine,
        fine_amount=f"{one.fine_amount:.2f}" if one.fine_amount is not None else None,
        fine_currency=one.fine_currency,
        sanctions=one.sanctions,
        flags=one.flags,
        source=source_shape(one.citation) if one.citation else None,
        verified=one.verified_at is not None,
        recorded_at=one.recorded_at,
        verified_at=one.verified_at,
        retracted_at=one.retracted_at,
        retraction_reason=one.retraction_reason,
    )


def _party(one: Party) -> PartyShape:
    return PartyShape(
        id=one.id,
        sequence=one.sequence,
        kind=one.kind,
        role=one.role,
        person=person_shape(one.person) if one.person else None,
        outlet=outlet_shape(one.outlet) if one.outlet else None,
        name_withheld=False,
        description=one.description,
        source=source_shape(one.citation) if one.citation else None,
        verified=one.verified_at is not None,
        recorded_at=one.recorded_at,
        verified_at=one.verified_at,
        retracted_at=one.retracted_at,
        retraction_reason=one.retraction_reason,
    )


def _entry_key(one: Fact | Party) -> tuple[int, str]:
    return (one.sequence, str(one.id))
