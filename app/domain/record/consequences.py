# SPDX-License-Identifier: Apache-2.0
"""What became of convictions that stand: appeal, finality, enforcement, pardon.

None of it moves the level of impunity; it is shown beside it. Three-valued where silence says
nothing: `None` means that no counted fact speaks of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.record.cases import CaseFact, fact_order
from app.domain.record.judgments import Slots, concerns, may_follow
from app.domain.vocabulary import FactKind

_SETTLING = frozenset({FactKind.UPHELD, FactKind.REVIEW_REFUSED, FactKind.FINAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpunityFlags:
    """What to know beside the level, over all members held.

    `final` is False while an appeal of any of them is pending, True when all are known to be final.
    `sentence_enforced` is False when any sentence is suspended, True when all are being served.
    """

    final: bool | None = None
    sentence_enforced: bool | None = None
    in_absentia: bool = False
    lesser_charge: bool = False
    nullified: bool = False
    resolved_by_death: bool = False

    def sentences(self) -> tuple[str, ...]:
        """Say the flags that are raised, one sentence each."""
        said = (
            (self.final is False, "An appeal against a conviction is pending."),
            (self.sentence_enforced is False, "A sentence is suspended."),
            (self.in_absentia, "Somebody was convicted in absentia."),
            (self.lesser_charge, "Somebody was convicted of less than what was done."),
            (self.nullified, "Somebody convicted was pardoned or covered by an amnesty."),
            (self.resolved_by_death, "Somebody found responsible has died before a verdict."),
        )
        return tuple(sentence for is_raised, sentence in said if is_raised)


def flags_of(
    held: Iterable[tuple[CaseFact, ...]],
    facts: Sequence[CaseFact],
    slots: Slots,
    *,
    resolved_by_death: bool,
) -> ImpunityFlags:
    """Return the flags over the convictions in force, given as one tuple for each member held.

    A mark such as `lesser_charge` counts when every conviction of that member carries it: who is
    convicted of abuse of power and of murder is convicted of murder.
    """
    members = list(held)
    everyone = [conviction for own in members for conviction in own]
    return ImpunityFlags(
        final=_all_known(_is_final(one, facts, slots) for one in everyone),
        sentence_enforced=_all_known(_is_enforced(one, facts, slots) for one in everyone),
        in_absentia=any(all(one.in_absentia for one in own) for own in members),
        lesser_charge=any(all(one.lesser_charge for one in own) for own in members),
        nullified=any(_later(FactKind.PARDONED, one, facts, slots) for one in everyone),
        resolved_by_death=resolved_by_death,
    )


def _is_final(conviction: CaseFact, facts: Sequence[CaseFact], slots: Slots) -> bool | None:
    steps = [
        *_later(FactKind.APPEAL_FILED, conviction, facts, slots),
        *(one for kind in _SETTLING for one in _later(kind, conviction, facts, slots)),
    ]
    if not steps:
        return None
    return max(steps, key=fact_order).kind in _SETTLING


def _is_enforced(conviction: CaseFact, facts: Sequence[CaseFact], slots: Slots) -> bool | None:
    if _later(FactKind.SENTENCE_STARTED, conviction, facts, slots):
        return True
    return False if conviction.suspended_sentence else None


def _later(
    kind: FactKind, conviction: CaseFact, facts: Sequence[CaseFact], slots: Slots
) -> list[CaseFact]:
    return [
        fact
        for fact in facts
        if fact.kind is kind and concerns(fact, conviction, slots) and may_follow(fact, conviction)
    ]


def _all_known(answers: Iterable[bool | None]) -> bool | None:
    """Join three-valued answers: one False decides, one None leaves it open, none at all is None."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found or not found else True
