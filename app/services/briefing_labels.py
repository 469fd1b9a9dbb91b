# SPDX-License-Identifier: Apache-2.0
"""Terms of the vocabulary in the language of a briefing.

A term without a label in that language is given in English and marked. Never here: other words.
"""

from app.domain.vocabulary import Category
from app.domain.vocabulary.term import Term
from app.services.briefing_texts import Texts


def label(texts: Texts, term: Term) -> str:
    """Name a term."""
    return texts.label(term)


def kind_label(texts: Texts, category: Category, subtype: str | None) -> str:
    """Name a kind of act: 'detention (imprisonment)'."""
    said = label(texts, category)
    if not subtype:
        return said
    finer = subtype.replace("_", " ")
    return f"{said} ({finer if texts.language == 'en' else finer + '*'})"
