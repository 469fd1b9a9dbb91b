# SPDX-License-Identifier: Apache-2.0
"""Crosswalks say what the tables of the field say, in both directions, and never guess."""

from collections import Counter

import pytest

from app.domain.record import statistics_sdg
from app.domain.record.crosswalks import ROWS, is_known, of, to_ours, to_theirs
from app.domain.record.crosswalks_row import Direction, Evidence, System
from app.domain.record.incident import sdg_function
from app.domain.vocabulary import (
    LISTS,
    ActorType,
    Category,
    DetentionSubtype,
    FactKind,
    Impunity,
    JudicialStatus,
    KillingSubtype,
    Motive,
    PersonRole,
    StateLink,
    Term,
)

# The table of categories, cell by cell, in the order of its columns; "" is its "-".
TABLE = """
killing | FATAL | Killed | 1 | Physical: killed | killing | A
attempted_killing | assault | | 1 | Physical | | A
physical_attack | assault, Physical Attack | | 1 | Physical | | F
torture | | Yes | 1 | Physical | | C
enforced_disappearance | | Missing | 1 | | | B
kidnapping | | Yes | 1 | | | E
detention | Arrest / Criminal Charge | Imprisoned | 2 | Legal: arrest/detention/imprisonment, Legal: interrogation | | D
criminal_prosecution | Arrest / Criminal Charge, Leak Case | (any) | 3 | Legal: criminal charges, Legal: conviction | |
civil_suit | Other Incident | | 3 | Legal: civil lawsuits, Legal: defamation | |
outlet_measure | Other Incident | | 5 | Legal, Censorship | |
online_censorship | Other Incident | | 5 | Property: hacking/DDoS, Censorship | |
prior_restraint | Prior Restraint | | 5 | Censorship | |
access_denial | Denial of Access, Border Stop | | 3 | Censorship: blocked access, Censorship: accreditation | |
equipment | Equipment Damage, Equipment Search or Seizure | | 3 | Property | |
source_protection | Subpoena / Legal Order | | 5 | Legal: surveillance, Legal: interception | |
threat_harassment | Chilling Statement, Other Incident | Yes | 1, 3 | Verbal | | F
economic_pressure | | | 3 | Legal: loss of employment | |
extradition_rendition | | | 2, 5 | | | D
assembly_restriction | protest | | | protest | | D
restrictive_law | | | 5 | Legal: legal measures | |
failure_to_investigate | | Impunity | 4 | | ongoing_or_unresolved |
"""  # noqa: E501 - one line for each line of the table


def cells(term: Term) -> list[str]:
    """Return the words of a term in each system, as the table's line has them."""
    return [", ".join(row.value for row in of(term) if row.system is one) for one in System]


def test_every_category_stands_as_in_the_table() -> None:
    """Six columns for each of ours, and an empty cell where the other system has nothing."""
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().split("\n")]

    assert [line[0] for line in lines] == [one.value for one in Category]
    for code, *theirs in lines:
        assert cells(Category(code)) == theirs, code


def test_a_word_is_read_as_one_term_of_a_list() -> None:
    """No row contradicts another, and none stands twice."""
    read = Counter(
        (type(row.term), row.system, row.field, row.value.casefold()) for row in ROWS if row.reads
    )
    whole = Counter(
        (type(row.term), row.term and row.term.value, row.system, row.field, row.value)
        for row in ROWS
    )

    assert {one: many for one, many in read.items() if many > 1} == {}
    assert max(whole.values()) == 1


def test_what_is_written_in_both_directions_comes_back() -> None:
    """A term told by a row of both directions is read as the same term again."""
    both = [row for row in ROWS if row.direction is Direction.BOTH]

    assert len(both) > 60
    for row in both:
        assert row.term is not None
        assert row in to_theirs(row.term, row.system, row.field)
        assert to_ours(type(row.term), row.system, row.field, row.value) is row.term


def test_a_word_that_may_mean_several_is_not_read() -> None:
    """`Other Incident` is told of many of ours, and is never read as one of them."""
    assert to_ours(Category, System.USPFT, "category", "Other Incident") is None
    assert [row.value for row in to_theirs(Category.CIVIL_SUIT, System.USPFT)] == ["Other Incident"]
    assert to_ours(ActorType, System.CPJ, "sourcesOfFire", "Political Group") is None
    assert is_known(System.CPJ, "sourcesOfFire", "political group")
    assert to_ours(Category, System.CPJ, "status", "Missing") is None


def test_a_renamed_word_of_theirs_is_read_and_never_written() -> None:
    """Both names of one thing are read; what is written is the name in use."""
    for said in ("Crossfire", "Crossfire / Combat Related", "Crossfire/Combat-Related"):
        assert to_ours(KillingSubtype, System.CPJ, "typeOfDeath", said) is KillingSubtype.CROSSFIRE
    assert [row.value for row in to_theirs(KillingSubtype.CROSSFIRE, System.CPJ)] == ["Crossfire"]
    old = to_ours(Category, System.USPFT, "category", "Physical Attack")
    assert old is Category.PHYSICAL_ATTACK
    assert [row.value for row in to_theirs(old, System.USPFT)] == ["assault"]


