# SPDX-License-Identifier: Apache-2.0
"""The founding brief turned back into a briefing: every point, with its source."""

from datetime import date

import pytest

from app.domain.record.briefing import Figure, Paragraph, Table
from app.storage.database import Sessions
from tests.services.briefing.made import blocks, briefing, cited, everything

# Row of incidents.md section 6, the section that tells it, and what must be said of it.
POINTS: list[tuple[int, str, list[str]]] = [
    (1, "context", ["Zhanaozen events", "December 2011", "More than a dozen people were killed",
                    "many wounded", "police used arms", "oil strike of months"]),
    (2, "context", ["Killing of more than a dozen people", "partial impunity",
                    "police officers were convicted of abuse of power",
                    "does not match the gravity", "officials who gave orders",
                    "wider context; not counted"]),
    (3, "persecution", ["Roza Tuletaeva", "trade unionist", "strike leader", "imprisonment",
                        "stage: enforcement", "do not state the length of the sentence",
                        "an unfair trial", "allegations of torture", "inadequate health care",
                        "wider context; not counted"]),
    (4, "persecution", ["Vladimir Kozlov", "political opposition", "7 years and 6 months",
                        "review refused", "saw no grounds"]),
    (5, "context", ["experts of the United Nations called an extraordinary rendition",
                    "May 2013", "Exiles in Europe were sought", "cut off"]),
    (6, "closures", ["number of major opposition media outlets", "between October 2012 and December",
                     "extremism", "does not state which authority", "names neither the outlets"]),
    (7, "suspensions", ["without particulars", "Suspension of outlets for minor violations",
                        "periodicity or minor formal", "not counted"]),
    (8, "suits", ["Civil suits for defamation brought by officials", "not counted"]),
    (9, "blocking", ["New cases of blocked websites", "cannot be compared with measurements"]),
    (10, "attacks", ["Lukpan Akhmedyarov", "journalist", "in 2012", "A brutal attack",
                     "convicted, executor (summer 2013)", "sentence started, executor (summer 2013)",
                     "partial impunity", "Not held to account: instigator"]),
    (11, "attacks", ["attacks as a rule go unpunished", "0 % in complete impunity",
                     "0 of 1 assessed", "So few incidents say little"]),
    (12, "persecution", ["Zinaida Mukhortova", "lawyer", "human rights defender",
                         "in autumn 2013", "forced psychiatric", "not for the first time",
                         "at risk", "protest against a member of the ruling party"]),
    (13, "persecution", ["Alexander Kharlamov", "nti-corruption campaigner",
                         "inciting religious discord", "stage: charged", "pending",
                         "orced psychiatric examinations"]),
    (14, "persecution", ["Vadim Kuramshin", "efender of prisoners' rights", "12 years",
                         "alleged retaliation", "abuse in custody"]),
    (15, "assembly", ["No large opposition rally since mid-2012", "administrative sanctions",
                      "intimidation", "alleged ill-treatment", "not counted"]),
    (16, "recommendations", ["European Union", "Request steps from Kazakhstan",
                             "the next dialogue round", "open", "November 2013",
                             "No answer is on record"]),
]  # fmt: skip


@pytest.mark.parametrize(("row", "key", "said"), POINTS, ids=[str(one[0]) for one in POINTS])
def test_every_point_of_the_founding_brief_is_made_with_its_source(
    founding: Sessions, row: int, key: str, said: list[str]
) -> None:
    """Each row of the original that the record supports stands in one paragraph that cites it."""
    made = briefing(founding)
    source = (
        "Brief for the European Union's human rights dialogue with Kazakhstan, Astana, "
        f"27 November 2013, row {row}"
    )
    paragraphs = [
        block
        for block in blocks(made, key)
        if isinstance(block, Paragraph) and any(source in cited(made, run) for run in block.runs)
    ]

    assert len(paragraphs) == 1
    missing = [one for one in said if one.casefold() not in paragraphs[0].text.casefold()]
    assert not missing, paragraphs[0].text


def test_people_stand_in_one_table(founding: Sessions) -> None:
    """Five named people, each with role, sentence where stated, stage and where to read of them."""
    made = briefing(founding)
    (table,) = (block for block in blocks(made, "persecution") if isinstance(block, Table))

    rows = {row[0]: row for row in table.rows}
    assert set(rows) == {
        "Roza Tuletaeva",
        "Vladimir Kozlov",
        "Zinaida Mukhortova",
        "Alexander Kharlamov",
        "Vadim Kuramshin",
    }
    assert [rows[name][3] for name in ("Vladimir Kozlov", "Vadim Kuramshin", "Roza Tuletaeva")] == [
        "7 years and 6 months",
        "12 years",
        "not stated",
    ]
    number = int(rows["Vladimir Kozlov"][-1])
    told = next(b for b in blocks(made, "persecution") if getattr(b, "number", None) == number)
    assert "Vladimir Kozlov" in told.text


def test_counts_are_of_the_media_and_of_certain_dates(founding: Sessions) -> None:
    """Context and practices are never counted; what may lie in the period is told apart."""
    first = blocks(briefing(founding), "summary")[0].text

    assert "certainly fall within this period: 3 incidents" in first
    assert "for the dates do not say for certain: 2 incidents" in first
    assert "4 incidents" in first


def test_no_trend_without_an_earlier_record(founding: Sessions) -> None:
    """Where nothing is on record before, no trend is stated; where there is, both numbers are."""
    without = blocks(briefing(founding), "summary")[1].text
    later = briefing(founding, first=date(2013, 1, 1), last=date(2013, 12, 31))
    with_both = blocks(later, "summary")[1].text

    assert "February 2010 to December 2011" in without
    assert "No trend is therefore stated" in without
    assert "January 2012 to December 2012" in with_both
    assert "there were 2 incidents: 1 fewer now" in with_both


def test_each_statement_of_an_incident_has_a_source(founding: Sessions) -> None:
    """No numbered paragraph of an issue is without a footnote, but what is computed or measured."""
    made = briefing(founding)
    computed = ("Incidents of this kind that certainly", "Nothing was measured")

    for key in ("closures", "suspensions", "suits", "blocking", "attacks", "persecution",
                "assembly", "context", "emblematic", "recommendations"):  # fmt: skip
        for block in blocks(made, key):
            if isinstance(block, Paragraph) and block.number is not None:
                has_source = any(run.notes for run in block.runs)
                assert has_source or block.text.startswith(computed), block.text
    numbers = [note.number for note in made.footnotes]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({note.title for note in made.footnotes}) == len(numbers)


def test_a_country_without_records_says_so(sessions: Sessions) -> None:
    """An empty record gives an honest paper, not an empty one, and no figure."""
    made = briefing(sessions, country="MT")

    assert "nothing is on record does not mean that nothing happened" in everything(made)
    assert [one.key for one in made.sections] == [
        "summary",
        "blocking",
        "recommendations",
        "method",
    ]
    assert not [b for section in made.sections for b in section.blocks if isinstance(b, Figure)]
