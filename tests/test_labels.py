# SPDX-License-Identifier: Apache-2.0
"""Every term is said in three languages, each in its own letters; nobody claims a review."""

import re

import pytest

from app import labels
from app.domain.vocabulary import LISTS, Impunity, Mechanism, Term
from app.errors import InvalidInput

# fmt: off
ALLOWED = frozenset((
    "ACLED", "BBG", "CPJ", "CSV", "DDoS", "DNS", "HTTP", "JSON", "KoboToolbox", "MapMF", "NXDOMAIN",
    "OONI", "SNI", "TCP", "TLS", "USPFT",
))
ALLOWED_IN_SENTENCES = ALLOWED | frozenset((
    "A", "API", "Atom", "B", "C", "D", "E", "F", "Feed", "Freedom", "Mapping", "Media", "Qalam", "RSS",
    "SOCKS5", "Standard",
    "UTC", "Webhooks", "lines",
))
# fmt: on
KAZAKH = set("әғқңөұүһі")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")

EVERY_TERM = [term for kind in LISTS for term in kind]


def said(term: Term, language: str) -> labels.Wording:
    """Return a term's words, which must exist."""
    found = labels.wording(term, language)
    assert found is not None, f"{type(term).__name__}/{term.value} is not in {language}.toml"
    return found


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_every_term_has_a_label_and_a_sentence(language: str) -> None:
    """No code is left without words, and every sentence ends as one."""
    for term in EVERY_TERM:
        found = said(term, language)
        assert found.label.strip() == found.label != ""
        assert found.sentence.endswith("."), (term, found.sentence)


@pytest.mark.parametrize("language", labels.TRANSLATED)
def test_a_file_has_no_word_for_a_code_that_does_not_exist(language: str) -> None:
    """A typing error in a code would leave the true one without its words."""
    known = {(type(term).__name__, term.value) for term in EVERY_TERM}

    assert set(labels.translation(language).words) <= known


@pytest.mark.parametrize("language", labels.TRANSLATED)
def test_a_translation_is_not_the_code_nor_english(language: str) -> None:
    """What is copied is not translated; nor do Latin letters slip into a word."""
    for term in EVERY_TERM:
        found = said(term, language)
        assert found.label.casefold() not in (term.value, term.label.casefold())
        assert found.sentence != term.sentence
        assert set(LATIN.findall(found.label)) <= ALLOWED, found.label
        assert set(LATIN.findall(found.sentence)) <= ALLOWED_IN_SENTENCES, found.sentence
        assert re.search(r"[а-яё]", found.label.casefold()) or KAZAKH & set(found.label.casefold())


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_no_two_terms_of_a_list_are_called_the_same(language: str) -> None:
    """Whoever reads a label knows which code it is."""
    for kind in LISTS:
        called = [said(term, language).label.casefold() for term in kind]
        assert len(called) == len(set(called)), (kind.__name__, sorted(called))


def test_kazakh_is_kazakh_and_russian_is_russian() -> None:
    """Kazakh's own letters are in most of its sentences and in none of the Russian ones."""
    kazakh = [said(term, "kk").sentence.casefold() for term in EVERY_TERM]
    russian = [said(term, "ru") for term in EVERY_TERM]

    assert sum(bool(KAZAKH & set(one)) for one in kazakh) > 0.9 * len(kazakh)
    assert not [one for one in russian if KAZAKH & set((one.label + one.sentence).casefold())]


def test_the_words_are_those_of_the_field() -> None:
    """Impunity is said as lawyers and journalists of Kazakhstan say it."""
    assert labels.label(Impunity.COMPLETE_IMPUNITY, "ru") == "полная безнаказанность"
    assert labels.label(Impunity.COMPLETE_IMPUNITY, "kk") == "толық жазасыздық"
    assert labels.label(Mechanism.SNI_RESET, "en") == "SNI reset"


@pytest.mark.parametrize("language", labels.TRANSLATED)
def test_nobody_is_said_to_have_reviewed_what_nobody_signed(language: str) -> None:
    """A file counts as reviewed only with a name in it; the source language needs none."""
    found = labels.translation(language)

    assert found.language == language
    assert labels.is_reviewed(language) is bool(found.reviewed_by.strip())
    assert labels.is_reviewed("en")


def test_another_language_is_refused_with_those_there_are() -> None:
    """A sentence tells what can be asked for."""
    with pytest.raises(InvalidInput, match="en, ru, kk"):
        labels.translation("fr")
