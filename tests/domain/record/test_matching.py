# SPDX-License-Identifier: Apache-2.0
"""Matching: each rule as a story, and what no pair of accounts may do."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.matching import RULES, Decision, Described, compare
from app.domain.record.matching_keys import MAX_KEYS, keys_of, wanted_keys
from app.domain.vocabulary import Category

DAY = date(2016, 7, 29)
BASE = Described(
    country="AM",
    earliest=DAY,
    latest=DAY,
    people=frozenset({"a b"}),
    kinds=frozenset({Category.PHYSICAL_ATTACK}),
)
GROUP = replace(BASE, people=frozenset(), has_unnamed=True)
YEAR = replace(BASE, earliest=date(2016, 1, 1), latest=date(2016, 12, 31))
URL = frozenset({"https://example.org/1"})
OTHER_DAY = DAY + timedelta(days=200)


def at(one: Described, day: date) -> Described:
    """Return an account of another day."""
    return replace(one, earliest=day, latest=day)


STORIES: list[tuple[str, Described, Described, float, Decision]] = [
    ("same_id", replace(BASE, external_ids=frozenset({("cpj", "1")})),
     replace(at(GROUP, OTHER_DAY), external_ids=frozenset({("cpj", "1")})), 0, Decision.SAME),
    ("same_address", replace(BASE, urls=URL), replace(GROUP, urls=URL), 0, Decision.SAME),
    ("same_address_other_people", replace(BASE, urls=URL),
     replace(BASE, urls=URL, people=frozenset({"c d"})), 0, Decision.ASK),
    ("same_address_other_day", replace(BASE, urls=URL),
     replace(at(BASE, OTHER_DAY), urls=URL), 0, Decision.ASK),
    ("other_country", BASE, replace(BASE, country="AZ"), 1, Decision.DIFFERENT),
    ("no_day", BASE, replace(BASE, earliest=None, latest=None), 0, Decision.ASK),
    ("other_day", BASE, at(BASE, OTHER_DAY), 1, Decision.DIFFERENT),
    ("person_day_kind", BASE, replace(BASE, places=frozenset({"yerevan"})), 0, Decision.SAME),
    ("person_day_place", replace(BASE, kinds=frozenset(), places=frozenset({"yerevan"})),
     replace(BASE, places=frozenset({"yerevan"})), 0, Decision.SAME),
    ("person_near", BASE, at(BASE, DAY + timedelta(days=2)), 0, Decision.ASK),
    ("person_near", BASE, YEAR, 0, Decision.ASK),
    ("person_near", BASE, replace(BASE, kinds=frozenset({Category.DETENTION})), 0, Decision.ASK),
    ("spelling_near", replace(BASE, spellings=frozenset({"a b"})),
     replace(BASE, people=frozenset({"а б"}), spellings=frozenset({"a b"})), 0, Decision.ASK),
    ("other_people", BASE, replace(BASE, people=frozenset({"c d"})), 0.7, Decision.DIFFERENT),
    ("same_text", GROUP, replace(GROUP, kinds=frozenset()), 0.95, Decision.SAME),
    ("day_outlet", replace(GROUP, outlets=frozenset({"radio"})),
     replace(GROUP, outlets=frozenset({"radio"}), kinds=frozenset({Category.THREAT_HARASSMENT})),
     0.3, Decision.ASK),
    ("day_place", replace(GROUP, places=frozenset({"gyumri"})),
     replace(BASE, places=frozenset({"gyumri"})), 0, Decision.ASK),
    ("day_like", GROUP, replace(BASE, kinds=frozenset({Category.TORTURE})), 0.7, Decision.ASK),
    ("day_unnamed_kind", GROUP, GROUP, 0, Decision.ASK),
    ("nothing_shared", GROUP, BASE, 0, Decision.DIFFERENT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "a", "b", "likeness", "decision"),
    STORIES,
    ids=[f"{number}-{one[0]}" for number, one in enumerate(STORIES)],
)
def test_each_rule_has_its_story(
    rule: str, a: Described, b: Described, likeness: float, decision: Decision
) -> None:
    """The rule that should speak speaks, and says why in words."""
    found = compare(a, b, likeness=likeness)

    assert (found.rule, found.decision) == (rule, decision)
    assert found.reasons[0].endswith(".")


def test_every_rule_is_told() -> None:
    """No row of the table is without a story."""
    assert {one.id for one in RULES} == {story[0] for story in STORIES} - {"nothing_shared"}


def test_two_days_of_one_person_are_two_incidents() -> None:
    """The same person, kind and country nine days apart stay two."""
    assert compare(BASE, at(BASE, DAY + timedelta(days=9))).decision is Decision.DIFFERENT


SOME_DAYS = st.one_of(st.none(), st.dates(date(2016, 7, 20), date(2016, 8, 5)))


@st.composite
def described(draw: st.DrawFn) -> Described:
    """Draw accounts that share things often."""
    day, length = draw(SOME_DAYS), draw(st.sampled_from([0, 0, 1, 30, 365]))
    return Described(
        country=draw(st.sampled_from([None, "AM", "AM", "AZ"])),
        earliest=day,
        latest=day + timedelta(days=length) if day else None,
        places=draw(st.frozensets(st.sampled_from(["gyumri", "yerevan"]), max_size=2)),
        people=draw(st.frozensets(st.sampled_from(["a b", "c d"]), max_size=2)),
        outlets=draw(st.frozensets(st.sampled_from(["radio", "tv"]), max_size=2)),
        urls=draw(
            st.frozensets(st.sampled_from(["https://x.org/1", "https://x.org/2"]), max_size=1)
        ),
        external_ids=draw(st.frozensets(st.sampled_from([("cpj", "1"), ("cpj", "2")]), max_size=1)),
        kinds=draw(
            st.frozensets(st.sampled_from([Category.KILLING, Category.DETENTION]), max_size=2)
        ),
        has_unnamed=draw(st.booleans()),
    )


LIKENESS = st.sampled_from([0.0, 0.5, 0.7, 0.95, 1.0])


@given(described(), described(), LIKENESS)
def test_the_order_of_two_accounts_plays_no_part(
    a: Described, b: Described, likeness: float
) -> None:
    """Comparing is symmetric."""
    assert compare(a, b, likeness=likeness) == compare(b, a, likeness=likeness)


@given(described(), described(), LIKENESS)
def test_a_name_alone_merges_nothing(a: Described, b: Described, likeness: float) -> None:
    """Whatever is the same shares more than a name: an id, a page, a text, or day and country."""
    if compare(a, b, likeness=likeness).decision is Decision.SAME:
        shares_more = (
            bool(a.external_ids & b.external_ids)
            or bool(a.urls & b.urls)
            or likeness >= 0.9
            or (a.country == b.country and a.country is not None and a.is_exact and b.is_exact)
        )
        assert shares_more


@given(described(), described(), LIKENESS)
def test_what_is_not_different_is_found_by_its_keys(
    a: Described, b: Described, likeness: float
) -> None:
    """Two accounts worth a question share a key, unless only their texts are alike or a day is missing."""
    found = compare(a, b, likeness=likeness)
    by_text = found.rule in ("same_text", "day_like", "no_day")

    if found.decision is not Decision.DIFFERENT and not by_text:
        assert set(wanted_keys(a)) & set(keys_of(b)) or not (a.is_exact and b.is_exact)


@given(described())
def test_keys_are_few(one: Described) -> None:
    """No account has more keys than one look-up should carry."""
    assert len(wanted_keys(one)) <= MAX_KEYS
