# SPDX-License-Identifier: Apache-2.0
"""What a named organisation's own dataset says of one act, in our words, before it is kept.

Values only: readers of formats make them (`workers.sources`), `app.services.datasets` keeps them.
Never here: what the words of a format mean, or whether a source is trusted.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.domain.record.particulars import Kind, SaidLink, SaidTarget
from app.domain.vocabulary import ActorType, Impunity, Motive, Precision, TargetKind

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """One act, as its organisation verified it.

    Formats of one person for each row have one target. Where rows have an id of their own
    (`external_id`, the system and the id in it) that alone says which act is meant; a row without one is
    known by its first target's name, its country and its date. `impunity` is the organisation's own
    assessment; where the format has no such column at all, `assesses_impunity` is False, and silence
    takes nothing back.
    """

    organisation: str
    title: str
    date_text: str  # EDTF
    country: str
    kinds: tuple[Kind, ...]
    motive: Motive
    targets: tuple[SaidTarget, ...]
    admin1: str | None = None
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision | None = None
    # Whom the organisation holds for the origin of the act, in its words.
    suspected: str | None = None
    suspected_type: ActorType = ActorType.UNKNOWN
    links: tuple[SaidLink, ...] = ()
    impunity: Impunity | None = None
    assesses_impunity: bool = False
    url: str | None = None
    external_id: tuple[str, str] | None = None

    @property
    def person_name(self) -> str | None:
        """The name of the person a row of one person is about; None where none is given."""
        first = self.targets[0] if self.targets else None
        return first.name if first is not None and first.kind is TargetKind.PERSON else None


def name_key(name: str) -> str:
    """Return a name without accents, aliases in brackets and marks, to compare two spellings of one.

    >>> name_key("José  Ó'Neill (Pepe)") == name_key("jose o neill")
    True
    """
    parts = unicodedata.normalize("NFKD", _BRACKETS.sub(" ", name)).casefold()
    letters = "".join(one for one in parts if not unicodedata.combining(one))
    return _NO_LETTERS.sub(" ", letters).strip()
