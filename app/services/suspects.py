# SPDX-License-Identifier: Apache-2.0
"""What is said of suspects: the status counted facts give them, and whose name may be public."""

from collections.abc import Iterable

from app.domain.record.incident import CitationRef, independent_sources, suspect_name_is_public
from app.domain.vocabulary import CitationType, FactKind, InvolvementStatus
from app.services.documents import CaseFound, Found
from app.storage.incidents import Incident
from app.storage.parts import Involvement

_STATUS_AFTER = {
    FactKind.CHARGED: InvolvementStatus.CHARGED,
    FactKind.CONVICTED: InvolvementStatus.CONVICTED,
    FactKind.ACQUITTED: InvolvementStatus.ACQUITTED,
    FactKind.CLEARED: InvolvementStatus.CLEARED,
    # Neither convicted any more nor acquitted: the name is hidden until a court decides again.
    FactKind.QUASHED: InvolvementStatus.DISPUTED,
}


def statuses(incident: Incident, found: Iterable[CaseFound]) -> dict[str, InvolvementStatus]:
    """Return what counted facts say of each slot; slots of which they say nothing are absent."""
    by_person = {
        str(one.person_id): str(one.slot_id)
        for one in incident.involvements
        if one.person_id is not None
    }
    told: dict[str, InvolvementStatus] = {}
    for case in found:
        for fact in case.facts:
            slot = fact.involvement_id or by_person.get(fact.person_key or "")
            if slot is not None and fact.kind in _STATUS_AFTER:
                told[slot] = _STATUS_AFTER[fact.kind]
    return told


def decide_names(incident: Incident, found: Found) -> None:
    """Keep for each named suspect whether everybody may read the name."""
    published = [one for one in incident.citations if one.url or one.published_on]
    independent = independent_sources(
        CitationRef(independence_group=one.independence_group, is_primary=one.is_primary)
        for one in published
    )
    for one in incident.involvements:
        person = one.person
        kept = person if person is not None and person.erased_at is None else None
        one.name_is_public = kept is not None and suspect_name_is_public(
            status=found.statuses.get(str(one.slot_id), one.status),
            source_types=_types_behind(one, incident, found),
            editor_decided=one.name_decided_by_id is not None,
            independent_published_sources=independent,
            is_minor=kept.is_minor,
            is_relative=kept.is_relative,
        )


def _types_behind(one: Involvement, incident: Incident, found: Found) -> set[CitationType]:
    """Return the kinds of source that say charged or convicted of this slot."""
    counted = {fact.id for case in found.cases for fact in case.facts}
    about = [
        fact
        for case in found.cases
        for fact in case.case.facts
        if str(fact.id) in counted
        and fact.kind in (FactKind.CHARGED, FactKind.CONVICTED)
        and (
            fact.involvement_id == one.slot_id
            or (fact.person_id is not None and fact.person_id == one.person_id)
        )
    ]
    if about:
        return {fact.citation.type for fact in about if fact.citation is not None}
    return {citation.type for citation in incident.citations}
