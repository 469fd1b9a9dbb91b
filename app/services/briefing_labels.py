# SPDX-License-Identifier: Apache-2.0
"""Terms of the vocabulary in the language of a briefing (app/labels), English ones marked there.

Never here: words that are no terms (briefing_texts.py).
"""

from app import labels
from app.domain.vocabulary import SUBTYPE_LISTS, Category
from app.domain.vocabulary.term import Term
from app.services.briefing_texts import Texts


def label(texts: Texts, term: Term) -> str:
    """Name a term."""
    found = labels.wording(term, texts.language)
    return found.label if found is not None else texts.untranslated(term.label)


def kind_label(texts: Texts, category: Category, subtype: str | None) -> str:
    """Name a kind of act: 'detention (imprisonment)'."""
    said = label(texts, category)
    finer = SUBTYPE_LISTS.get(category)
    if not subtype or finer is None:
        return said
    return f"{said} ({label(texts, finer(subtype))})"


def is_reviewed(texts: Texts) -> bool:
    """Whether a native reader has put their name to both the terms and the sentences."""
    own = texts.language == "en" or bool(texts.files["reviewed_by"].strip())
    return own and labels.is_reviewed(texts.language)
