# SPDX-License-Identifier: Apache-2.0
"""What a named organisation's own dataset says of one act, in our words, before it is kept.

Values only: readers of formats make them (`workers.sources`), `app.services.datasets` keeps them.
Never here: what the words of a format mean, or whether a source is trusted.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.domain.vocabulary import ActorType, Category, Impunity, Motive, PersonRole, Sex

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """One act against one person, as its organisation verified it.

    `person_name` is None where the organisation gives no name; `described` then says whom it means.
    `impunity` is the organisation's own assessment; where the format has no such column at all,
    `assesses_impunity` is False, and silence takes nothing back.
    """

    organisation: str
    title: str
    date_text: str  # EDTF
    country: str
    kinds: tuple[tuple[Category, str | None], ...]
    motive: Motive
    person_name: str | None
    described: str | None = None
    primary_role: PersonRole | None = None
    other_roles: tuple[PersonRole, ...] = ()
    sex: Sex | None = None
    admin1: str | None = None
    place: str | None = None
    # Whom the organisation holds for the origin of the act, in its words.
    suspected: str | None = None
    suspected_type: ActorType = ActorType.UNKNOWN
    impunity: Impunity | None = None
    assesses_impunity: bool = False
    # What the organisation calls it in its own system: (system, id).
    external_id: tuple[str, str] | None = None
    url: str | None = None


def name_key(name: str) -> str:
    """Return a name without accents, aliases in brackets and marks, to compare two spellings of one.

    >>> name_key("José  Ó'Neill (Pepe)") == name_key("jose o neill")
    True
    """
    parts = unicodedata.normalize("NFKD", _BRACKETS.sub(" ", name)).casefold()
    letters = "".join(one for one in parts if not unicodedata.combining(one))
    return _NO_LETTERS.sub(" ", letters).strip()
