# SPDX-License-Identifier: Apache-2.0
"""What a source may claim of a field, and when claims disagree. Claims never move the field itself."""

import re
from collections.abc import Iterable

from app.domain.record import dates
from app.domain.vocabulary import ClaimField, Motive
from app.errors import InvalidInput

OF_FACTS = frozenset(
    {ClaimField.SENTENCE_MONTHS, ClaimField.FINE, ClaimField.COURT, ClaimField.CHARGE}
)
"""Said of a dated fact of a case only; a date may be of either."""

OF_PLACES = frozenset({ClaimField.PLACE, ClaimField.ADMIN1})
"""Public only as far as the place itself is."""

_NUMBERS = frozenset(
    {ClaimField.SENTENCE_MONTHS, ClaimField.TARGET_COUNT, ClaimField.PERPETRATOR_COUNT}
)
_RANGE = re.compile(r"(\d{1,6})(?:\s*[-\u2010-\u2015/]\s*(\d{1,6}))?", re.ASCII)


def check_subject(field: ClaimField, *, of_fact: bool) -> None:
    """Hold a field to what it is a field of; raise InvalidInput with a sentence."""
    if field in OF_FACTS and not of_fact:
        raise InvalidInput("This field is one of a fact: name the fact of a case by `fact_id`.")
    if of_fact and field not in OF_FACTS and field is not ClaimField.DATE:
        raise InvalidInput("This field is one of the incident: leave `fact_id` out.")


def read(field: ClaimField, text: str) -> str:
    """Return a claimed value in its one spelling: `132–180` is `132-180`; raise InvalidInput."""
    if field is ClaimField.DATE:
        return dates.parse(text).text
    if field is ClaimField.MOTIVE:
        if text not in {one.value for one in Motive}:
            raise InvalidInput(f"The motive is one of: {', '.join(Motive)}.")
        return text
    if field in _NUMBERS:
        return _number(text.strip())
    return text.strip()


def _number(text: str) -> str:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise InvalidInput("Write a whole number, such as 132, or a range, such as 132-180.")
    low = int(found[1])
    if found[2] is None:
        return str(low)
    high = int(found[2])
    if high < low:
        raise InvalidInput("The range ends before it starts; write the smaller number first.")
    return str(low) if low == high else f"{low}-{high}"


def disagree(values: Iterable[str]) -> bool:
    """Whether these claims of one field say different things, capitals and spaces aside."""
    return len({" ".join(value.casefold().split()) for value in values}) > 1
