# SPDX-License-Identifier: Apache-2.0
"""The vocabulary is served whole, in three languages, with what other systems call the same."""

import csv
import io
from typing import Any

import pytest
from pydantic import Field, ValidationError

from app import labels
from app.api.keys import NewKeyBody
from app.api.maintenances import NewMaintenance
from app.api.schemas.fields import Body, CurrentTerms
from app.api.schemas.incidents import NewIncident
from app.api.schemas.sites import NewSite, NewVantage
from app.api.subscriptions import NewSubscription
from app.domain.record.crosswalks import ROWS
from app.domain.vocabulary import LISTS, SUBTYPE_LISTS, VOCABULARY_VERSION, Category, Term
from tests.client import Client

ADDRESS = "/api/v1/vocabulary"


class Mode(Term):
    """A list in which one term was renamed."""

    OVERLAND = "overland", "By road or rail."
    BY_LAND = "by_land", "By road or rail.", "overland"


class Journey(Body):
    """A body that holds terms, one and several."""

    mode: Mode
    others: list[Mode] = Field(default=[])


def lists(client: Client, query: str = "") -> dict[str, Any]:
    """Return every list as served."""
    answer = client.get(f"{ADDRESS}{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["lists"]
    return found


def test_every_list_is_served_with_all_its_words(public: Client) -> None:
    """A label and a sentence in each of the three languages, subtypes like any other term."""
    served = lists(public)

    assert list(served) == [kind.__name__ for kind in LISTS]
    for kind in LISTS:
        terms = served[kind.__name__]["terms"]
        assert [one["code"] for one in terms] == [term.value for term in kind]
        for one in terms:
            assert set(one["label"]) == set(one["sentence"]) == set(labels.LANGUAGES)
    impunity = {one["code"]: one["label"] for one in served["Impunity"]["terms"]}
    assert impunity["complete_impunity"]["kk"] == "толық жазасыздық"


def test_a_category_names_the_list_of_its_subtypes(public: Client) -> None:
    """Its codes stand beside it, and their words in their own list."""
    served = lists(public)

    for one in served["Category"]["terms"]:
        kind = SUBTYPE_LISTS.get(Category(one["code"]))
        assert one["subtype_list"] == (kind.__name__ if kind else None)
        codes = [two["code"] for two in served[kind.__name__]["terms"]] if kind else []
        assert one["subtypes"] == codes


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_one_language_alone(public: Client, language: str) -> None:
    """What is asked for by name is all there is; a header does not choose."""
    answer = public.get(f"{ADDRESS}?language={language}", headers={"Accept-Language": "fr"})

    body = answer.json()
    assert set(body["languages"]) == {language}
    terms = [one for kind in body["lists"].values() for one in kind["terms"]]
    assert all(set(one["label"]) == set(one["sentence"]) == {language} for one in terms)
    assert "accept-language" not in answer.headers.get("vary", "").casefold()


def test_no_translation_is_said_to_be_reviewed(public: Client) -> None:
    """Each language tells whether a native reader has read it; English decides what is meant."""
    told = public.get(ADDRESS).json()["languages"]

    assert told == {
        one: {"is_source": one == "en", "reviewed": labels.is_reviewed(one)}
        for one in labels.LANGUAGES
    }


def test_a_language_there_is_not_is_refused(public: Client) -> None:
    """The problem names the languages there are."""
    answer = public.get(f"{ADDRESS}?language=fr")

    assert answer.status_code == 422
    assert "en, ru, kk" in answer.json()["detail"]


def test_each_answer_has_its_own_etag(public: Client) -> None:
    """A cache never gives one language for another; what did not change is not sent again."""
    tags = {}
    for query in ("", "?language=en", "?language=ru", "?language=kk"):
        answer = public.get(f"{ADDRESS}{query}")
        assert answer.json()["vocabulary_version"] == VOCABULARY_VERSION
        tags[query] = answer.headers["etag"]
        again = public.get(f"{ADDRESS}{query}", headers={"If-None-Match": tags[query]})
        assert again.status_code == 304
    assert len(set(tags.values())) == 4


def test_a_term_shows_what_others_call_it(public: Client) -> None:
    """Six systems, an empty list where one has nothing, and none where no system has the list."""
    served = lists(public)
    torture = next(one for one in served["Category"]["terms"] if one["code"] == "torture")

    assert list(torture["crosswalk"]) == ["uspft", "cpj", "coe", "mapmf", "unesco", "sdg_16_10_1"]
    assert torture["crosswalk"]["uspft"] == []
    assert torture["crosswalk"]["cpj"][0]["field"] == "tortured"
    assert torture["crosswalk"]["sdg_16_10_1"] == [
        {
            "field": "code",
            "value": "C",
            "direction": "both",
            "evidence": "D",
            "note": "only by the State or with its acquiescence",
            "iccs": ["11011"],
        }
    ]
    assert "crosswalk" not in served["Layer"]["terms"][0]


def test_the_crosswalks_are_a_table(public: Client) -> None:
    """Every row, in order, with text that keeps the zeros of a code."""
    answer = public.get(f"{ADDRESS}/crosswalks.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(ROWS)
    killing = next(
        one for one in rows if (one["code"], one["system"]) == ("killing", "sdg_16_10_1")
    )
    assert (killing["list"], killing["value"]) == ("Category", "A")
    assert killing["iccs"] == "0101; 0102; 110139"
    assert any(one["code"] == "" and one["value"] == "public figure" for one in rows)
    again = public.get(
        f"{ADDRESS}/crosswalks.csv", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_a_body_takes_no_retired_term() -> None:
    """The refusal names the successor, wherever in a field the term stands."""
    assert Journey(mode=Mode.OVERLAND).mode is Mode.OVERLAND
    for sent in ({"mode": "by_land"}, {"mode": "overland", "others": ["by_land"]}):
        with pytest.raises(ValidationError, match="use 'overland'"):
            Journey.model_validate(sent)


def test_every_body_refuses_retired_terms() -> None:
    """No door takes by another kind of body what the others refuse."""
    for kind in (NewSite, NewVantage, NewSubscription, NewKeyBody, NewMaintenance, NewIncident):
        assert issubclass(kind, CurrentTerms), kind.__name__
