# SPDX-License-Identifier: Apache-2.0
"""Incidents over time and victims by SDG code, as readers get them, with the rows behind each number.

Counts are of what a viewer may see: everybody's of published records, the desk's also of verified
ones, and each answer says how many of which. The formulas are the domain's.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import statistics_sdg as sdg
from app.domain.record import statistics_series as timeline
from app.domain.record.statistics import Counted, Holds, Window
from app.domain.record.statistics_series import Axis, Every
from app.domain.visibility import Viewer
from app.domain.vocabulary import Category, TargetKind
from app.services.statistics_answers import BASE, Answer, When, behind, in_order, numbers, stamp
from app.services.statistics_levels import Asked
from app.services.statistics_rows import counted
from app.storage.outlets import Outlet

CATEGORIES_OVERLAP = (
    "Counts of this axis overlap: an incident with several values is counted under each."
)


def sdg_16_10_1(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return victims by code, function, sex, age group, link to the State and country."""
    asked = Asked(as_of=when.as_of, known_at=when.known_at, countries=countries)
    incidents = counted(session, viewer, asked, now=now)
    found = sdg.count(incidents, window, as_of=when.as_of)
    link = {"from": window.first.isoformat(), "to": window.last.isoformat(), **when.parameters()}
    rows = [
        {
            "code": one.code.value,
            "function": one.function,
            "country": one.country,
            "sex": one.sex,
            "age_group": one.age_group,
            "state_link": one.state_link.value,
            "count": one.count,
            "rows": f"{BASE}/sdg-16-10-1/rows?"
            + urlencode(
                {
                    **link,
                    "country": one.country,
                    "code": one.code.value,
                    "function": one.function,
                    "sex": one.sex,
                    "age_group": one.age_group,
                    "state_link": one.state_link.value,
                }
            ),
        }
        for one in found.rows
    ]
    meta = {
        "label": sdg.LABEL,
        "from": window.first,
        "to": window.last,
        **stamp(when),
        "n": found.total,
        "verified": found.verified,
        "published": found.published,
        "not_assessed": found.not_assessed,
        "not_met": found.not_met,
        "out_of_scope": found.out_of_scope,
        "perhaps_in_period": found.perhaps_in_period,
        "uncounted_groups": found.uncounted_groups,
        "attempted_killings": found.attempted_killings,
    }
    return Answer(rows=rows, meta=meta)


def sdg_rows(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    countries: tuple[str, ...],
    code: sdg.Code | None,
    when: When,
    now: datetime,
    alike: Mapping[str, str | None] | None = None,
) -> Answer:
    """Return every victim the count looks at, with the code that is met, if one is.

    `alike` are the other values of a row of the count, by name; None of one means any.
    """
    wanted = {name: value for name, value in (alike or {}).items() if value is not None}
    asked = Asked(as_of=when.as_of, known_at=when.known_at, countries=countries)
    found: list[dict[str, Any]] = []
    for one in counted(session, viewer, asked, now=now):
        within = window.holds(one.happened)
        if within is Holds.NO or one.happened.counts_from > when.as_of:
            continue
        for victim in one.victims:
            met, is_open = sdg.code_of(one, victim)
            told = sdg.told_apart(one, victim)
            is_wanted = all(told[name] == value for name, value in wanted.items())
            if victim.kind is TargetKind.OUTLET or not is_wanted:
                continue
            if code is not None and met is not code:
                continue
            found.append(
                behind(
                    one,
                    in_period=within,
                    code=met.value if met else None,
                    may_be_another=is_open,
                    victims=victim.count,
                    **told,
                )
            )
    return Answer(rows=in_order(found), meta={**stamp(when), "n": len(found)})


def timeseries(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    every: Every,
    axis: Axis,
    countries: tuple[str, ...],
    category: Category | None,
    when: When,
    now: datetime,
) -> Answer:
    """Return how many incidents lie in each period, for each value of an axis."""
    asked = Asked(as_of=when.as_of, known_at=when.known_at, countries=countries, category=category)
    incidents = counted(session, viewer, asked, now=now)
    points = timeline.series(incidents, window, every=every, axis=axis, as_of=when.as_of)
    labels = _outlet_names(session, points) if axis is Axis.OUTLET else {}
    shared = {"axis": axis.value, **when.parameters()}
    shared |= {"country": ",".join(countries)} if countries else {}
    shared |= {"category": category.value} if category else {}
    rows = [
        {
            "period": one.period,
            "start": one.window.first,
            "end": one.window.last,
            "axis": axis.value,
            "value": one.value,
            "label": labels.get(one.value, one.value),
            "count": one.count,
            "perhaps": one.perhaps,
            "verified": one.verified,
            "published": one.published,
            "rows": f"{BASE}/timeseries/rows?"
            + urlencode(
                {
                    "from": one.window.first.isoformat(),
                    "to": one.window.last.isoformat(),
                    "value": one.value,
                    **shared,
                }
            ),
        }
        for one in points
    ]
    meta: dict[str, Any] = {
        "from": window.first,
        "to": window.last,
        "every": every.value,
        "axis": axis.value,
    }
    slots = [slot for _, slot in timeline.periods(window, every)]
    whole = Window(slots[0].first, slots[-1].last)
    meta |= {**stamp(when), **numbers(_within(incidents, whole, when))}
    meta |= {"note": CATEGORIES_OVERLAP} if axis in timeline.OVERLAPPING else {}
    return Answer(rows=rows, meta=meta)


def timeseries_rows(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    axis: Axis,
    value: str | None,
    countries: tuple[str, ...],
    category: Category | None,
    when: When,
    now: datetime,
) -> Answer:
    """Return the incidents behind a point: those that lie, or may lie, in these days."""
    asked = Asked(as_of=when.as_of, known_at=when.known_at, countries=countries, category=category)
    found = [
        behind(one, in_period=window.holds(one.happened))
        for one in _within(counted(session, viewer, asked, now=now), window, when)
        if value is None or value in timeline.values_of(one, axis)
    ]
    return Answer(rows=in_order(found), meta={**stamp(when), "n": len(found)})


def _outlet_names(session: Session, points: Iterable[timeline.Point]) -> dict[str, str]:
    """Return the names of the outlets that are counted: each stands in an incident that is seen."""
    ids = {uuid.UUID(one.value) for one in points if one.value != timeline.UNKNOWN}
    rows = session.execute(sa.select(Outlet.id, Outlet.name).where(Outlet.id.in_(ids)))
    return {str(outlet_id): name for outlet_id, name in rows}


def _within(incidents: Iterable[Counted], window: Window, when: When) -> list[Counted]:
    return [
        one
        for one in incidents
        if one.happened.counts_from <= when.as_of and window.holds(one.happened) is not Holds.NO
    ]
