# SPDX-License-Identifier: Apache-2.0
"""Which sentences of a case stand: each as a court gave it, never added up.

Whether two sentences are served together or one after the other is the court's to say. Where a
source gives a total, that total is a sentence of its own. Never here: how long somebody is held.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from app.domain.record.cases import CaseFact
from app.domain.record.judgments import Slots, concerns, in_force, may_follow
from app.domain.vocabulary import FactKind

RESTATING = frozenset({FactKind.UPHELD, FactKind.FINAL, FactKind.SENTENCE_STARTED})
"""Facts that may give a sentence anew: what a higher court made of it, or what is served."""


class Standing(StrEnum):
    """Whether a stated sentence is the one that holds."""

    IN_FORCE = "in_force"
    REPLACED = "replaced"
    UNDONE = "undone"


def standings(
    facts: Sequence[CaseFact], stating: Collection[str], slots: Slots
) -> Mapping[str, Standing]:
    """Return how each fact's sentence stands, by fact id, in the order of the facts.

    `facts` are those that count, in order; `stating` the ids of those that state a sentence. A
    conviction that was quashed takes its sentence along. A later statement about the same person,
    by a higher court or when the sentence begins, replaces the one before; a second conviction
    stands beside the first.
    """
    stands = {one.id for one in in_force(slots, facts)}
    own = [one for one in facts if one.id in stating]
    found: dict[str, Standing] = {}
    for one in own:
        later = [
            other
            for other in own
            if other.id != one.id
            and other.kind in RESTATING
            and facts.index(other) > facts.index(one)
            and may_follow(other, one)
            and concerns(other, one, slots)
        ]
        if one.kind is FactKind.CONVICTED and one.id not in stands:
            found[one.id] = Standing.UNDONE
        else:
            found[one.id] = Standing.REPLACED if later else Standing.IN_FORCE
    return found
