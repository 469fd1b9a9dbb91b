# SPDX-License-Identifier: Apache-2.0
"""The figures of a briefing, each with the sentence that says the same; none where it would say nothing.

A chart needs three dated incidents in two stretches of time; a map three countries to compare.
"""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.briefing import ChartKind, Figure, Point
from app.domain.record.statistics import Holds, Window
from app.domain.record.statistics_series import Every, periods
from app.domain.visibility import Viewer
from app.domain.vocabulary import Category, IncidentScope
from app.services import briefing_counts as counts
from app.services.briefing_labels import label
from app.services.briefing_material import Audience, Material, Told
from app.services.briefing_texts import Texts
from app.storage.incidents import VERIFIED, Incident, visible_to

_SERIES = 6
_LEAST_INCIDENTS, _LEAST_PERIODS, _LEAST_COUNTRIES = 3, 2, 3


def chart(texts: Texts, material: Material) -> Figure | None:
    """Draw the incidents against the media over time by category."""
    found = counts.surely(counts.media(material.incidents))
    is_long = material.window.last.year > material.window.first.year
    every = Every.YEAR if is_long else Every.QUARTER
    slots = periods(material.window, every)
    placed = [(name, one) for one in found if (name := _place(one, slots)) is not None]
    if len(placed) < _LEAST_INCIDENTS or len({name for name, _ in placed}) < _LEAST_PERIODS:
        return None
    series = _series(texts, [one for _, one in placed])
    tallies = Counter(
        (name, said)
        for name, one in placed
        # Two of its kinds may stand in the series of the rest, which counts it once.
        for said in {series[category] for category, _ in one.kinds}
    )
    names = list(dict.fromkeys(series.values()))
    parts = [
        texts.say("chart_part", x=name, series=one, n=tallies[name, one])
        for name, _ in slots
        for one in names
        if tallies[name, one]
    ]
    left = counts.tally(material.incidents, material.window)
    missing = left.surely + left.perhaps - len(placed)
    said = texts.say(
        "chart_said",
        incidents=texts.count("incidents", len(placed)),
        unit=texts.say(f"chart_unit_{every.value}"),
        parts="; ".join(parts),
    )
    if missing:
        said += " " + texts.say("chart_left", incidents=texts.count("incidents", missing))
    return Figure(
        kind=ChartKind.BARS,
        caption=texts.say("chart"),
        alternative=said,
        x_label=texts.say(f"chart_x_{every.value}"),
        y_label=texts.say("chart_y"),
        points=tuple(
            Point(x=name, y=tallies[name, one], series=one) for name, _ in slots for one in names
        ),
    )


def _place(one: Told, slots: Sequence[tuple[str, Window]]) -> str | None:
    """Return the one stretch of time an incident certainly lies in."""
    return next((name for name, slot in slots if slot.holds(one.happened) is Holds.YES), None)


def _series(texts: Texts, incidents: Sequence[Told]) -> dict[Category, str]:
    """Name a series for each category; the rarest share one, so that colours can be told apart."""
    frequent = Counter(category for one in incidents for category, _ in one.kinds)
    order = sorted(frequent, key=lambda one: (-frequent[one], list(Category).index(one)))
    kept = order if len(order) <= _SERIES else order[: _SERIES - 1]
    rest = texts.say("chart_other")
    return {one: label(texts, one) if one in kept else rest for one in order}


def world(session: Session, reader: Viewer, texts: Texts, material: Material) -> Figure | None:
    """Draw the incidents of the same period by country."""
    window = material.window
    query = (
        sa.select(Incident.country, sa.func.count())
        .where(
            visible_to(reader),
            Incident.status.in_(VERIFIED if material.audience is Audience.DESK else VERIFIED[1:]),
            Incident.scope == IncidentScope.MEDIA,
            Incident.date_earliest >= window.first,
            Incident.date_latest <= window.last,
        )
        .group_by(Incident.country)
    )
    found = dict(iter(session.execute(query)))
    if len(found) < _LEAST_COUNTRIES or material.country not in found:
        return None
    order = sorted(found, key=lambda code: (-found[code], code))
    parts = [f"{texts.country(code)}: {found[code]}" for code in order[:10]]
    return Figure(
        kind=ChartKind.MAP,
        caption=texts.say("map"),
        alternative=texts.say("map_said", parts="; ".join(parts)),
        x_label=texts.of("facts", "country"),
        y_label=texts.say("map_y"),
        points=tuple(Point(x=code, y=found[code]) for code in order),
    )
