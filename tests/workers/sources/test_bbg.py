# SPDX-License-Identifier: Apache-2.0
"""The sample of seventeen, read as it should be; skipped where the sample is not laid out."""

from pathlib import Path

import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Found
from app.domain.vocabulary import Category, TargetKind
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import bbg

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "reports" / "bbg_threats_2016.json"


@pytest.fixture(scope="module")
def found() -> Found:
    """The whole sample, read."""
    if not SAMPLE.is_file():
        pytest.skip("the sample of reports is not laid out beside the repository")
    return bbg.read(SAMPLE.read_bytes(), Given(now=NOW))


def test_every_row_is_taken(found: Found) -> None:
    """Seventeen rows, none refused, none left over, each with a day and a country."""
    assert len(found.accounts) == 17
    assert found.rejected == ()
    assert all(one.reading.date_text and one.reading.country for one in found.accounts)
    assert [one.reading.leftovers for one in found.accounts] == [{}] * 17


def test_countries_with_underscores_are_read(found: Found) -> None:
    """`united_states` is a country."""
    assert "US" in {one.reading.country for one in found.accounts}


def test_entities_are_letters_and_no_markup_is_left(found: Found) -> None:
    """HTML entities become what they stand for."""
    texts = [f"{one.reading.title} {one.reading.summary}" for one in found.accounts]

    assert any("Ismayilova’s sentence extended" in one for one in texts)
    assert not any("&#" in one or "<" in one for one in texts)


def test_groups_are_no_people(found: Found) -> None:
    """Eight rows name a group, four somebody unnamed; five people are named, one of them twice."""
    targets = [one.reading.particulars.targets[0] for one in found.accounts]
    groups = [one for one in targets if one.kind is TargetKind.GROUP]
    named = [one.name for one in targets if one.name is not None]

    assert len(groups) == 8
    assert sorted(named) == [
        "Almigdad Mojalli",
        "Chun Chanboth",
        "Hatice Kamer",
        "Khadija Ismayilova",
        "Khadija Ismayilova",
        "Nguyen Ngoc Gia",
    ]


def test_the_two_accounts_of_one_event_stay_two(found: Found) -> None:
    """Armenia, 29 July 2016, stands there twice; the reader keeps both, a person decides."""
    both = [
        one
        for one in found.accounts
        if one.reading.country == "AM" and one.reading.date_text == "2016-07-29"
    ]

    assert len({one.raw.external_id for one in both}) == 2
    assert {kind for one in both for kind, _ in one.reading.particulars.kinds} == {
        Category.THREAT_HARASSMENT,
        Category.PHYSICAL_ATTACK,
    }


def test_the_raw_row_is_the_very_text_of_the_file(found: Found) -> None:
    """Every row is kept word for word."""
    whole = SAMPLE.read_text(encoding="utf-8")

    assert all(one.raw.raw in whole for one in found.accounts)


def test_reading_again_changes_nothing(found: Found) -> None:
    """The same file gives the same ids and hashes; a mended text is the same row, changed."""
    again = bbg.read(SAMPLE.read_bytes(), Given(now=NOW))
    mended = SAMPLE.read_bytes().replace(b"Kamer and a reporter", b"Kamer and another reporter")
    changed = bbg.read(mended, Given(now=NOW))

    assert [one.raw for one in again.accounts] == [one.raw for one in found.accounts]
    assert [one.raw.external_id for one in changed.accounts] == [
        one.raw.external_id for one in found.accounts
    ]
    assert sum(a.raw != b.raw for a, b in zip(changed.accounts, found.accounts, strict=True)) == 1


def test_another_file_is_refused() -> None:
    """What is not JSON at all says so."""
    with pytest.raises(InvalidInput, match="not JSON"):
        bbg.read(b"country,name\nKZ,A", Given(now=NOW))


def test_a_word_that_is_new_is_kept_as_a_word() -> None:
    """A status nobody knows gives no category, and stays to be seen."""
    body = b'[{"country":"kazakhstan","name":"A B","date":"May 3, 2016","status":"exiled","headline":"H"}]'

    (one,) = bbg.read(body, Given(now=NOW)).accounts

    assert one.reading.particulars.kinds == ()
    assert one.reading.particulars.kind_words == ("exiled",)
    assert one.reading.leftovers == {"status": "exiled"}
