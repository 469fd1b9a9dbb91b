# SPDX-License-Identifier: Apache-2.0
"""Where sources disagree about a field: every claim with its source, beside what the record says.

Everybody sees claims that a second person stands for, of fields and facts that are public. Never
here: deciding who is right.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from app.domain.record.claims import OF_PLACES, disagree
from app.domain.record.place import shows_place, shows_region
from app.domain.vocabulary import ClaimField
from app.services.citations import citation_view
from app.storage.cases import Case, Fact
from app.storage.claims import Claim
from app.storage.incidents import Incident

_OF_INCIDENT = {
    ClaimField.DATE: "date_text",
    ClaimField.PLACE: "place",
    ClaimField.ADMIN1: "admin1",
    ClaimField.MOTIVE: "motive",
}
_OF_FACT = {
    ClaimField.DATE: "date_text",
    ClaimField.SENTENCE_MONTHS: "sentence_months",
    ClaimField.FINE: "fine",
}


def disagreements(
    row: Incident, cases: Sequence[Case], counted: Collection[str], *, full: bool
) -> list[dict[str, Any]]:
    """Return each field about which claims differ, with the claims and what the record says."""
    facts = {fact.id: fact for case in cases for fact in case.facts}
    by_field: dict[tuple[uuid.UUID | None, ClaimField], list[Claim]] = defaultdict(list)
    for one in row.claims:
        if one.retracted_at is None and (full or _is_told(row, one, counted)):
            by_field[(one.fact_id, one.field)].append(one)
    return [
        {
            "field": field,
            "fact_id": fact_id,
            "recorded": _recorded(row, facts.get(fact_id) if fact_id else None, field),
            "claims": [claim_in_short(one, full=full) for one in claims],
        }
        for (fact_id, field), claims in by_field.items()
        if disagree(one.value for one in claims)
    ]


def claim_in_short(one: Claim, *, full: bool) -> dict[str, Any]:
    """Show a claim: what is said, and who says so."""
    view = {"id": one.id, "value": one.value, "source": citation_view(one.citation, full=full)}
    if full:
        view["is_verified"] = one.verified_at is not None
    return view


def is_told_place(row: Incident, field: ClaimField) -> bool:
    """Whether a claim of this field tells no more of the place than everybody is told."""
    if field not in OF_PLACES:
        return True
    told = row.public_precision
    return shows_place(told) if field is ClaimField.PLACE else shows_region(told)


def _is_told(row: Incident, one: Claim, counted: Collection[str]) -> bool:
    if one.verified_at is None or not is_told_place(row, one.field):
        return False
    return one.fact_id is None or str(one.fact_id) in counted


def _recorded(row: Incident, fact: Fact | None, field: ClaimField) -> Any:  # noqa: ANN401 - a field
    name = (_OF_FACT if fact is not None else _OF_INCIDENT).get(field)
    return getattr(fact if fact is not None else row, name) if name else None
