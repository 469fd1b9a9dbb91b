# SPDX-License-Identifier: Apache-2.0
"""The targets of an incident whose source says them anew: who was there stays the same one.

Within one incident, and only there, a name finds its person again. What only a person can have assessed
of a target stays as it was assessed.
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from app.domain.record.dataset import name_key
from app.services.drafts import IncidentDraft, TargetDraft
from app.storage.incidents import Incident
from app.storage.people import Person

_ASSESSED = (
    "harm",
    "flags",
    "age_group",
    "arbitrary",
    "state_acquiescence",
    "due_diligence_failed",
)


def has_erased(row: Incident) -> bool:
    """Whether a name was erased here: then nothing that may hold it comes back with an import."""
    return any(one.person is not None and one.person.erased_at is not None for one in row.targets)


def kept_targets(
    row: Incident, present: IncidentDraft, wanted: Sequence[TargetDraft]
) -> list[TargetDraft]:
    """Return the wanted targets, each as the one of its name where the incident has one."""
    if has_erased(row):
        return list(present.targets)
    people = {one.person_id: one.person for one in row.targets if one.person is not None}
    left = list(present.targets)
    found: list[TargetDraft] = []
    for one in wanted:
        same = next((old for old in left if _is_same(old, one, people)), None)
        if same is not None:
            left.remove(same)
        found.append(one if same is None else as_before(one, same))
    return found


def as_before(wanted: TargetDraft, old: TargetDraft) -> TargetDraft:
    """Return what is said of a target now, for the person or outlet it was before."""
    assessed = {name: getattr(old, name) for name in _ASSESSED}
    if old.person_id is not None:
        assessed |= {"kind": old.kind, "person": None, "person_id": old.person_id, "count": None}
    return msgspec.structs.replace(wanted, **assessed)


def respell(row: Incident, names: Sequence[str]) -> None:
    """Write each person of an incident as the source writes the name now."""
    spelt = {name_key(name): name for name in names}
    for target in row.targets:
        person = target.person
        if person is not None and person.erased_at is None:
            person.name = spelt.get(name_key(person.name), person.name)


def _is_same(old: TargetDraft, new: TargetDraft, people: Mapping[uuid.UUID | None, Person]) -> bool:
    if new.person is not None:
        person = people.get(old.person_id)
        return person is not None and name_key(person.name) == name_key(new.person.name)
    if new.outlet_id is not None:
        return new.outlet_id == old.outlet_id
    return old.kind is new.kind and old.person_id is None and old.description == new.description
