# SPDX-License-Identifier: Apache-2.0
"""What courts did, told of the right person, each sentence as it stands, and whose level it is."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.briefing import Briefing, Table
from app.domain.vocabulary import Impunity, Role
from app.services import overrides
from app.services.drafts import CitationDraft
from app.storage.database import Sessions
from app.storage.incidents import Incident
from tests import make
from tests.make import NOW
from tests.services.briefing.made import blocks, briefing, text_of

JAILED: dict[str, Any] = {
    "date": "2013-05-01",
    "title": "Two reporters jailed",
    "categories": [{"category": "detention", "subtype": "imprisonment"}],
}
PAPER = {"title": "A paper"}


def two_people(session: Session) -> tuple[Incident, str, str]:
    """An incident aimed at two people, and their ids."""
    targets = [
        {"kind": "person", "primary_role": "journalist", "person": {"name": name}}
        for name in ("Aigul Sample", "Berik Sample")
    ]
    row = make.incident(session, **JAILED, targets=targets)
    first, second = (str(one.person_id) for one in row.targets)
    return row, first, second


def told(made: Briefing, key: str) -> str:
    """Every word of a section."""
    return "\n".join(text_of(block) for block in blocks(made, key))


def people(made: Briefing) -> dict[str, tuple[str, ...]]:
    """The rows of the table of people, by name."""
    (table,) = [one for one in blocks(made, "persecution") if isinstance(one, Table)]
    return {row[0]: row for row in table.rows}


def test_a_sentence_is_told_of_whom_it_names(sessions: Sessions) -> None:
    """Of two accused one is sentenced and one acquitted: the term is not told of the other."""
    with sessions.writing() as session:
        row, first, second = two_people(session)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", person_id=first, sentence_months=90, source=PAPER)
        make.fact(session, case.id, "acquitted", person_id=second, source=PAPER)

    rows = people(briefing(sessions))

    assert rows["Aigul Sample"][3] == "7 years and 6 months"
    assert rows["Berik Sample"][3] == "–"


def test_several_sentences_stand_beside_each_other(sessions: Sessions) -> None:
    """Two terms in force are both told, each by whose it is; nobody says that none was stated."""
    with sessions.writing() as session:
        row, first, second = two_people(session)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", person_id=first, sentence_months=12, source=PAPER)
        make.fact(session, case.id, "convicted", person_id=second, life=True, source=PAPER)

    made = briefing(sessions)

    text, rows = told(made, "persecution"), people(made)
    assert "Aigul Sample: Sentence: 1 year." in text
    assert "Berik Sample: Sentence: for life." in text
    assert "do not state the length" not in text
    assert (rows["Aigul Sample"][3], rows["Berik Sample"][3]) == ("1 year", "for life")


def test_a_quashed_sentence_is_told_as_undone(sessions: Sessions) -> None:
    """A term that fell with its verdict stands in no row, and is never called unstated."""
    with sessions.writing() as session:
        targets = [{"kind": "person", "primary_role": "editor", "person": {"name": "Dana Sample"}}]
        row = make.incident(session, **JAILED, targets=targets)
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", "2013-06-01", sentence_months=24, source=PAPER)
        make.fact(session, case.id, "quashed", "2013-09-01", source=PAPER)
        fined = make.case(session, row.id, polarity="reprisal")
        fine = {"fine_amount": "4000000", "fine_currency": "KZT"}
        make.fact(session, fined.id, "convicted", "2013-07-01", source=PAPER, **fine)

    made = briefing(sessions)

    text = told(made, "persecution")
    assert "Sentence: 2 years (undone)." in text
    assert "Fine: 4000000" in text
    assert "KZT." in text
    assert "do not state the length" not in text
    assert people(made)["Dana Sample"][3] == "not stated"


def test_a_case_against_others_is_not_that_of_the_person(sessions: Sessions) -> None:
    """The inquiry into who tortured a prisoner gives the prisoner no stage in the table of people."""
    with sessions.writing() as session:
        row, first, _ = two_people(session)
        case = make.case(session, row.id, polarity="accountability")
        make.fact(session, case.id, "refused_to_open", "2013-06", source=PAPER)
        against = make.case(session, row.id, polarity="reprisal")
        make.fact(session, against.id, "charged", "2013-06", person_id=first, source=PAPER)

    rows = people(briefing(sessions))

    assert rows["Aigul Sample"][4] == "charged"
    assert rows["Berik Sample"][4] == "not stated"


def test_a_level_set_by_hand_says_so(sessions: Sessions) -> None:
    """Its reason, its source and what the facts give stand beside it, in the text and among the cases."""
    with sessions.writing() as session:
        row = make.incident(session, date="2013-05-01", title="An attack")
        case = make.case(session, row.id)
        make.fact(session, case.id, "accountability_checked", "2013-06", source=PAPER)
        first, second = (make.viewer(session, Role.EDITOR, name) for name in ("one", "two"))
        level = overrides.propose(
            session,
            first,
            row.id,
            level=Impunity.FULL_JUSTICE,
            reason="A sealed judgment.",
            source=CitationDraft(title="The court's press office"),
            since=date(2013, 9, 1),
            now=NOW,
        )
        overrides.confirm(session, second, row.id, level.id, now=NOW)

    made = briefing(sessions)

    said = "full justice, set by hand by two people; the facts on record give: complete impunity."
    assert said in told(made, "attacks")
    assert "“A sealed judgment.” – “The court's press office”" in told(made, "attacks")
    assert "Nobody is held to account." in told(made, "attacks")
    assert said in told(made, "emblematic")
