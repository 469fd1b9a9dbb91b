# SPDX-License-Identifier: Apache-2.0
"""Whether a revision is still what its entry sealed; what was erased, and whether somebody said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.record.ledger import Entry, change_named, commitment, committed_fields
from app.domain.record.ledger_walk import Fault, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the record holds of a revision now; `salts` are hex by committed field."""

    object_kind: str
    object_id: str
    object_revision: int
    action: str
    actor_id: str | None
    at: object
    reason: str | None
    changes: Mapping[str, Any]
    salts: Mapping[str, str]


def compare(
    entry: Entry, stored: Stored, announced: Mapping[str, frozenset[str]]
) -> tuple[list[Finding], int]:
    """Compare a revision with its entry; return what does not fit, and how many fields are erased.

    `announced` holds, by revision id, the fields that erasures on record say they emptied.
    """
    found = [
        _differs(entry, name)
        for name in ("object_kind", "object_id", "object_revision", "action", "actor_id", "at")
        if getattr(entry, name) != getattr(stored, name)
    ]
    fields = committed_fields(stored.reason, stored.changes)
    erased = 0
    for name, sealed in entry.commitments.items():
        value, salt = fields.pop(name, None), stored.salts.get(name)
        if salt is not None:
            if commitment(salt, value) != sealed:
                found.append(_differs(entry, name))
        elif value is not None:
            found.append(_lost_salt(entry, name))
        else:
            erased += 1
            if name not in announced.get(entry.revision_id, frozenset()):
                found.append(_unannounced(entry, name))
    found += [_differs(entry, name) for name in fields]
    return found, erased


def _where(entry: Entry, name: str) -> str:
    told = change_named(name) or name
    return (
        f"`{told}` of revision {entry.revision_id} ({entry.action} of {entry.object_kind} "
        f"{entry.object_id})"
    )


def _differs(entry: Entry, name: str) -> Finding:
    return Finding(
        fault=Fault.REVISION_CHANGED,
        number=entry.number,
        revision_id=entry.revision_id,
        field=name,
        message=f"{_where(entry, name)} is not what entry {entry.number} sealed.",
    )


def _lost_salt(entry: Entry, name: str) -> Finding:
    return Finding(
        fault=Fault.SALT_LOST,
        number=entry.number,
        revision_id=entry.revision_id,
        field=name,
        message=f"{_where(entry, name)} cannot be checked: its salt is gone and its value is not.",
    )


def _unannounced(entry: Entry, name: str) -> Finding:
    return Finding(
        fault=Fault.ERASED_WITHOUT_RECORD,
        number=entry.number,
        revision_id=entry.revision_id,
        field=name,
        message=f"{_where(entry, name)} was emptied, and no erasure on record says so.",
    )
