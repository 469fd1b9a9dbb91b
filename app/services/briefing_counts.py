# SPDX-License-Identifier: Apache-2.0
"""The numbers of a briefing. An incident counts in a period where all its possible days lie within.

Where only some do it is counted apart, as perhaps. Never here: words.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.record.statistics import Holds, Window
from app.domain.record.statistics_rates import percent
from app.domain.vocabulary import IMPUNITY_APPLICABLE, Category, Impunity
from app.services.briefing_material import Told

ASSESSED = (Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY, Impunity.FULL_JUSTICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many incidents lie certainly, and how many perhaps, within a period; also by category."""

    surely: int
    perhaps: int
    by_category: dict[Category, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the assessed incidents stand in complete impunity."""

    complete: int
    assessed: int
    not_assessed: int

    @property
    def percent(self) -> float | None:
        """The share in percent; None where nothing is assessed."""
        return percent(self.complete, self.assessed)


def media(incidents: Iterable[Told]) -> list[Told]:
    """Return those against the media."""
    return [one for one in incidents if one.is_media]


def surely(incidents: Iterable[Told]) -> list[Told]:
    """Return those that certainly lie within the period."""
    return [one for one in incidents if one.holds is Holds.YES]


def crimes(incidents: Iterable[Told]) -> list[Told]:
    """Return what is counted of crimes somebody can be held to account for, wherever they are told."""
    return [
        one
        for one in surely(media(incidents))
        if any(kind in IMPUNITY_APPLICABLE for kind, _ in one.kinds)
    ]


def tally(incidents: Iterable[Told], window: Window) -> Tally:
    """Count the incidents against the media in a period."""
    sure: Counter[Category] = Counter()
    perhaps: Counter[Category] = Counter()
    totals: Counter[Holds] = Counter()
    for one in media(incidents):
        holds = window.holds(one.happened)
        totals[holds] += 1
        for category in {category for category, _ in one.kinds}:
            if holds is Holds.YES:
                sure[category] += 1
            elif holds is Holds.PERHAPS:
                perhaps[category] += 1
    return Tally(
        surely=totals[Holds.YES],
        perhaps=totals[Holds.PERHAPS],
        by_category={
            one: (sure[one], perhaps[one]) for one in Category if sure[one] or perhaps[one]
        },
    )


def level_of(one: Told) -> Impunity:
    """Return the level of impunity of an incident."""
    return Impunity(one.document["impunity"]["level"])


def levels(incidents: Iterable[Told]) -> dict[Impunity, int]:
    """Count incidents by level, where a level applies."""
    counts = Counter(level_of(one) for one in incidents)
    return {one: counts[one] for one in Impunity if counts[one] and one != "not_applicable"}


def share(incidents: Iterable[Told]) -> Share:
    """Return the share of complete impunity."""
    counts = levels(incidents)
    return Share(
        complete=counts.get(Impunity.COMPLETE_IMPUNITY, 0),
        assessed=sum(counts.get(one, 0) for one in ASSESSED),
        not_assessed=counts.get(Impunity.NOT_ASSESSED, 0),
    )
