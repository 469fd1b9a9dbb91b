# SPDX-License-Identifier: Apache-2.0
"""Who may see what: one rule that every reader uses. Default deny.

Anonymous readers see published records, by the public (T0) fields only. What a caller may not see
does not exist for them: the same 404, the same counts, the same cursors.
"""

import unicodedata
import uuid
from dataclasses import dataclass

from app.domain.vocabulary import Role, Scope, WorkflowStatus

_STAFF = frozenset({Role.EDITOR, Role.VERIFIER, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who reads: anonymous (`role is None`), or the holder of a key."""

    key_id: uuid.UUID | None = None
    role: Role | None = None
    name: str | None = None
    scopes: frozenset[Scope] = frozenset()

    @property
    def is_staff(self) -> bool:
        """Whether this viewer sees every record that is not sealed."""
        return self.role in _STAFF

    @property
    def sees_own(self) -> bool:
        """Whether this viewer also sees what they submitted themselves."""
        return self.role is Role.MONITOR

    @property
    def reads_ledger(self) -> bool:
        """Whether this viewer reads the entries of the ledger and what opens its checkpoints."""
        return self.is_staff or self.role is Role.AUDITOR

    @property
    def tier(self) -> str:
        """Which change counter and cache this viewer shares with others of the same view."""
        return "staff" if self.is_staff or self.sees_own else "public"


def person_of(name: str, owner: str | None = None) -> str:
    """Return who is behind a key: its owner, or where none is stated whom it is named after.

    Spaces, capitals, width and invisible letters make no other person.

    >>> person_of("desk laptop", owner="Aizhan ") == person_of("aizhan") == person_of("AIZ\u200bHAN")
    True
    """
    folded = unicodedata.normalize("NFKC", owner or name).casefold()
    seen = "".join(one for one in folded if unicodedata.category(one) != "Cf")
    return " ".join(seen.split())


PUBLIC = Viewer()
"""Everybody who shows no key."""


def may_see_incident(
    viewer: Viewer, *, status: WorkflowStatus, submitter: uuid.UUID | None
) -> bool:
    """Decide whether an incident exists for a viewer. `storage.incidents.visible_to` is its twin in SQL."""
    if status is WorkflowStatus.PUBLISHED or viewer.is_staff:
        return True
    return viewer.sees_own and viewer.key_id is not None and viewer.key_id == submitter
