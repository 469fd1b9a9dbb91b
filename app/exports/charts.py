# SPDX-License-Identifier: Apache-2.0
"""Charts and maps as Vega-Lite, drawn to SVG or PNG without a browser and without a network.

One set of specifications (Altair) for pages and briefings. Needs the `documents` extra. Never here:
what is counted (app/services), or how a page places a figure.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import msgspec
import vl_convert

from app.domain.record.briefing import ChartKind, Figure

INK = "#1b1a17"
SOFT = "#59554c"
RULE = "#d8d3c5"
LAND = "#e6e2d6"
# Told apart by those who see no red or green, and in grey print; the accent of the pages leads.
SERIES = ("#a62b1c", "#2b5c7e", "#c98a1b", "#6d6a75", "#5f7a3a", "#8f5b86", "#1b1a17", "#9fb8c6")
SERIF = "Libertinus Serif"

_BORDERS = Path(__file__).parent / "geography" / "countries.json"


def figure_svg(figure: Figure, *, font: str = SERIF, width: int = 520) -> str:
    """Draw a figure as an SVG of about this width in pixels, its words as text in this font."""
    return vl_convert.vegalite_to_svg(figure_spec(figure, font=font, width=width))


def figure_spec(figure: Figure, *, font: str = SERIF, width: int = 520) -> dict[str, Any]:
    """Return the Vega-Lite specification of a figure, its data within."""
    draw: dict[ChartKind, Callable[[Figure, int], alt.Chart | alt.LayerChart]] = {
        ChartKind.BARS: _bars,
        ChartKind.LINES: _lines,
        ChartKind.MAP: _map,
    }
    spec: dict[str, Any] = draw[figure.kind](figure, width).to_dict()
    return spec | {"config": {"font": font, **_LOOK}}


_LOOK = {
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
}


def _rows(figure: Figure) -> alt.InlineData:
    rows = [{"x": one.x, "y": one.y, "series": one.series} for one in figure.points]
    return alt.InlineData(values=rows)


def _axes(figure: Figure) -> tuple[alt.X, alt.Y]:
    places = list(dict.fromkeys(one.x for one in figure.points))
    axis = _count_axis(figure) if _are_counts(figure) else alt.Axis()
    return (
        alt.X(
            "x:O",
            title=figure.x_label,
            sort=places,
            axis=alt.Axis(labelAngle=0),
            scale=alt.Scale(padding=0.35),
        ),
        alt.Y("y:Q", title=figure.y_label, axis=axis),
    )


def _are_counts(figure: Figure) -> bool:
    return all(one.y == int(one.y) for one in figure.points if one.y is not None)


def _count_axis(figure: Figure) -> alt.Axis:
    """Return an axis of whole numbers: half an incident is not marked."""
    totals: dict[str, float] = {}
    for one in figure.points:
        is_stacked = figure.kind is ChartKind.BARS
        before = totals.get(one.x, 0.0)
        totals[one.x] = before + (one.y or 0) if is_stacked else max(before, one.y or 0)
    highest = int(max(totals.values(), default=0))
    if highest <= _FEW:
        return alt.Axis(values=list(range(highest + 1)), format="d")
    return alt.Axis(tickMinStep=1, format="d")


_FEW = 8


def _colour(figure: Figure) -> alt.Color | alt.ColorValue:
    series = list(dict.fromkeys(one.series for one in figure.points))
    if len(series) < 2:
        return alt.ColorValue(SERIES[0])
    return alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=series, range=list(SERIES)),
        legend=alt.Legend(orient="bottom", columns=2, labelLimit=0, symbolLimit=0),
    )


def _bars(figure: Figure, width: int) -> alt.Chart:
    return _drawn(alt.Chart(_rows(figure)).mark_bar(cornerRadius=1), figure, width)


def _lines(figure: Figure, width: int) -> alt.Chart:
    # A value nobody knows breaks the line: it is a gap, never a zero.
    mark = alt.Chart(_rows(figure)).mark_line(point=True, invalid="break-paths-show-domains")
    return _drawn(mark, figure, width)


def _drawn(chart: alt.Chart, figure: Figure, width: int) -> alt.Chart:
    x, y = _axes(figure)
    return chart.encode(x=x, y=y, color=_colour(figure)).properties(width=width - 60, height=220)


def _map(figure: Figure, width: int) -> alt.LayerChart:
    height = round(width * 0.48)
    countries = alt.InlineData(
        values=_borders(), format=alt.TopoDataFormat(type="topojson", feature="countries")
    )
    highest = max((one.y for one in figure.points if one.y is not None), default=0)
    shade = alt.Color(
        "y:Q",
        title=figure.y_label,
        scale=alt.Scale(domain=[0, max(highest, 1)], range=["#f3d9d0", SERIES[0]]),
        legend=alt.Legend(
            orient="bottom-left",
            direction="horizontal",
            gradientLength=120,
            tickMinStep=1,
            format="d",
        ),
    )
    # The grey base first: a country without data is grey, never the lowest shade.
    base = alt.Chart(countries).mark_geoshape(fill=LAND, stroke="white", strokeWidth=0.4)
    data = (
        alt.Chart(countries)
        .mark_geoshape(stroke="white", strokeWidth=0.4)
        .transform_lookup("id", alt.LookupData(data=_rows(figure), key="x", fields=["y"]))
        .transform_filter("isValid(datum.y)")
        .encode(color=shade)
    )
    layers = alt.LayerChart(layer=[base, data], width=width, height=height)
    return layers.project(type="equalEarth")


@lru_cache(maxsize=1)
def _borders() -> dict[str, Any]:
    borders: dict[str, Any] = msgspec.json.decode(_BORDERS.read_bytes())
    return borders
