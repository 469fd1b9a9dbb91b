# SPDX-License-Identifier: Apache-2.0
"""Parties to a case as readers see them, under the strictest rule for names that applies.

Whoever is a suspect of the case's incidents is named under the rule for suspects, whoever is a
target under that for targets, in whichever role they appear here. Those who act in court by their
office, and those who sue a journalist, are named where a published source names them. Minors and
relatives never are, and third parties are not.
"""

import uuid
from typing import Any

from app.domain.visibility import Viewer
from app.domain.vocabulary import CitationType, PartyKind, PartyRole, Polarity
from app.services.case_reach import Reach
from app.services.citations import citation_view
from app.services.documents import person_ref
from app.storage.cases import Case
from app.storage.parties import Party
from app.storage.people import Person

_BY_OFFICE = frozenset(
    {PartyRole.PROSECUTOR, PartyRole.INVESTIGATOR, PartyRole.COURT, PartyRole.LAWYER}
)
_OF_RECORD = frozenset({CitationType.COURT_DOCUMENT, CitationType.OFFICIAL_STATEMENT})


def party_views(viewer: Viewer, case: Case, reach: Reach) -> list[dict[str, Any]]:
    """Show the parties of a case that this viewer may know of."""
    return [
        party_view(viewer, case, one, reach)
        for one in case.parties
        if _is_inside(viewer, one) or (one.verified_at is not None and one.retracted_at is None)
    ]


def party_view(viewer: Viewer, case: Case, party: Party, reach: Reach) -> dict[str, Any]:
    """Show one party; a name that may not be read is withheld, and that is said."""
    inside = _is_inside(viewer, party)
    person = party.person
    named = person is not None and (inside or may_name(case, party, person, reach))
    outlet = party.outlet
    is_reached = outlet is not None and (inside or outlet.id in reach.outlets)
    view: dict[str, Any] = {
        "id": party.id,
        "role": party.role,
        "kind": party.kind,
        "person": person_ref(person) if named and person is not None else None,
        "outlet": {"id": outlet.id, "name": outlet.name} if is_reached and outlet else None,
        "description": party.description,
        "name_withheld": party.kind in (PartyKind.PERSON, PartyKind.OUTLET)
        and not (named or is_reached),
        "verified": party.verified_at is not None,
        "source": citation_view(party.citation),
    }
    if inside:
        view |= {
            "recorded_at": party.recorded_at,
            "verified_at": party.verified_at,
            "retracted_at": party.retracted_at,
            "retraction_reason": party.retraction_reason,
        }
    return view


def may_name(case: Case, party: Party, person: Person, reach: Reach) -> bool:
    """Whether everybody may read the name of somebody who is party to a case."""
    if person.is_minor or person.is_relative or person.erased_at is not None:
        return False
    is_accused = case.polarity is Polarity.ACCOUNTABILITY and party.role is PartyRole.DEFENDANT
    if is_accused or _among(reach.suspected, case, person):
        return _among(reach.suspects, case, person)
    if _among(reach.targeted, case, person):
        return _among(reach.targets, case, person)
    sues = case.polarity is Polarity.REPRISAL and party.role is PartyRole.CLAIMANT
    return (party.role in _BY_OFFICE or sues) and _is_published(party)


def _among(people: dict[uuid.UUID, set[uuid.UUID]], case: Case, person: Person) -> bool:
    return person.id in people.get(case.id, ())


def _is_published(party: Party) -> bool:
    source = party.citation
    return source is not None and bool(
        source.url or source.published_on or source.type in _OF_RECORD
    )


def _is_inside(viewer: Viewer, party: Party) -> bool:
    is_own = viewer.key_id is not None and party.recorded_by_id == viewer.key_id
    return viewer.is_staff or is_own
