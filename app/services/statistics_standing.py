# SPDX-License-Identifier: Apache-2.0
"""How many outlets are in which condition and people in which standing, on a day, as known at a time.

The rows behind each number are counted by the same reading, so that they add up to it.
"""

from collections import defaultdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.domain.record.statistics_series import NONE_ON_RECORD
from app.domain.visibility import Viewer
from app.domain.vocabulary import PersonStanding
from app.services import outlet_views, standings
from app.services.outlet_views import OutletFilter
from app.services.statistics_answers import BASE, Answer, When
from app.storage import reached
from app.storage.people import Person

Row = dict[str, Any]


class OutletBy(StrEnum):
    """By what outlets are told apart."""

    STATUS = "status"
    PUBLICATION = "publication"
    REACHABILITY = "reachability"
    BASE = "base"
    GROUND = "ground"


GROUPS = (
    "A group of outlets that a source does not name is no number: groups stand beside the count."
)
LAST_WORD = (
    "By the last that is on record. `past_presumed_end` are those imprisoned whose sentence would "
    "have ended, while no release is on record."
)


def outlet_conditions(
    session: Session,
    viewer: Viewer,
    *,
    axis: OutletBy,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return how many outlets have each value, by country; groups apart."""
    tallies: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for one in _outlets(session, viewer, countries, when, now=now):
        tallies[one["country"], _value(one, axis)].append(one)
    rows = []
    for (country, value), found in sorted(tallies.items()):
        link = {"axis": axis.value, "value": value, "country": country, **when.parameters()}
        groups = sum(one["is_group"] for one in found)
        rows.append(
            {
                "country": country,
                "axis": axis.value,
                "value": value,
                "count": len(found) - groups,
                "groups": groups,
                "rows": f"{BASE}/outlets/rows?{urlencode(link)}",
            }
        )
    meta = {
        "axis": axis.value,
        **_moment(when),
        "n": sum(row["count"] for row in rows),
        "groups": sum(row["groups"] for row in rows),
        "note": GROUPS,
    }
    return Answer(rows=rows, meta=meta)


def outlet_rows(
    session: Session,
    viewer: Viewer,
    *,
    axis: OutletBy,
    value: str | None,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return the outlets behind a number, each with its whole condition; groups among them."""
    found = [
        {**one, "url": f"/api/v1/outlets/{one['id']}"}
        for one in _outlets(session, viewer, countries, when, now=now)
        if value is None or _value(one, axis) == value
    ]
    return Answer(rows=found, meta={**_moment(when), "n": len(found)})


def _outlets(
    session: Session, viewer: Viewer, countries: tuple[str, ...], when: When, *, now: datetime
) -> list[Row]:
    found = outlet_views.list_outlet_views(
        session, viewer, OutletFilter(), now=now, when=when, limit=None
    )
    return [one for one in found if not countries or one["country"] in countries]


def _value(one: Row, axis: OutletBy) -> str:
    said = one[axis.value]
    return NONE_ON_RECORD if said is None else str(said)


def people_by_standing(
    session: Session,
    viewer: Viewer,
    *,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return how many people have each standing, by country."""
    tallies: dict[tuple[str, PersonStanding], list[Row]] = defaultdict(list)
    for one in _people(session, viewer, countries, when, now=now):
        tallies[one["country"], one["state"]].append(one)
    rows = []
    for (country, state), found in sorted(tallies.items()):
        link = {"state": state.value, "country": country, **when.parameters()}
        rows.append(
            {
                "country": country,
                "state": state.value,
                "count": len(found),
                "past_presumed_end": sum(one["is_past_presumed_end"] for one in found),
                "rows": f"{BASE}/people/rows?{urlencode(link)}",
            }
        )
    meta = {**_moment(when), "n": sum(row["count"] for row in rows), "note": LAST_WORD}
    return Answer(rows=rows, meta=meta)


def people_rows(
    session: Session,
    viewer: Viewer,
    *,
    state: PersonStanding | None,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return the people behind a number, each with the incidents and facts that say so."""
    found = [
        one
        for one in _people(session, viewer, countries, when, now=now)
        if state is None or one["state"] is state
    ]
    return Answer(rows=found, meta={**_moment(when), "n": len(found)})


def _people(
    session: Session, viewer: Viewer, countries: tuple[str, ...], when: When, *, now: datetime
) -> list[Row]:
    """Return everybody whom something on record by that day was aimed at."""
    rows = reached.list_people(session, viewer, country=None, q=None, limit=None, after=None)
    placed = standings.standings_of(session, viewer, rows, when, now=now)
    found = [
        _person(row, standings.standing_view(placed[row.id], when), placed[row.id].country)
        for row in rows
        if row.id in placed and placed[row.id].is_on_record and placed[row.id].country
    ]
    return [one for one in found if not countries or one["country"] in countries]


def _person(row: Person, view: Row, country: str | None) -> Row:
    return {
        "person": row.id,
        "name": row.name,
        "url": f"/api/v1/people/{row.id}",
        "country": country,
        **view,
    }


def _moment(when: When) -> Row:
    return {"as_of": when.as_of, "known_at": when.known_at}
