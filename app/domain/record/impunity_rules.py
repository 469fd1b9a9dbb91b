# SPDX-License-Identifier: Apache-2.0
"""The table that turns what was found about an incident into a level of impunity.

Rows are read from the top; the first that applies decides. Ids are stable and documented; adding a
row or changing one is a change of methodology. Nothing here reads a fact: impunity.py finds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.record.responsibility import Member, Responsible
from app.domain.vocabulary import Impunity, Instigation


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the rules look at."""

    is_applicable: bool
    is_verified: bool
    is_assessed: bool
    responsible: Responsible
    instigation: Instigation

    @property
    def held(self) -> list[Member]:
        """The members whom a conviction in force holds."""
        return [one for one in self.responsible.members if one.held]

    @property
    def missing(self) -> list[Member]:
        """The members whom no conviction holds."""
        return [one for one in self.responsible.members if not one.held]

    @property
    def order_is_settled(self) -> bool:
        """Whether it is known that nobody ordered the act, or established that somebody did."""
        return self.instigation in (
            Instigation.ESTABLISHED,
            Instigation.NOT_SUSPECTED,
            Instigation.RULED_OUT,
        )

    @property
    def everybody_is_held(self) -> bool:
        """Whether nobody is missing, at least one is identified, and nobody escaped by dying."""
        return (
            not self.missing
            and any(one.identified for one in self.held)
            and not self.responsible.resolved_by_death
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: an id, the level it gives, the sentence shown, and when it applies."""

    id: str
    level: Impunity
    sentence: str
    applies: Callable[[Findings], bool]


NOT_CHECKED = "impunity.not_checked"
"""The row that leaves room for what an outside assessor reports."""

REPORTED = "impunity.reported"
"""Not a row of the table: the level is somebody else's, and named as theirs."""

RULES: tuple[Rule, ...] = (
    Rule(
        "impunity.not_applicable",
        Impunity.NOT_APPLICABLE,
        "No category of this incident is a crime somebody could be held to account for.",
        lambda found: not found.is_applicable,
    ),
    Rule(
        "impunity.unverified",
        Impunity.NOT_ASSESSED,
        "Unverified: no second person has verified the incident.",
        lambda found: not found.is_verified,
    ),
    Rule(
        NOT_CHECKED,
        Impunity.NOT_ASSESSED,
        "Not checked: no fact about proceedings counts, and nobody noted having looked for any.",
        lambda found: not found.is_assessed,
    ),
    Rule(
        "impunity.nobody_held",
        Impunity.COMPLETE_IMPUNITY,
        "No conviction is in force.",
        lambda found: not found.held,
    ),
    Rule(
        "impunity.everybody_held",
        Impunity.FULL_JUSTICE,
        "Everybody responsible is convicted, and whether somebody ordered the act is settled.",
        lambda found: found.everybody_is_held and found.order_is_settled,
    ),
    Rule(
        "impunity.somebody_missing",
        Impunity.PARTIAL_IMPUNITY,
        "Some of those responsible are convicted, not all.",
        lambda found: bool(found.missing),
    ),
    Rule(
        "impunity.resolved_by_death",
        Impunity.PARTIAL_IMPUNITY,
        "Somebody found responsible died before a verdict; justice cannot be complete.",
        lambda found: bool(found.responsible.resolved_by_death),
    ),
    Rule(
        "impunity.order_not_settled",
        Impunity.PARTIAL_IMPUNITY,
        "Everybody known is convicted, but whether somebody ordered the act is not settled.",
        lambda found: bool(found.held),
    ),
)


def first_rule(found: Findings) -> Rule:
    """Return the first row that applies; the rows cover every case."""
    return next(rule for rule in RULES if rule.applies(found))
