# SPDX-License-Identifier: Apache-2.0
"""Mapping Media Freedom: its index and a table of it say the same, and name nobody."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Reading
from app.domain.vocabulary import ActorType, Category, PersonRole, Precision, Sex, TargetKind
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import mapmf

HEADER = Path(__file__).parents[4] / "shared/data/reports/headers/mapmf_alert_fields.csv"
ALERT = {
    "id": 31882,
    "title": "Photojournalist &amp; reporter held at a protest",
    "content": "<p>Police <b>held</b> both.</p><script>steal()</script>",
    "date": "2024-05-09",
    "country": "Turkey",
    "type_of_incident": ["Arrest/detention/imprisonment", "Verbal attack", "Physical assault"],
    "source_of_incident": ["Police / State security"],
    "context_of_incident": ["Demonstration"],
    "region_names": ["Turkey", "Marmara", "Istanbul"],
    "year": 2024,
    "published_at": 1715328000,
    "published_at_date": "2024-05-10",
    "_geo": {"lat": 41.01, "lng": 28.95},
    "gender": ["Woman", "Man"],
    "subjects": [
        {"kind": "journalist", "type": "Photojournalist", "gender": "Woman"},
        {"kind": "journalist", "type": "Reporter", "gender": "Man"},
    ],
    "who_was_attacked": ["Journalist/media actor"],
    "type_of_journalist_or_media_actor": ["Photojournalist", "Reporter"],
    "employment_status": ["Freelance"],
    "attacked_count": 2,
    "new_field": "kept",
}


def read_json(*alerts: dict[str, object]) -> list[Reading]:
    """Read an answer of the index."""
    found = mapmf.read(json.dumps({"hits": alerts, "offset": 0}).encode(), Given(now=NOW))
    assert found.rejected == ()
    return [one.reading for one in found.accounts]


def test_an_alert_is_read_in_our_words() -> None:
    """Kinds by the crosswalk, people described and never named, a point no finer than its town."""
    (found,) = read_json(ALERT)
    said = found.particulars

    assert found.title == "Photojournalist & reporter held at a protest"
    assert found.summary == "Police held both."
    assert (found.country, found.date_text, found.language) == ("TR", "2024-05-09", "en")
    assert found.published_at is not None
    assert found.published_at.date() == date(2024, 5, 10)
    assert said.kinds == ((Category.DETENTION, None), (Category.THREAT_HARASSMENT, None))
    assert [(one.kind, one.name, one.description, one.role, one.sex) for one in said.targets] == [
        (TargetKind.PERSON, None, "Photojournalist", PersonRole.PHOTOJOURNALIST, Sex.FEMALE),
        (TargetKind.PERSON, None, "Reporter", PersonRole.JOURNALIST, Sex.MALE),
    ]
    assert [(one.words, one.type) for one in said.actors] == [
        ("Police / State security", ActorType.POLICE)
    ]
    assert (said.admin1, said.place, said.precision) == ("Marmara", "Istanbul", Precision.LOCALITY)
    assert (said.latitude, said.longitude) == (41.01, 28.95)
    assert found.leftovers == {"new_field": "kept", "type_of_incident": ["Physical assault"]}


def _as_table(alert: dict[str, object], *, piped: bool) -> bytes:
    flat = {name: value for name, value in alert.items() if name not in ("_geo", "new_field")}
    flat |= {"_geo_lat": 41.01, "_geo_lng": 28.95}
    if piped:
        lists = {name: " | ".join(value) for name, value in flat.items() if _is_words(value)}  # type: ignore[arg-type]
        flat |= lists
    lines = io.StringIO()
    table = csv.DictWriter(lines, HEADER.read_text().strip().split(","))
    table.writeheader()
    table.writerow(flat)
    return lines.getvalue().encode()


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


@pytest.mark.skipif(not HEADER.exists(), reason="the shared header lines are not beside this tree")
@pytest.mark.parametrize("piped", [False, True])
def test_a_table_says_what_the_index_says(piped: bool) -> None:
    """Lists written as Python text, or parted by bars, mean the lists of the index."""
    found = mapmf.read(_as_table(ALERT, piped=piped), Given(now=NOW))
    (of_json,) = read_json(ALERT)

    (account,) = found.accounts
    assert account.raw.external_id == "31882"
    assert account.reading.particulars == of_json.particulars
    assert (account.reading.title, account.reading.summary) == (of_json.title, of_json.summary)
    assert found.extent is Extent.WHOLE


def test_without_subjects_a_group_is_counted() -> None:
    """Whom an alert is about is then told by its field of words and its number."""
    bare = {name: value for name, value in ALERT.items() if name != "subjects"}
    (found,) = read_json({**bare, "attacked_count": 4, "who_was_attacked": ["Media outlet"]})

    assert [(one.kind, one.description, one.count) for one in found.particulars.targets] == [
        (TargetKind.GROUP, "Media outlet", 4)
    ]


def test_a_bad_alert_costs_only_itself() -> None:
    """One without an id is refused; one that is no object is refused; the third is taken."""
    body = json.dumps({"hits": [{"title": "x"}, 3, {"id": 1, "title": "Sued"}]}).encode()

    found = mapmf.read(body, Given(now=NOW))

    assert [one.raw.external_id for one in found.accounts] == ["1"]
    assert len(found.rejected) == 2
    assert found.extent is Extent.PARTIAL


def test_another_table_is_refused() -> None:
    """The sentence names the columns that lack."""
    with pytest.raises(InvalidInput, match="type_of_incident"):
        mapmf.read(b"title,date\nx,2024\n", Given(now=NOW))
