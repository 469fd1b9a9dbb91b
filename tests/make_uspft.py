# SPDX-License-Identifier: Apache-2.0
"""Made files in the shape of the U.S. Press Freedom Tracker's: invented people, its habits kept.

The export of 2020 writes every value as Python's `str` of it, parts several values with `, `, gives the
full address as `slug`, and leaves scripts and new lines in `body`. Both CSVs quote as Python's writer does.
"""

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.make_cpj import columns

EXPORT = (
    "title", "slug", "first_published_at", "last_published_at", "latest_revision_created_at", "updates",
    "categories", "links", "equipment_seized", "equipment_broken", "authors", "targeted_journalists",
    "date", "exact_date_unknown", "city", "state", "body", "teaser", "arrest_status",
    "status_of_charges", "unnecessary_use_of_force", "lawsuit_name", "status_of_seized_equipment",
    "actor", "border_point", "stopped_at_border", "assailant", "was_journalist_targeted",
    "subpoena_type", "subpoena_statuses", "targeted_institutions", "tags", "current_charges",
)  # fmt: skip
"""Columns of 2020, should the list of all be absent."""

API = (
    "title", "url", "first_published_at", "last_published_at", "date", "exact_date_unknown", "city",
    "longitude", "latitude", "body", "introduction", "teaser", "arresting_authority", "arrest_status",
    "status_of_charges", "actor", "assailant", "links", "equipment_seized", "state",
    "targeted_institutions", "tags", "categories", "targeted_journalists",
)  # fmt: skip
"""Columns of the API's CSV, likewise."""

SITE = "https://pressfreedomtracker.us/all-incidents/"

BODY = """<div class="block-rich_text"><div class="rich-text"><p>Sample reporter A&nbsp;B was
shoved, &amp;amp; held for <b>two&nbsp;hours</b>.</p></div></div>
<div class="block-raw_html"><script async src="https://platform.example/widgets.js"
charset="utf-8"></script><script>
var x = "</p>"; if (1 < 2) { document.write("<b>never</b>") }
</script></div>
<blockquote class="tweet">&lt;script&gt;alert(1)&lt;/script&gt; said, "a "quoted" word"</blockquote>"""

_BLANK: Mapping[str, object] = {
    "exact_date_unknown": False,
    "stopped_at_border": False,
    "stopped_previously": False,
    "unnecessary_use_of_force": False,
    "is_search_warrant_obtained": False,
    "held_in_contempt": "unknown",
    "charged_under_espionage_act": False,
    "was_journalist_targeted": "unknown",
    "assailant": "unknown",
    "actor": "unknown",
    "subpoena_statuses": "['PENDING']",
    "updates": "",
    "tags": "",
    "links": "",
    "categories": "",
    "targeted_journalists": "",
    "targeted_institutions": "",
    "equipment_seized": "",
    "equipment_broken": "",
    "current_charges": "",
    "dropped_charges": "",
    "authors": "",
}
"""What the code of 2020 wrote where nothing was entered; every other column was `None`."""


def incident(page: str, /, **cells: object) -> dict[str, object]:
    """One arrest in 2020; `cells` change or add columns."""
    return {
        "title": f"Reporter arrested: {page}",
        "slug": f"{SITE}{page}/",
        "first_published_at": "2020-06-04 15:02:33.120000+00:00",
        "last_published_at": "2020-07-01 10:00:00+00:00",
        "latest_revision_created_at": "2020-07-01 10:00:00+00:00",
        "categories": "Arrest / Criminal Charge",
        "targeted_journalists": "Sample Person (Sample Daily)",
        "date": "2020-06-01",
        "city": "Oakland",
        "state": "California (CA)",
        "body": BODY,
        "teaser": "<p>A reporter was arrested.</p>",
        "arrest_status": "arrested and released",
        "status_of_charges": "charges dropped",
        "tags": "protest, Black Lives Matter",
        **cells,
    }


def export(*rows: Mapping[str, object], totals: bool = False) -> bytes:
    """The export of 2020; `totals` adds what a spreadsheet writes beneath it."""
    names = columns("uspft_export_2020.csv", EXPORT)
    table = [[str({**_BLANK, **row}.get(name)) for name in names] for row in rows]
    if totals:
        table.append([f"Total: {len(rows)}", *[""] * (len(names) - 1)])
    return _table(names, table)


