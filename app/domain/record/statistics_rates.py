# SPDX-License-Identifier: Apache-2.0
"""Two shares of impunity that are not each other: CPJ's over what courts did, UNESCO's over replies.

CPJ's companion to its index: the share of murders whose killers went wholly unpunished. UNESCO's rate
rests on what States answer, and on nothing else. Sources: cpj.org, Global Impunity Index; UNESCO
Director-General's reports on the safety of journalists.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.record.statistics import Counted, Holds, Window, both, journalists_in
from app.domain.record.statistics_index import is_unsolved, murders
from app.domain.vocabulary import Category, Impunity, JudicialStatus, Motive, PersonRole

UNESCO_SINCE = date(2006, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of complete impunity: murders with a known level, and how many of them unsolved."""

    assessed_lower: int
    assessed_upper: int
    unsolved_lower: int
    unsolved_upper: int
    not_assessed: int
    lower: float | None
    upper: float | None


_ASSESSED = frozenset(
    {Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY, Impunity.FULL_JUSTICE}
)


def complete_impunity_share(incidents: Iterable[Counted], window: Window, *, as_of: date) -> Share:
    """Return the share of murders in complete impunity among those of known level, in percent.

    Where a date or a level leaves it open, the lower bound takes every doubtful murder as solved or
    outside, whichever lowers the share; the upper bound takes the other side.
    """
    counts: Counter[str] = Counter()
    for one in murders(incidents, window, as_of):
        number = journalists_in(one)
        within, unsolved = window.holds(one.happened), is_unsolved(one)
        if one.level not in _ASSESSED and unsolved is not Holds.PERHAPS:
            counts["not_assessed"] += number
        elif both(within, unsolved) is Holds.YES:
            counts["surely_unsolved"] += number
        elif within is Holds.YES and unsolved is Holds.NO:
            counts["surely_solved"] += number
        elif within is Holds.YES:
            counts["within_perhaps_unsolved"] += number
        elif unsolved is Holds.YES:
            counts["perhaps_within_unsolved"] += number
        elif unsolved is Holds.NO:
            counts["perhaps_within_solved"] += number
        else:
            counts["all_open"] += number
    return _share(counts)


def _share(counts: Counter[str]) -> Share:
    surely, solved = counts["surely_unsolved"], counts["surely_solved"]
    open_level, open_both = counts["within_perhaps_unsolved"], counts["all_open"]
    may_add, may_dilute = counts["perhaps_within_unsolved"], counts["perhaps_within_solved"]
    most_unsolved = surely + open_level + open_both + may_add
    lower = percent(surely, surely + solved + open_level + may_dilute + open_both)
    # Where only murders of one kind may lie within, the share is theirs as soon as one does.
    upper = percent(most_unsolved, most_unsolved + solved)
    return Share(
        assessed_lower=surely + solved + open_level,
        assessed_upper=surely + solved + open_level + open_both + may_add + may_dilute,
        unsolved_lower=surely,
        unsolved_upper=most_unsolved,
        not_assessed=counts["not_assessed"],
        lower=lower if lower is not None or not may_add else 100.0,
        upper=upper if upper is not None or not may_dilute else 0.0,
    )


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent with one decimal; None of nothing.

    >>> percent(226, 278), percent(0, 0)
    (81.3, None)
    """
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRate:
    """UNESCO's rate over killings since 2006, with what it rests on.

    `rate` is None where no State's answer is on record: that nothing was recorded is not that a
    State said nothing.
    """

    killings: int
    answered: int
    unresolved: int
    resolved: int
    no_information: int
    rate: float | None


def unesco_rate(
    incidents: Iterable[Counted], answers: dict[str, JudicialStatus], *, as_of: date
) -> StateRate:
    """Return unresolved killings over all killings recorded since 2006, in percent.

    `answers` holds what States said, by incident id. A killing without one counts as one on which no
    information was given, as soon as a State was asked about any of those that are counted.
    """
    counts: Counter[JudicialStatus] = Counter()
    answered = 0
    is_asked = False
    for one in incidents:
        if not is_counted_killing(one, as_of):
            continue
        number = killed_in(one)
        said = answers.get(one.id)
        is_asked = is_asked or said is not None
        answered += number if said not in (None, JudicialStatus.NO_INFORMATION) else 0
        counts[said or JudicialStatus.NO_INFORMATION] += number
    total = counts.total()
    resolved = counts[JudicialStatus.RESOLVED]
    return StateRate(
        killings=total,
        answered=answered,
        unresolved=counts[JudicialStatus.ONGOING_OR_UNRESOLVED],
        resolved=resolved,
        no_information=counts[JudicialStatus.NO_INFORMATION],
        rate=percent(total - resolved, total) if is_asked else None,
    )


_MEDIA = frozenset(
    {
        PersonRole.JOURNALIST,
        PersonRole.EDITOR,
        PersonRole.PHOTOJOURNALIST,
        PersonRole.BLOGGER_CITIZEN_JOURNALIST,
        PersonRole.MEDIA_WORKER,
    }
)


def killed_in(incident: Counted) -> int:
    """Return how many journalists and media workers an act was aimed at."""
    return sum(one.count or 0 for one in incident.victims if one.primary_role in _MEDIA)


def is_counted_killing(incident: Counted, as_of: date) -> bool:
    """Whether this is a killing since 2006 that was not for other reasons; one perhaps before is left out."""
    return (
        Category.KILLING in incident.categories
        and incident.motive is not Motive.NOT_WORK_RELATED
        and incident.happened.earliest >= UNESCO_SINCE
        and incident.happened.counts_from <= as_of
        and killed_in(incident) > 0
    )