def test_a_word_may_stand_for_several_terms_that_all_hold() -> None:
    """Arrested and released is an arrest, and the fact of a release."""
    said = "arrested and released"

    assert to_ours(DetentionSubtype, System.USPFT, "arrest_status", said) is DetentionSubtype.ARREST
    assert to_ours(FactKind, System.USPFT, "arrest_status", said) is FactKind.RELEASED


@pytest.mark.parametrize(
    ("system", "field", "words"),
    [
        (
            System.USPFT,
            "actor",
            "law enforcement,private security,politician,public figure,private individual,unknown",
        ),
        (
            System.CPJ,
            "sourcesOfFire",
            (
                "Political Group,Military Officials,Government Officials,Criminal Group,"
                "Paramilitary Group,Local Residents,Mob Violence,Unknown Fire"
            ),
        ),
        (
            System.USPFT,
            "status_of_charges",
            "unknown,not charged,charges pending,charges dropped,convicted,acquitted,pending appeal",
        ),
        (
            System.USPFT,
            "arrest_status",
            (
                "detained and released without being processed,detained and still in custody,"
                "arrested and still in custody,arrested and released,charged without arrest"
            ),
        ),
        (System.USPFT, "case_statuses", "ongoing,settled,dismissed,unknown,appealed"),
        (
            System.USPFT,
            "subpoena_statuses",
            "pending,dropped,quashed,upheld,partially upheld,carried out,ignored,objected to",
        ),
        (
            System.USPFT,
            "status_of_prior_restraint",
            "pending,dropped,struck down,upheld,ignored",
        ),
    ],
)
def test_every_word_of_their_lists_has_a_row(system: System, field: str, words: str) -> None:
    """A word that meets nothing of ours is said to, instead of being left out."""
    there = list(
        dict.fromkeys(row.value for row in ROWS if (row.system, row.field) == (system, field))
    )

    assert sorted(there) == sorted(words.split(","))


def test_levels_of_justice_and_motives_are_those_of_cpj() -> None:
    """CPJ's three levels and its two motives, word for word."""
    for said, level in (
        ("Complete Impunity", Impunity.COMPLETE_IMPUNITY),
        ("Partial Impunity", Impunity.PARTIAL_IMPUNITY),
        ("Full Justice", Impunity.FULL_JUSTICE),
    ):
        assert to_ours(Impunity, System.CPJ, "impunityMurder", said) is level
    assert to_ours(Motive, System.CPJ, "motiveConfirmed", "N/A") is Motive.NOT_ASSESSED


def test_unesco_says_what_a_state_says() -> None:
    """Its three statuses are ours; both definitions from memory are marked so."""
    for status in JudicialStatus:
        (row,) = of(status)
        assert row.value == status.value
    marks = [of(status)[0].evidence for status in JudicialStatus]
    assert marks == [Evidence.DOCUMENT, Evidence.MEMORY, Evidence.MEMORY]


def test_what_is_from_memory_is_marked() -> None:
    """Nobody takes the Council of Europe's three values for read ones."""
    assert {row.evidence for link in StateLink for row in of(link)} == {Evidence.MEMORY}


def test_the_sdg_count_asks_the_categories_of_its_crosswalk() -> None:
    """The count's tests and the crosswalk name the same letters; what is apart is told apart."""
    letters = {
        (code.value, category)
        for code, categories, _ in statistics_sdg.TESTS
        for category in categories
    }
    rows = {
        (row.value, category)
        for category in Category
        for row in to_theirs(category, System.SDG, "code")
    }

    apart = {("A", Category.ATTEMPTED_KILLING), ("D", Category.ASSEMBLY_RESTRICTION)}
    assert rows - letters == apart
    assert letters <= rows


def test_the_sdg_function_of_a_role_is_that_of_its_crosswalk() -> None:
    """J, T or H, and nothing for anybody outside the indicator."""
    for role in PersonRole:
        told = [row.value for row in to_theirs(role, System.SDG, "function")]
        assert told == [code for code in (sdg_function([role]),) if code is not None]


def test_every_letter_of_the_sdg_has_its_crime_codes() -> None:
    """The codes are those of the metadata, as text: their zeros count."""
    rows = [row for row in ROWS if (row.system, row.field) == (System.SDG, "code")]

    assert {row.value for row in rows} == set("ABCDEF")
    assert all(row.iccs for row in rows)
    assert of(Category.TORTURE)[-1].iccs == ("11011",)
    assert not [row for row in ROWS if row.iccs and row not in rows]


def test_rows_use_terms_of_the_served_lists() -> None:
    """Every row leads to a list a reader can look up."""
    assert {type(row.term) for row in ROWS if row.term is not None} <= set(LISTS)
