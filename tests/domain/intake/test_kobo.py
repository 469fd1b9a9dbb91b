# SPDX-License-Identifier: Apache-2.0
"""A submission of a form: its mapped answers are read, and nothing about its sender is kept."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.intake import kobo
from app.domain.intake.item import Given
from app.domain.record.report import Account, Rejected
from app.domain.vocabulary import Category, Precision
from tests.make import NOW

MAPPING = {
    "title": "event/headline",
    "summary": "event/what",
    "date": "event/day",
    "country": "=KZ",
    "category": "event/kinds",
    "category.beaten": "=physical_attack",
    "person": "event/who",
    "place": "event/town",
    "latitude": "event/spot/latitude",
    "longitude": "event/spot/longitude",
}
SUBMISSION: dict[str, Any] = {
    "_id": 4211,
    "_uuid": "5f0c8a3e-0001",
    "_submission_time": "2026-03-01T09:15:00",
    "_submitted_by": "monitor7",
    "_geolocation": [43.2567, 76.9286],
    "_attachments": [
        {"filename": "monitor7/attachments/p.jpg", "download_url": "https://k.example"}
    ],
    "_validation_status": {"by_whom": "chief"},
    "_xform_id_string": "aBc",
    "__version__": "v7",
    "formhub/uuid": "f00",
    "meta/instanceID": "uuid:5f0c8a3e-0001",
    "meta/instanceName": "monitor7's phone",
    "deviceid": "ee.humanitarian:352099",
    "start": "2026-03-01T09:00:00+05:00",
    "event/headline": "Reporter <b>beaten</b> at a rally",
    "event/what": "Two men hit Aigul. Call her on +7 (701) 123-45-67 or aigul@mail.example.",
    "event/day": "2026-02-28",
    "event/kinds": "beaten detention/arrest",
    "event/who": "Aigul Sample",
    "event/town": "Almaty",
    "event/spot": "43.25 76.95 0 5",
    "event/witness_phone": "87011234567",
    "event/second_contact": "8 701 123 45 67",
    "event/cameras": 2,
}


def read(**changed: Any) -> kobo.Submission:
    """Read the submission, changed so."""
    fields = {name: value for name, value in {**SUBMISSION, **changed}.items() if value is not ...}
    return kobo.read(fields, Given(now=NOW, mapping=MAPPING))


def accepted(**changed: Any) -> Account:
    """The account of the submission, changed so."""
    found = read(**changed).account
    assert isinstance(found, Account), found
    return found


def test_the_mapped_questions_are_read() -> None:
    """Groups are named by paths, chosen answers are parted by spaces, names are not."""
    found = accepted()
    said = found.reading.particulars

    assert found.raw.external_id == "5f0c8a3e-0001"
    assert found.reading.title == "Reporter beaten at a rally"
    assert (found.reading.country, found.reading.date_text) == ("KZ", "2026-02-28")
    assert found.reading.published_at is not None
    assert found.reading.published_at.isoformat() == "2026-03-01T09:15:00+00:00"
    assert said.kinds == ((Category.PHYSICAL_ATTACK, None), (Category.DETENTION, "arrest"))
    assert [one.name for one in said.targets] == ["Aigul Sample"]
    assert (said.place, said.latitude, said.longitude) == ("Almaty", 43.25, 76.95)
    assert said.precision is Precision.EXACT
    assert found.reading.leftovers["event/cameras"] == "2"


def test_nothing_about_the_sender_is_kept() -> None:
    """Neither the raw row nor the reading holds who sent it, from where, or how to call them."""
    submission = read()
    kept = repr(submission.account)

    for secret in (
        "monitor7",
        "352099",
        "chief",
        "43.2567",
        "701",
        "aigul@mail",
        "f00",
        "instanceName",
        "download_url",
    ):
        assert secret not in kept, secret
    assert {
        "_submitted_by",
        "_geolocation",
        "_attachments",
        "deviceid",
        "meta/instanceName",
        "event/witness_phone",
        "event/second_contact",
        "event/what (in part)",
    } <= set(submission.left_out)


def test_the_senders_place_is_kept_where_the_mapping_asks_for_it() -> None:
    """A form whose point is the place of the event names it in the mapping."""
    mapping = {
        **MAPPING,
        "latitude": "_geolocation/latitude",
        "longitude": "_geolocation/longitude",
    }
    found = kobo.read(SUBMISSION, Given(now=NOW, mapping=mapping)).account

    assert isinstance(found, Account)
    assert found.reading.particulars.latitude == 43.2567


def test_a_correction_is_a_version_of_the_first() -> None:
    """KoboToolbox gives an edited submission a new id, and names the first one."""
    edited = accepted(**{"_uuid": "new-id", "meta/rootUuid": "uuid:5f0c8a3e-0001"})

    assert edited.raw.external_id == accepted().raw.external_id


def test_the_same_twice_is_the_same_row() -> None:
    """What changes between two deliveries of one submission is not part of the row."""
    again = accepted(_validation_status={"by_whom": "other"}, _attachments=[])

    assert again.raw == accepted().raw


def test_repeated_groups_are_kept_question_by_question() -> None:
    """A group filled in twice: its answers stand together, its numbers are left out."""
    rows = [
        {"team/name": "A", "team/phone": "87010000001"},
        {"team/name": "B", "team/phone": "87010000002"},
    ]
    submission = read(team=rows)

    assert isinstance(submission.account, Account)
    assert submission.account.reading.leftovers["team/name"] == "A; B"
    assert "team/phone" in submission.left_out
    assert "8701" not in repr(submission.account)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"_uuid": ..., "meta/instanceID": ...}, "no _uuid"),
        ({"event/headline": ..., "event/what": ...}, "no title"),
        ({f"q{number}": number for number in range(600)}, "500 answers"),
        ({"event/note": "x" * 300_000}, "256 KiB"),
    ],
)
def test_what_is_no_report_is_refused(changed: dict[str, Any], reason: str) -> None:
    """In a sentence, and nothing of it is kept."""
    found = read(**changed).account

    assert isinstance(found, Rejected)
    assert reason in found.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([*SUBMISSION, "a/b", "meta"]), JSON, max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_submission_makes_the_reader_fail(fields: dict[str, Any]) -> None:
    """Whatever JSON a form sends, it is an account or a refusal; the raw row is JSON again."""
    found = kobo.read(fields, Given(now=NOW, mapping=MAPPING)).account

    if isinstance(found, Account):
        json.loads(found.raw.raw)


@pytest.mark.parametrize("part", ["+1 ", "1(", "a@", "a.", "+", "a@b."])
def test_long_answers_are_read_in_time(part: str) -> None:
    """An answer made to be hard to search costs no more than its length."""
    found = read(**{"event/what": part * 60_000})

    assert isinstance(found.account, Account | Rejected)