def api_csv(*rows: Mapping[str, object]) -> bytes:
    """The API's CSV: nothing is an empty cell, the state its postal code."""
    names = columns("uspft_api_2024.csv", API)
    table = []
    for row in rows:
        cells = {**_of_today(row), "state": _postal(row)}
        table.append(["" if cells.get(name) is None else str(cells[name]) for name in names])
    return _table(names, table)


def api_page(*rows: Mapping[str, object], envelope: bool = False) -> bytes:
    """A page of the API's JSON: lists as lists, links and states as objects."""
    found = [_as_json(row) for row in rows]
    page: Any = {"next": None, "previous": None, "results": found} if envelope else found
    return json.dumps(page, ensure_ascii=False).encode()


def _of_today(row: Mapping[str, object]) -> dict[str, object]:
    fields = dict(row)
    fields["url"] = fields.pop("slug")
    return fields


def _postal(row: Mapping[str, object]) -> object:
    said = row.get("state")
    return str(said)[-3:-1] if said else None


def _as_json(row: Mapping[str, object]) -> dict[str, object]:
    fields = _of_today(row)
    name, _, code = str(fields.get("state") or "").partition(" (")
    fields["state"] = {"name": name, "abbreviation": code.rstrip(")")} if name else None
    for field in ("categories", "targeted_journalists", "targeted_institutions", "tags"):
        said = fields.get(field)
        fields[field] = [part.strip() for part in str(said).split(", ")] if said else []
    fields.setdefault("links", [])
    return fields


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()


_CATEGORIES = (
    "Arrest / Criminal Charge", "Physical Attack", "Equipment Damage", "Border Stop",
    "Equipment Search or Seizure", "Subpoena / Legal Order", "Denial of Access", "Chilling Statement",
    "Leak Case", "Prior Restraint", "Other Incident",
)  # fmt: skip
_STATES = ("California (CA)", "New York (NY)", "Minnesota (MN)", "Oregon (OR)", "Texas (TX)")


def many(count: int, *, seed: int = 1) -> list[dict[str, object]]:
    """Rows of every kind the real file has, always the same ones for one seed."""
    dice = random.Random(seed)
    return [_drawn(dice, number) for number in range(count)]


_WORDS = (
    "police officer camera street protest crowd asked badge press line arrested released hours later "
    "lawyer footage phone seized returned judge order subpoena editor newsroom station county sheriff "
    "gas rubber round struck arm leg hospital statement tweet mayor governor rally stadium court bail"
)


def _story(dice: random.Random) -> str:
    """A text of its own for each row, as long as those of the real file."""
    words = _WORDS.split()
    return " ".join(
        f"{dice.choice(words)}{dice.randrange(50)}" for _ in range(dice.randrange(20, 300))
    )


def _drawn(dice: random.Random, number: int) -> dict[str, object]:
    people = [
        f"Reporter {dice.choice('ABCDEFGH')}{dice.randrange(400)} (Outlet {dice.randrange(60)})"
        for _ in range(dice.choice((0, 1, 1, 1, 2)))
    ]
    kinds = dice.sample(_CATEGORIES, dice.choice((1, 1, 1, 2)))
    day = f"20{dice.randrange(17, 21)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    paper = f"Paper {dice.randrange(90)}"
    return incident(
        f"incident-{number}",
        categories=", ".join(kinds),
        targeted_journalists=", ".join(dict.fromkeys(people)),
        targeted_institutions=f"Outlet {dice.randrange(60)}" if dice.random() < 0.2 else "",
        date=day,
        exact_date_unknown=dice.random() < 0.05,
        city=f"City {dice.randrange(200)}",
        state=dice.choice(_STATES),
        actor=dice.choice(("unknown", "law enforcement", "private individual", "politician")),
        links=f"Story {number} (https://paper{dice.randrange(90)}.example/{number}) via {paper}",
        equipment_broken="camera: count of 1" if "Equipment Damage" in kinds else "",
        body=f"{BODY}<p>{_story(dice)}</p>",
    )
