# SPDX-License-Identifier: Apache-2.0
"""How much goes unpunished, as readers get it: CPJ's index and share, UNESCO's rate, the rows behind.

Counts are of what a viewer may see: everybody's of published records, the desk's also of verified
ones, and each answer says how many of which. The formulas are the domain's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.domain.record import statistics_index as cpj
from app.domain.record import statistics_rates as rates
from app.domain.record.statistics import Counted, journalists_in
from app.domain.record.statistics_index import Index, IndexRow
from app.domain.record.statistics_populations import Population
from app.domain.visibility import Viewer
from app.domain.vocabulary import Category, JudicialStatus
from app.services.statistics_answers import BASE, Answer, When, behind, in_order, numbers, stamp
from app.services.statistics_levels import Asked
from app.services.statistics_rows import counted
from app.services.statistics_states import answers


def impunity_index(
    session: Session,
    viewer: Viewer,
    *,
    edition: int,
    when: When,
    now: datetime,
    populations: Mapping[str, Population] | None = None,
) -> Answer:
    """Return one edition of CPJ's index over this record."""
    incidents = _killings(session, viewer, when, now=now)
    found = cpj.index(incidents, edition=edition, as_of=when.as_of, populations=populations)
    share = rates.complete_impunity_share(incidents, found.window, as_of=when.as_of)
    rows = [_index_row(one, edition, when) for one in found.rows]
    return Answer(rows=rows, meta=_index_meta(found, share, when))


def _index_meta(found: Index, share: rates.Share, when: When) -> dict[str, Any]:
    apart = {
        "undecided": [_index_row(one, found.edition, when) for one in found.undecided],
        "below_threshold": [_index_row(one, found.edition, when) for one in found.below_threshold],
    }
    everywhere = (*found.rows, *found.undecided, *found.below_threshold)
    return {
        "edition": found.edition,
        "from": found.window.first,
        "to": found.window.last,
        "threshold": cpj.THRESHOLD,
        **stamp(when),
        "n": sum(one.unsolved.upper for one in everywhere),
        "verified": sum(one.verified for one in everywhere),
        "published": sum(one.published for one in everywhere),
        "not_assessed": found.not_assessed,
        "complete_impunity_share": _share_view(share),
        "territories": [
            {"name": name, "countries": list(members)} for members, name in cpj.TERRITORIES.items()
        ],
        **apart,
    }


def _index_row(one: IndexRow, edition: int, when: When) -> dict[str, Any]:
    rating = one.rating
    exact = one.unsolved.exact if one.is_one_number else None
    link = {"edition": str(edition), "country": ",".join(one.members), **when.parameters()}
    return {
        "country": one.country,
        "iso3": one.iso3,
        "name": one.name,
        "unsolved": exact,
        "unsolved_lower": one.unsolved.lower,
        "unsolved_upper": one.unsolved.upper,
        "population": one.population,
        "population_year": one.population_year,
        "rating": rating[0] if rating is not None and exact is not None else None,
        "rating_lower": rating[0] if rating is not None else None,
        "rating_upper": rating[1] if rating is not None else None,
        "verified": one.verified,
        "published": one.published,
        "reported": one.reported,
        "derived": one.derived,
        "not_assessed": one.not_assessed,
        "rows": f"{BASE}/impunity-index/rows?{urlencode(link)}",
    }


def index_rows(
    session: Session,
    viewer: Viewer,
    *,
    edition: int,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return every murder that an edition looks at, and how it counts."""
    window = cpj.window_of(edition)
    incidents = _killings(session, viewer, when, now=now, countries=countries)
    found = [
        behind(
            one,
            in_period=window.holds(one.happened),
            unsolved=cpj.is_unsolved(one).value,
            journalists=journalists_in(one),
        )
        for one in cpj.murders(incidents, window, when.as_of)
    ]
    return Answer(rows=in_order(found), meta={"edition": edition, **stamp(when), "n": len(found)})


def impunity_rate(
    session: Session,
    viewer: Viewer,
    *,
    edition: int,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return two shares for each country and for all: CPJ's of complete impunity, and UNESCO's rate.

    UNESCO's rests on published replies of States alone: where none is on record, it is null.
    """
    window = cpj.window_of(edition)
    incidents = _killings(session, viewer, when, now=now, countries=countries)
    said = {one: answer.status for one, answer in answers(session, when).items()}
    groups: dict[str | None, list[Counted]] = {None: incidents}
    for one in incidents:
        groups.setdefault(one.country, []).append(one)
    rows = [
        {
            "country": country,
            **_share_view(rates.complete_impunity_share(group, window, as_of=when.as_of)),
            **_state_view(rates.unesco_rate(group, _of(group, said), as_of=when.as_of)),
            "rows": _rate_link(edition, country, when),
            "unesco_rows": _state_link(country, when),
        }
        for country, group in sorted(groups.items(), key=lambda item: item[0] or "")
    ]
    asked = sum(rates.is_counted_killing(one, when.as_of) and one.id in said for one in incidents)
    meta = {
        "edition": edition,
        "from": window.first,
        "to": window.last,
        **stamp(when),
        **numbers(incidents),
        "unesco_since": rates.UNESCO_SINCE,
        "unesco_asked_about": asked,
        "unesco_note": _STATES_ASKED if asked else _NOBODY_ASKED,
    }
    return Answer(rows=rows, meta=meta)


_NOBODY_ASKED = "No State's answer is on record: UNESCO's rate rests on nothing else."
_STATES_ASKED = (
    "UNESCO's rate rests on published replies of States alone; a killing that no reply on record is "
    "about counts as one on which no information was given."
)


def _of(group: list[Counted], said: Mapping[str, JudicialStatus]) -> dict[str, JudicialStatus]:
    return {one.id: said[one.id] for one in group if one.id in said}


def _state_link(country: str | None, when: When) -> str:
    link = {"country": country} if country else {}
    return f"{BASE}/impunity-rate/rows?{urlencode({**link, **when.parameters()})}"


def _rate_link(edition: int, country: str | None, when: When) -> str:
    link = {"edition": str(edition), **({"country": country} if country else {})}
    return f"{BASE}/impunity-index/rows?{urlencode({**link, **when.parameters()})}"


def _share_view(share: rates.Share) -> dict[str, Any]:
    return {
        "murders_lower": share.assessed_lower,
        "murders_upper": share.assessed_upper,
        "complete_impunity_lower": share.unsolved_lower,
        "complete_impunity_upper": share.unsolved_upper,
        "not_assessed": share.not_assessed,
        "share_percent": share.lower if share.lower == share.upper else None,
        "share_percent_lower": share.lower,
        "share_percent_upper": share.upper,
    }


def _state_view(rate: rates.StateRate) -> dict[str, Any]:
    return {
        "unesco_killings": rate.killings,
        "unesco_answered": rate.answered,
        "unesco_unresolved": rate.unresolved,
        "unesco_resolved": rate.resolved,
        "unesco_no_information": rate.no_information,
        "unesco_rate_percent": rate.rate,
    }


def _killings(
    session: Session,
    viewer: Viewer,
    when: When,
    *,
    now: datetime,
    countries: tuple[str, ...] = (),
) -> list[Counted]:
    asked = Asked(
        as_of=when.as_of,
        known_at=when.known_at,
        countries=countries,
        category=Category.KILLING,
    )
    return counted(session, viewer, asked, now=now)
