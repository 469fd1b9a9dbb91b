# SPDX-License-Identifier: Apache-2.0
"""Figures: what is drawn, what is a gap, and what is grey."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import app.exports.charts as charts_module
from app.domain.countries import COUNTRIES
from app.domain.record.briefing import Figure
from app.exports.charts import LAND, figure_spec, figure_svg
from tests.exports.briefing_sample import BARS, LINES, WORLD

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("figure", [BARS, LINES, WORLD], ids=["bars", "lines", "map"])
def test_every_kind_is_drawn_by_itself(figure: Figure) -> None:
    """A figure is one SVG that asks no other host for anything and runs no script."""
    drawn = figure_svg(figure)

    root = ET.fromstring(drawn)
    assert root.tag == f"{_SVG}svg"
    assert "<script" not in drawn
    assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_words_stay_words() -> None:
    """The letters of a figure are text in the font that is asked for, so that they can be read aloud."""
    drawn = figure_svg(BARS, font="Libertinus Serif")

    texts = {"".join(one.itertext()) for one in ET.fromstring(drawn).iter(f"{_SVG}text")}
    assert {"Шабуылдар", "Суд қудалауы", "2012", "Жыл"} <= texts
    assert "Libertinus Serif" in drawn


def test_an_unknown_value_is_a_gap() -> None:
    """A year nobody knows breaks the line: two points are drawn, and no line leads over the third."""
    root = ET.fromstring(figure_svg(LINES))

    points = [one for one in root.iter(f"{_SVG}path") if one.get("aria-roledescription") == "point"]
    strokes = [
        one.get("d", "") for one in root.iter(f"{_SVG}path") if one.get("stroke-width") == "2"
    ]
    years = "".join(strokes)
    assert len(points) == 2
    assert "L" not in years.replace("L0,0", "")


def test_a_country_without_a_value_stays_grey() -> None:
    """Countries nobody counted keep the colour of land; an unknown value takes no shade either."""
    drawn = figure_svg(WORLD)

    fills = [one.get("fill") for one in ET.fromstring(drawn).iter(f"{_SVG}path")]
    shaded = [one for one in fills if one not in (None, LAND, "none", "transparent")]
    assert fills.count(LAND) > 170
    assert len(set(shaded)) >= 2


def test_every_border_has_a_country_of_ours() -> None:
    """Every id of the map is a country of the record, and Kazakhstan is there."""
    path = Path(charts_module.__file__).parent / "geography" / "countries.json"
    found = json.loads(path.read_text())["objects"]["countries"]["geometries"]

    ids = {one["id"] for one in found if "id" in one}
    assert "KZ" in ids
    assert ids <= set(COUNTRIES)


def test_a_map_names_its_projection() -> None:
    """Areas can be compared: the projection keeps them true."""
    assert figure_spec(WORLD)["projection"] == {"type": "equalEarth"}
